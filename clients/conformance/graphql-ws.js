// graphql-ws: subscriptions, and everything else, by the protocol graphql-transport-ws.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

import { NO_SUBSCRIPTION, SUBSCRIPTION } from '../subscription.mjs'
import { EXPENSES } from './documents.js'
import { createUntil, signIn } from './journey.js'

const client = (url, connectionParams) =>
  createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 })

export function graphqlWs(server) {
  test('is told of a new expense', { skip: NO_SUBSCRIPTION }, async (t) => {
    const headers = { Authorization: `Bearer ${await signIn(server.url)}`, 'X-Organization': 'acme' }
    const socket = client(server.url, headers)
    t.after(() => socket.dispose())
    const told = socket.iterate({ query: SUBSCRIPTION })
    const { value } = await createUntil(told.next(), { url: server.url, headers })
    assert.equal(value.errors, undefined)
    await told.return()
  })

  test('lists over the same connection', { skip: NO_SUBSCRIPTION }, async (t) => {
    const socket = client(server.url, { Authorization: `Bearer ${await signIn(server.url)}` })
    t.after(() => socket.dispose())
    const { value } = await socket.iterate({ query: EXPENSES, variables: { first: 3 } }).next()
    assert.equal(value.data.expenses.edges.length, 3)
  })
}
