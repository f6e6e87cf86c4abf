// Tests urql, which sends short queries by GET and uploads files without an extension, and its persisted queries.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Client, fetchExchange, subscriptionExchange } from '@urql/core'
import { persistedExchange } from '@urql/exchange-persisted'

import { EXPENSE_CHANGED, EXPENSES } from './documents.js'
import { journey, news, signIn } from './journey.js'
import { recorder } from './recorder.js'
import { socket } from './socket.js'

function connect({ url, headers }) {
  const urql = new Client({
    url,
    exchanges: [fetchExchange],
    fetchOptions: { headers: { ...headers, 'GraphQL-Require-Preflight': 'true' } },
  })
  return async (source, variables) => {
    const { data, error } = await (source.startsWith('mutation')
      ? urql.mutation(source, variables)
      : urql.query(source, variables))
    if (error) throw error
    return data
  }
}

export function urql(server) {
  journey(server, connect)

  test('receives the event of a new expense', async (t) => {
    const headers = { Authorization: `Bearer ${await signIn(server.url)}` }
    const connection = socket(server.url, headers)
    t.after(() => connection.dispose())
    const forwardSubscription = (request) => ({
      subscribe: (sink) => ({ unsubscribe: connection.subscribe(request, sink) }),
    })
    const live = new Client({ url: server.url, exchanges: [subscriptionExchange({ forwardSubscription })] })
    const { variables, check } = await news({ url: server.url, headers })
    const event = await new Promise((resolve) => {
      const { unsubscribe } = live.subscription(EXPENSE_CHANGED, variables).subscribe((result) => {
        resolve(result)
        queueMicrotask(() => unsubscribe())
      })
    })
    assert.ifError(event.error)
    check(event.data)
  })

  test('sends a GET with a hash once the server knows the document', async () => {
    const { requests, fetch } = recorder()
    const headers = { Authorization: `Bearer ${await signIn(server.url)}` }
    const persisted = new Client({
      url: server.url,
      fetch,
      fetchOptions: { headers },
      exchanges: [persistedExchange({ preferGetForPersistedQueries: true }), fetchExchange],
    })
    for (const first of [1, 2]) {
      // A document that no other client has sent.
      const { data, error } = await persisted.query(EXPENSES.replace('Expenses', 'Urql'), { first })
      assert.ifError(error)
      assert.equal(data.expenses.edges.length, first)
    }
    assert.deepEqual(
      requests.map(({ document }) => document),
      [false, true, false],
    )
    assert.deepEqual(requests.at(-1), { method: 'GET', document: false })
  })
}
