// Sends queries and mutations over HTTP, and subscriptions over WebSocket (graphql-transport-ws), to the page's origin.

import { createGraphiQLFetcher, type Fetcher, type FetcherParams } from "@graphiql/toolkit";
import { type DocumentNode, Kind, parse } from "graphql";
import { ENDPOINT } from "./api";
import { freshHeaders } from "./session";

const socket = new URL(ENDPOINT, location.href);
socket.protocol = socket.protocol.replace("http", "ws");

const send = createGraphiQLFetcher({
  url: ENDPOINT,
  // The headers of the request are sent as connectionParams.
  subscriptionUrl: socket.href,
  enableIncrementalDelivery: false,
});

export const fetcher: Fetcher = async (parameters, options) => {
  const headers = await freshHeaders(options?.headers);
  const documentAST = parsed(parameters.query) ?? options?.documentAST;
  // For a subscription, `send` returns a promise of an async iterable, which the types do not allow.
  return send(withOperationName(parameters, documentAST), { ...options, headers, documentAST }) as any;
};

/** Sets the operation name from the document: after a change of tabs, GraphiQL may still have that of the previous tab. */
function withOperationName(parameters: FetcherParams, document?: DocumentNode): FetcherParams {
  const operations = document?.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION) ?? [];
  const names = operations.map((operation) => ("name" in operation ? operation.name?.value : undefined));
  if (names.length !== 1 || names[0] === parameters.operationName) return parameters;
  return { ...parameters, operationName: names[0] };
}

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined; // the server reports the syntax error
  }
}
