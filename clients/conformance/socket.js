// A connection by the protocol graphql-transport-ws, which Apollo Client and urql leave to graphql-ws.
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

export const socket = (url, connectionParams) =>
  createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 })
