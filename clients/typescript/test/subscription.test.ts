// Tests of subscriptions with a server of the reference implementation and with a real server.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'

import { createClient, CreateExpenseDocument, EventCursorDocument, ExpenseChangedDocument } from '@outlay/client'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { buildSchema, parse } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocket, WebSocketServer } from 'ws'

import { DEMO, startServer } from '../../server.mjs'
import { MemoryStorage } from './support.js'

type Told = Record<string, unknown>
const document = (source: string) => parse(source) as TypedDocumentNode<Told, Record<string, never>>

test('a connection sends the tokens, and refreshed ones after a rejection', async () => {
  const storage = new MemoryStorage()
  const params: unknown[] = []
  let ticks = 0
  const http = createServer((request, response) => {
    request.resume()
    const session = { accessToken: 'new', refreshToken: 'second', expiresAt: '2100-01-01T00:00:00Z' }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ data: { refreshSession: { session, errors: [] } } }))
  })
  const sockets = new WebSocketServer({ server: http })
  const schema = buildSchema('type Query { a: Int } type Subscription { tick: Int }')
  const server = useServer(
    {
      schema,
      onConnect: ({ connectionParams }) => {
        params.push(connectionParams)
        return connectionParams?.['Authorization'] === 'Bearer new'
      },
      roots: {
        subscription: {
          tick: async function* () {
            try {
              for (;;) yield { tick: ++ticks }
            } finally {
              ticks = -1
            }
          },
        },
      },
    },
    sockets,
  )
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`
  try {
    const tokens = { accessToken: 'old', refreshToken: 'first', expiresAt: '2100-01-01T00:00:00Z' }
    const stored = { ...tokens, id: '1', organization: 'acme' }
    storage.setItem(`outlay:${url}`, JSON.stringify(stored))
    const outlay = createClient({ url, storage, webSocket: WebSocket })
    const seen: unknown[] = []
    for await (const event of outlay.subscribe(document('subscription { tick }'), {})) {
      seen.push(event['tick'])
      if (seen.length === 3) break
    }
    assert.deepEqual(seen, [1, 2, 3])
    assert.deepEqual(params, [
      { Authorization: 'Bearer old', 'X-Organization': 'acme' },
      { Authorization: 'Bearer new', 'X-Organization': 'acme' },
    ])
    outlay.close()
  } finally {
    await server.dispose()
    http.close()
  }
})

test('a subscription after a cursor receives the events since then', async (t) => {
  const server = await startServer()
  t.after(() => server.stop())
  const outlay = createClient({ url: server.url, organization: DEMO.organization, webSocket: WebSocket })
  t.after(() => outlay.close())
  await outlay.signIn({ email: DEMO.email, password: DEMO.password })

  const { eventCursor } = await outlay.query(EventCursorDocument, {})
  const input = { amount: { amount: '1', currencyCode: 'EUR' }, spentOn: '2026-01-31', merchant: 'News Stand' }
  const { createExpense } = await outlay.mutate(CreateExpenseDocument, { input })
  const events = outlay.subscribe(ExpenseChangedDocument, { after: eventCursor })
  const { value } = await events.next()
  assert.equal(value?.expenseChanged.action, 'CREATED')
  assert.equal(value?.expenseChanged.expenseId, createExpense.expense.id)
  await events.return(undefined)
})
