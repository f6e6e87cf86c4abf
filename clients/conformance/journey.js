// The tests that every client must pass.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { DEMO } from '../server.mjs'
import { CREATE_EXPENSE, EVENT_CURSOR, EXPENSES, IMPORT_EXPENSES, lunch, payments, SIGN_IN } from './documents.js'

/**
 * Registers the tests of a client. `connect({ url, headers })` returns a function that sends a document with its variables
 * and returns the data.
 */
export function journey(server, connect, { uploads = true } = {}) {
  let send
  test('signs in', async () => {
    send = connect({ url: server.url, headers: {} })
    const { signIn } = await send(SIGN_IN, { input: DEMO })
    assert.deepEqual(signIn.errors, [])
    send = connect({ url: server.url, headers: { Authorization: `Bearer ${signIn.session.accessToken}` } })
  })

  test('lists page by page', async () => {
    const ids = []
    let after = null
    do {
      const { expenses } = await send(EXPENSES, { first: 6, after })
      ids.push(...expenses.edges.map(({ node }) => node.id))
      after = expenses.pageInfo.hasNextPage ? expenses.pageInfo.endCursor : null
    } while (after)
    assert.ok(ids.length > 6, 'there is only one page')
    assert.equal(new Set(ids).size, ids.length)
  })

  test('creates', async () => {
    const { createExpense } = await send(CREATE_EXPENSE, { input: lunch })
    assert.deepEqual(createExpense.errors, [])
    assert.equal(createExpense.expense.status, 'DRAFT')
  })

  test('uploads', { skip: !uploads && 'this client does not upload files' }, async () => {
    const { importExpenses } = await send(IMPORT_EXPENSES, { input: payments() })
    assert.deepEqual(importExpenses.errors, [])
    assert.equal(importExpenses.import.totalRows, 1)
  })
}

/** Returns an access token of the demo organization's owner. */
export async function signIn(url) {
  const { signIn } = await post(url, {}, SIGN_IN, { input: DEMO })
  return signIn.session.accessToken
}

/** Creates an expense. Its event is the first one of a subscription with the returned variables; `check` verifies it. */
export async function news({ url, headers }) {
  const { eventCursor } = await post(url, headers, EVENT_CURSOR)
  const { createExpense } = await post(url, headers, CREATE_EXPENSE, { input: lunch })
  return {
    variables: { after: eventCursor },
    check({ expenseChanged }) {
      assert.equal(expenseChanged.action, 'CREATED')
      assert.equal(expenseChanged.expense.id, createExpense.expense.id)
    },
  }
}

async function post(url, headers, query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  })
  return (await response.json()).data
}
