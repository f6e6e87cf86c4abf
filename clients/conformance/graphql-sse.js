// graphql-sse: subscriptions by server-sent events, a request each.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createClient } from 'graphql-sse'

import { NO_SUBSCRIPTION, SUBSCRIPTION } from '../subscription.mjs'
import { createUntil, signIn } from './journey.js'

export function graphqlSse(server) {
  test('is told of a new expense', { skip: NO_SUBSCRIPTION }, async (t) => {
    const headers = { Authorization: `Bearer ${await signIn(server.url)}` }
    const events = createClient({ url: server.url, headers, retryAttempts: 0 })
    t.after(() => events.dispose())
    const told = events.iterate({ query: SUBSCRIPTION })
    const { value } = await createUntil(told.next(), { url: server.url, headers })
    assert.equal(value.errors, undefined)
    await told.return()
  })
}
