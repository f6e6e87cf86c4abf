// Sends documents: with urql over HTTP, and with graphql-ws for subscriptions, both with the session's tokens.
import { Client, fetchExchange, makeOperation, subscriptionExchange } from '@urql/core'
import { authExchange } from '@urql/exchange-auth'
import { type Client as Socket, CloseCode, createClient as createSocket, type Sink } from 'graphql-ws/client'

import type { Session } from './session.js'
import type { StoredSession } from './storage.js'

export interface TransportOptions {
  /** The GraphQL endpoint, such as `https://expenses.example.com/graphql`. */
  url: string
  /** Replaces the platform's `fetch`. */
  fetch?: typeof fetch
  /** A WebSocket class for subscriptions, required on platforms without one: Node.js before 22. */
  webSocket?: unknown
}

/** A client, and a function that closes its WebSocket. */
export interface Transport {
  urql: Client
  close(): void
}

/** Returns a client without tokens and subscriptions, for calls that start or refresh a session. */
export function anonymous(options: TransportOptions): Client {
  return new Client({ ...http(options), exchanges: [fetchExchange] })
}

/** Returns a client that sends the tokens of a session and refreshes them when the server rejects them. */
export function authorized(options: TransportOptions, session: Session): Transport {
  // Created at the first subscription, because it requires a WebSocket class.
  let socket: Socket | undefined
  const urql = new Client({
    ...http(options),
    exchanges: [
      refreshing(session),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe(sink) {
            socket ??= connect(options, session)
            return { unsubscribe: socket.subscribe({ query, variables }, sink as Sink) }
          },
        }),
      }),
    ],
  })
  return { urql, close: () => void socket?.dispose() }
}

function http({ url, fetch }: TransportOptions) {
  return {
    url,
    ...(fetch && { fetch }),
    preferGetMethod: false,
    // The server accepts files only with this header, because a form on another site cannot send it.
    fetchOptions: { headers: { 'GraphQL-Require-Preflight': 'true' } },
  }
}

function headers({ accessToken, organization }: StoredSession): Record<string, string> {
  return {
    Authorization: `Bearer ${accessToken}`,
    // The token determines the organization. The server rejects the request if the header differs.
    ...(organization && { 'X-Organization': organization }),
  }
}

/** Holds operations while the session is refreshed, and retries a rejected operation once. */
function refreshing(session: Session) {
  let rejected = ''
  return authExchange(async ({ appendHeaders }) => {
    await session.load()
    return {
      addAuthToOperation(operation) {
        const current = session.current
        if (!current) return operation
        const { kind, context } = operation
        return appendHeaders(
          makeOperation(kind, operation, { ...context, accessToken: current.accessToken }),
          headers(current),
        )
      },
      didAuthError({ graphQLErrors }, { context }) {
        rejected = (context['accessToken'] as string | undefined) ?? ''
        return rejected !== '' && graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED')
      },
      // Called right after `didAuthError`. A late response has a token that is already refreshed; `refresh` ignores it.
      refreshAuth: () => session.refresh(rejected),
    }
  })
}

function connect({ url, webSocket }: TransportOptions, session: Session): Socket {
  // The token with which the server rejected the connection. The next attempt uses a new one.
  let rejected: string | undefined
  return createSocket({
    url: url.replace(/^http/, 'ws'),
    ...(webSocket !== undefined && { webSocketImpl: webSocket }),
    async connectionParams() {
      await session.load()
      if (rejected) await session.refresh(rejected)
      await session.fresh()
      rejected = undefined
      return session.current ? headers(session.current) : {}
    },
    async retryWait(retries) {
      if (retries > 0 || !rejected) await backOff(retries)
    },
    on: {
      closed: (event) => {
        if ((event as { code?: number }).code === CloseCode.Forbidden) rejected = session.current?.accessToken
      },
    },
  })
}

/** Waits with exponential backoff and jitter, so that pages do not reconnect to a restarted server at the same time. */
function backOff(retries: number): Promise<void> {
  const milliseconds = Math.min(1000 * 2 ** retries, 30_000) * (0.5 + Math.random())
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
