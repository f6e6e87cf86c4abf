// Tests graphql-ws: subscriptions and queries with the protocol graphql-transport-ws.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { EXPENSE_CHANGED, EXPENSES } from './documents.js'
import { news, signIn } from './journey.js'
import { socket } from './socket.js'

export function graphqlWs(server) {
  test('receives the event of a new expense', async (t) => {
    const headers = { Authorization: `Bearer ${await signIn(server.url)}`, 'X-Organization': 'acme' }
    const connection = socket(server.url, headers)
    t.after(() => connection.dispose())
    const { variables, check } = await news({ url: server.url, headers })
    const events = connection.iterate({ query: EXPENSE_CHANGED, variables })
    const { value } = await events.next()
    check(value.data)
    await events.return()
  })

  test('runs a query over the WebSocket', async (t) => {
    const connection = socket(server.url, { Authorization: `Bearer ${await signIn(server.url)}` })
    t.after(() => connection.dispose())
    const { value } = await connection.iterate({ query: EXPENSES, variables: { first: 3 } }).next()
    assert.equal(value.data.expenses.edges.length, 3)
  })
}
