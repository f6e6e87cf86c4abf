import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSchema } from 'graphql'
import { unannounced } from './breaking.js'

const released = `
  type Query { expense(id: ID!): Expense }
  type Expense { id: ID! merchant: String! note: String status: Status! }
  enum Status { DRAFT SUBMITTED }
`

const paths = async (current, changelog = '## Unreleased\n') => {
  const changes = await unannounced(buildSchema(released), buildSchema(current), changelog)
  return changes.map(({ path }) => path)
}

test('additions are not breaking', async () => {
  assert.deepEqual(await paths(released), [])
  const more = released.replace('note: String', 'note: String payee: String @deprecated(reason: "2027-01-01")')
  assert.deepEqual(await paths(more), [])
})

test('removed fields, nullable outputs and required inputs are breaking', async () => {
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

test('a breaking change is allowed if the changelog announces it by name, for the next release only', async () => {
  const current = released.replace('merchant: String!', '')
  const announced = '- **breaking** `Expense.merchant` is removed; use `Expense.payee`.\n'
  assert.deepEqual(await paths(current, `## Unreleased\n\n${announced}`), [])
  for (const changelog of [
    `## Unreleased\n\n## 1.0.0\n\n${announced}`,
    '## Unreleased\n\n- `Expense.merchant` is removed.\n',
    '## Unreleased\n\n- **breaking** `Expense.merchants` is removed.\n',
    '',
  ]) {
    assert.deepEqual(await paths(current, changelog), ['Expense.merchant'], changelog)
  }
})
