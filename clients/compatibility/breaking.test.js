import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSchema } from 'graphql'
import { untold } from './breaking.js'

const released = `
  type Query { expense(id: ID!): Expense }
  type Expense { id: ID! merchant: String! note: String status: Status! }
  enum Status { DRAFT SUBMITTED }
`

const paths = async (current, changelog = '## Unreleased\n') => {
  const changes = await untold(buildSchema(released), buildSchema(current), changelog)
  return changes.map(({ path }) => path)
}

test('what is only added breaks nobody', async () => {
  assert.deepEqual(await paths(released), [])
  const more = released.replace('note: String', 'note: String payee: String @deprecated(reason: "2027-01-01")')
  assert.deepEqual(await paths(more), [])
})

test('what is gone, may be null or must be given breaks clients', async () => {
  for (const [from, to, path] of [
    ['merchant: String!', '', 'Expense.merchant'],
    ['merchant: String!', 'merchant: String', 'Expense.merchant'],
    ['note: String', 'note: Int', 'Expense.note'],
    ['(id: ID!)', '(id: ID!, year: Int!)', 'Query.expense.year'],
    ['DRAFT SUBMITTED', 'DRAFT', 'Status.SUBMITTED'],
  ]) {
    assert.deepEqual(await paths(released.replace(from, to)), [path], `${from} → ${to}`)
  }
})

test('a break is let through where the changelog tells of it by name, for the next release alone', async () => {
  const current = released.replace('merchant: String!', '')
  const told = '- **breaking** `Expense.merchant` is gone; use `Expense.payee`.\n'
  assert.deepEqual(await paths(current, `## Unreleased\n\n${told}`), [])
  for (const changelog of [
    `## Unreleased\n\n## 1.0.0\n\n${told}`,
    '## Unreleased\n\n- `Expense.merchant` is gone.\n',
    '## Unreleased\n\n- **breaking** `Expense.merchants` is gone.\n',
    '',
  ]) {
    assert.deepEqual(await paths(current, changelog), ['Expense.merchant'], changelog)
  }
})
