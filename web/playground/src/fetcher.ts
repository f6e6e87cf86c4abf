// Operations by HTTP, subscriptions by WebSocket (graphql-transport-ws), both to where this page came from.

import { createGraphiQLFetcher, type Fetcher, type FetcherParams } from "@graphiql/toolkit";
import { type DocumentNode, Kind, parse } from "graphql";
import { ENDPOINT } from "./api";
import { freshHeaders } from "./session";

const socket = new URL(ENDPOINT, location.href);
socket.protocol = socket.protocol.replace("http", "ws");

const send = createGraphiQLFetcher({
  url: ENDPOINT,
  // The headers of the request go with it as connectionParams.
  subscriptionUrl: socket.href,
  enableIncrementalDelivery: false,
});

export const fetcher: Fetcher = async (parameters, options) => {
  const headers = await freshHeaders(options?.headers);
  const documentAST = parsed(parameters.query) ?? options?.documentAST;
  // The types leave no room for the promise of an iterable, which is what it gives for subscriptions.
  return send(named(parameters, documentAST), { ...options, headers, documentAST }) as any;
};

/** Names the operation by what is sent: for a moment after a change of tabs, GraphiQL has the name of the one before. */
function named(parameters: FetcherParams, document?: DocumentNode): FetcherParams {
  const operations = document?.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION) ?? [];
  const names = operations.map((operation) => ("name" in operation ? operation.name?.value : undefined));
  if (names.length !== 1 || names[0] === parameters.operationName) return parameters;
  return { ...parameters, operationName: names[0] };
}

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined; // the server says what is wrong
  }
}
