// Tests Relay: its compiler with the schema, and its runtime with pagination and refetching of objects by id.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import relay from 'relay-runtime'

import { DEMO } from '../server.mjs'
import { lunch } from './documents.js'
import { signIn } from './journey.js'

const { commitMutation, createOperationDescriptor, Environment, fetchQuery, getSingularSelector } = relay
const { Network, RecordSource, Store } = relay

const require = createRequire(import.meta.url)
const compiled = (name) => require(`./relay/__generated__/documents${name}.graphql.js`)

function environment({ url, headers }) {
  const send = async ({ text, name }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    })
    return response.json()
  }
  return new Environment({ network: Network.create(send), store: new Store(new RecordSource()) })
}

const mutate = (environment, mutation, input) =>
  new Promise((onCompleted, onError) =>
    commitMutation(environment, { mutation: compiled(mutation), variables: { input }, onCompleted, onError }),
  )

export function relayClient(server) {
  let store
  test('signs in', async () => {
    const anonymous = environment({ url: server.url })
    assert.deepEqual((await mutate(anonymous, 'SignInMutation', DEMO)).signIn.errors, [])
    store = environment({ url: server.url, headers: { Authorization: `Bearer ${await signIn(server.url)}` } })
  })

  test('adds the next page to the connection', async () => {
    const variables = { first: 2, status: ['SUBMITTED', 'APPROVED', 'DRAFT'] }
    const operation = createOperationDescriptor(compiled('ExpensesQuery'), variables)
    store.retain(operation)
    await fetchQuery(store, compiled('ExpensesQuery'), variables).toPromise()
    const expenses = () => {
      const root = store.lookup(operation.fragment).data
      return store.lookup(getSingularSelector(compiled('_expenses'), root)).data.expenses
    }
    assert.equal(expenses().edges.length, 2)
    const after = expenses().pageInfo.endCursor
    await fetchQuery(store, compiled('NextExpensesQuery'), { ...variables, after }).toPromise()
    assert.equal(expenses().edges.length, 4)
    assert.equal(new Set(expenses().edges.map(({ node }) => node.id)).size, 4)
  })

  test('creates an expense and refetches it by id', async () => {
    const { createExpense } = await mutate(store, 'CreateExpenseMutation', lunch)
    assert.deepEqual(createExpense.errors, [])
    const { id } = createExpense.expense
    const { node } = await fetchQuery(store, compiled('ExpenseQuery'), { id }).toPromise()
    const found = store.lookup(getSingularSelector(compiled('_expense'), node)).data
    assert.equal(found.merchant, lunch.merchant)
    assert.equal(found.status, 'DRAFT')
  })
}
