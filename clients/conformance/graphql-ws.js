// graphql-ws: subscriptions, and everything else, by the protocol graphql-transport-ws.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

import { EXPENSE_CHANGED, EXPENSES } from './documents.js'
import { news, signIn } from './journey.js'

const client = (url, connectionParams) =>
  createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 })

export function graphqlWs(server) {
  test('is told of a new expense', async (t) => {
    const headers = { Authorization: `Bearer ${await signIn(server.url)}`, 'X-Organization': 'acme' }
    const socket = client(server.url, headers)
    t.after(() => socket.dispose())
    const { variables, check } = await news({ url: server.url, headers })
    const told = socket.iterate({ query: EXPENSE_CHANGED, variables })
    const { value } = await told.next()
    check(value.data)
    await told.return()
  })

  test('lists over the same connection', async (t) => {
    const socket = client(server.url, { Authorization: `Bearer ${await signIn(server.url)}` })
    t.after(() => socket.dispose())
    const { value } = await socket.iterate({ query: EXPENSES, variables: { first: 3 } }).next()
    assert.equal(value.data.expenses.edges.length, 3)
  })
}
