// Tests of lists, writes, errors and uploads with a real server.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import {
  createClient,
  CreateExpenseDocument,
  type CreateExpenseInput,
  ExpensesDocument,
  ImportExpensesDocument,
  type ImportExpensesMutation,
  type OutlayClient,
  OutlayError,
  SubmitExpenseDocument,
  UpdateExpenseDocument,
  ViewerDocument,
} from '@outlay/client'

import { DEMO, startServer } from '../../server.mjs'

let server: Awaited<ReturnType<typeof startServer>>
let outlay: OutlayClient

before(async () => {
  server = await startServer()
  outlay = createClient({ url: server.url, organization: DEMO.organization })
  await outlay.signIn({ email: DEMO.email, password: DEMO.password })
})
after(() => server?.stop())

const lunch: CreateExpenseInput = {
  amount: { amount: '12.50', currencyCode: 'EUR' },
  spentOn: '2026-01-31',
  merchant: 'Corner Café',
  description: 'Lunch with a client',
}

test('a list is read page by page, each row once', async () => {
  const merchants = new Map<string, string>()
  const sizes: number[] = []
  for await (const page of outlay.pages(ExpensesDocument, { first: 4 }, ({ expenses }) => expenses)) {
    sizes.push(page.nodes.length)
    for (const { id, merchant } of page.nodes) merchants.set(id, merchant)
  }
  assert.ok(sizes.length > 1, `one page only: ${sizes}`)
  assert.ok(sizes.slice(0, -1).every((size) => size === 4))
  assert.equal(merchants.size, sizes.reduce((sum, size) => sum + size))
})

test('an expense is created, and decimals stay strings', async () => {
  const { createExpense } = await outlay.mutate(CreateExpenseDocument, { input: lunch })
  assert.equal(createExpense.expense.status, 'DRAFT')
  assert.deepEqual(createExpense.expense.amount, { amount: '12.50', currencyCode: 'EUR' })
})

test('the same idempotency key creates one expense', async () => {
  const input = { ...lunch, merchant: 'Once Only', idempotencyKey: 'lunch-1' }
  const first = await outlay.mutate(CreateExpenseDocument, { input })
  const second = await outlay.mutate(CreateExpenseDocument, { input })
  assert.equal(second.createExpense.expense.id, first.createExpense.expense.id)
  const found = await outlay.query(ExpensesDocument, { first: 10, filter: { merchant: { contains: 'Once Only' } } })
  assert.equal(found.expenses.nodes.length, 1)
})

test('a stale version is a conflict', async () => {
  const { id, version } = (await outlay.mutate(CreateExpenseDocument, { input: lunch })).createExpense.expense
  await outlay.mutate(UpdateExpenseDocument, { input: { id, version, merchant: 'Corner Shop' } })
  await assert.rejects(outlay.mutate(SubmitExpenseDocument, { input: { id, version } }), (error) => {
    assert.ok(error instanceof OutlayError)
    assert.equal(error.code, 'CONFLICT')
    return true
  })
})

test('an input error names the field', async () => {
  const input = { ...lunch, amount: { amount: '1.234', currencyCode: 'EUR' } }
  await assert.rejects(outlay.mutate(CreateExpenseDocument, { input }), (error) => {
    assert.ok(error instanceof OutlayError)
    assert.equal(error.code, 'INVALID')
    assert.match(error.field ?? '', /^amount/)
    return true
  })
})

test('an unauthenticated call is an error with its code and the id of the request', async () => {
  const stranger = createClient({ url: server.url })
  await assert.rejects(stranger.query(ViewerDocument, {}), (error) => {
    assert.ok(error instanceof OutlayError)
    assert.equal(error.code, 'UNAUTHENTICATED')
    assert.match(error.requestId ?? '', /^\w{32}$/)
    return true
  })
})

test('an unreachable server is an error with its cause', async () => {
  const nowhere = createClient({ url: 'http://127.0.0.1:1/graphql' })
  await assert.rejects(nowhere.query(ViewerDocument, {}), (error) => {
    assert.ok(error instanceof OutlayError)
    assert.equal(error.code, 'NETWORK')
    assert.ok(error.cause instanceof Error)
    return true
  })
})

const mapping = { spentOn: 'Date', amount: 'Amount', merchant: 'Supplier' }

test('a file is uploaded and checked', async () => {
  const file = new File(['Date,Supplier,Amount\n2026-01-07,Northern Rail,86.40\n'], 'payments.csv')
  const { importExpenses } = await outlay.mutate(ImportExpensesDocument, {
    input: { file, mapping, currencyCode: 'EUR', dryRun: true },
  })
  assert.equal(importExpenses.import.status, 'CHECKED')
  assert.equal(importExpenses.import.totalRows, 1)
  assert.equal(importExpenses.import.total.amount, '86.40')
})

test('the error of a rejected file has the problems of its lines', async () => {
  const file = new File(['Date,Supplier,Amount\nyesterday,Northern Rail,86.40\n'], 'payments.csv')
  const input = { file, mapping, currencyCode: 'EUR', dryRun: true }
  await assert.rejects(outlay.mutate(ImportExpensesDocument, { input }), (error) => {
    assert.ok(error instanceof OutlayError)
    const report = (error.data as ImportExpensesMutation).importExpenses?.import
    assert.equal(report?.status, 'FAILED')
    assert.equal(report.problems[0]?.row, 2)
    assert.equal(report.problems[0]?.column, 'Date')
    return true
  })
})
