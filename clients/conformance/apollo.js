// Tests Apollo Client, its persisted queries and its upload link.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs'
import { firstValueFrom } from 'rxjs'

import { EXPENSE_CHANGED, EXPENSES } from './documents.js'
import { journey, news, signIn } from './journey.js'
import { recorder } from './recorder.js'
import { socket } from './socket.js'

const client = (link) =>
  new ApolloClient({ link, cache: new InMemoryCache(), defaultOptions: { query: { fetchPolicy: 'network-only' } } })

function connect({ url, headers }) {
  const apollo = client(new UploadHttpLink({ uri: url, headers: { ...headers, 'Apollo-Require-Preflight': 'true' } }))
  return async (source, variables) => {
    const document = gql(source)
    const { data } = source.startsWith('mutation')
      ? await apollo.mutate({ mutation: document, variables })
      : await apollo.query({ query: document, variables })
    return data
  }
}

export function apollo(server) {
  journey(server, connect)

  test('receives the event of a new expense', async (t) => {
    const headers = { Authorization: `Bearer ${await signIn(server.url)}` }
    const connection = socket(server.url, headers)
    t.after(() => connection.dispose())
    const { variables, check } = await news({ url: server.url, headers })
    const events = client(new GraphQLWsLink(connection)).subscribe({ query: gql(EXPENSE_CHANGED), variables })
    const { data } = await firstValueFrom(events)
    check(data)
  })

  test('sends a GET with a hash once the server knows the document', async () => {
    const { requests, fetch } = recorder()
    const headers = { Authorization: `Bearer ${await signIn(server.url)}` }
    const sha256 = (text) => createHash('sha256').update(text).digest('hex')
    const link = new PersistedQueryLink({ sha256, useGETForHashedQueries: true })
    const persisted = client(link.concat(new HttpLink({ uri: server.url, headers, fetch })))
    for (const first of [1, 2]) {
      // A document that no other client has sent.
      const { data } = await persisted.query({ query: gql(EXPENSES.replace('Expenses', 'Apollo')), variables: { first } })
      assert.equal(data.expenses.edges.length, first)
    }
    assert.deepEqual(requests, [
      { method: 'GET', document: false },
      { method: 'POST', document: true },
      { method: 'GET', document: false },
    ])
  })
}
