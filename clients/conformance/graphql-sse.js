// Tests graphql-sse: subscriptions over server-sent events, in both modes of the protocol.
import { test } from 'node:test'

import { createClient } from 'graphql-sse'

import { EXPENSE_CHANGED } from './documents.js'
import { news, signIn } from './journey.js'

export function graphqlSse(server) {
  for (const singleConnection of [false, true]) {
    test(`receives the event of a new expense, ${singleConnection ? 'single connection' : 'distinct connections'}`, async (t) => {
      const headers = { Authorization: `Bearer ${await signIn(server.url)}` }
      const url = singleConnection ? `${server.url}/stream` : server.url
      const events = createClient({ url, headers, singleConnection, retryAttempts: 0 })
      t.after(() => events.dispose())
      const { variables, check } = await news({ url: server.url, headers })
      const results = events.iterate({ query: EXPENSE_CHANGED, variables })
      const { value } = await results.next()
      check(value.data)
      await results.return()
    })
  }
}
