// How documents travel: urql by HTTP, graphql-ws for subscriptions, both with the session's tokens.
import { Client, fetchExchange, makeOperation, subscriptionExchange } from '@urql/core'
import { authExchange } from '@urql/exchange-auth'
import { type Client as Socket, CloseCode, createClient as createSocket, type Sink } from 'graphql-ws/client'

import type { Session } from './session.js'
import type { StoredSession } from './storage.js'

export interface TransportOptions {
  /** The GraphQL endpoint, such as `https://expenses.example.com/graphql`. */
  url: string
  /** Instead of the platform's own. */
  fetch?: typeof fetch
  /** A WebSocket class, for subscriptions on platforms without one: Node.js before 22. */
  webSocket?: unknown
}

/** A client, and the end of its connection for subscriptions. */
export interface Transport {
  urql: Client
  close(): void
}

/** By HTTP alone and without tokens: for what opens and renews a session. */
export function anonymous(options: TransportOptions): Client {
  return new Client({ ...http(options), exchanges: [fetchExchange] })
}

/** With the tokens of a session, renewed when the server refuses them. */
export function authorized(options: TransportOptions, session: Session): Transport {
  // Only for who subscribes: it asks for a WebSocket class.
  let socket: Socket | undefined
  const urql = new Client({
    ...http(options),
    exchanges: [
      renewing(session),
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
    // A form of another site cannot send it, so the server takes files only with it.
    fetchOptions: { headers: { 'GraphQL-Require-Preflight': 'true' } },
  }
}

function headers({ accessToken, organization }: StoredSession): Record<string, string> {
  return {
    Authorization: `Bearer ${accessToken}`,
    // The token names the organization; the server refuses a mix-up of the two.
    ...(organization && { 'X-Organization': organization }),
  }
}

/** Operations wait while the session is renewed, and one that was refused is sent a second time. */
function renewing(session: Session) {
  let refused = ''
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
        refused = (context['accessToken'] as string | undefined) ?? ''
        return refused !== '' && graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED')
      },
      // Called right after `didAuthError`. An answer that comes late names a token that is renewed already.
      refreshAuth: () => session.renew(refused),
    }
  })
}

function connect({ url, webSocket }: TransportOptions, session: Session): Socket {
  // The token that the server refused to connect. The next try brings a new one.
  let refused: string | undefined
  return createSocket({
    url: url.replace(/^http/, 'ws'),
    ...(webSocket !== undefined && { webSocketImpl: webSocket }),
    async connectionParams() {
      await session.load()
      if (refused) await session.renew(refused)
      await session.fresh()
      refused = undefined
      return session.current ? headers(session.current) : {}
    },
    async retryWait(retries) {
      if (retries > 0 || !refused) await backOff(retries)
    },
    on: {
      closed: (event) => {
        if ((event as { code?: number }).code === CloseCode.Forbidden) refused = session.current?.accessToken
      },
    },
  })
}

/** Longer each time, and not at the same moment for every page that a restarted server has cut off. */
function backOff(retries: number): Promise<void> {
  const milliseconds = Math.min(1000 * 2 ** retries, 30_000) * (0.5 + Math.random())
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
