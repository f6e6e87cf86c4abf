// Creates a graphql-ws client, which Apollo Client and urql use for the protocol graphql-transport-ws.
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

export const socket = (url, connectionParams) =>
  createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 })
