// Tests of sessions with a real server: storage, refresh, switch of the organization, sign-out.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import {
  createClient,
  CreateOrganizationDocument,
  ExpensesDocument,
  OutlayError,
  ViewerDocument,
} from '@outlay/client'

import { DEMO, startServer } from '../../server.mjs'
import { holding, MemoryStorage, recorder } from './support.js'

let server: Awaited<ReturnType<typeof startServer>>
before(async () => {
  server = await startServer()
})
after(() => server?.stop())

const { organization, ...credentials } = DEMO

/** Returns a signed-in client, a count of its requests, and a storage in which its tokens can be changed. */
async function ada() {
  const storage = new MemoryStorage()
  const requests = recorder()
  const client = () => createClient({ url: server.url, organization, storage, fetch: requests.fetch })
  const outlay = client()
  await outlay.signIn(credentials)
  return { outlay, storage, requests, reopen: client }
}

test('signIn returns the user', async () => {
  const outlay = createClient({ url: server.url, organization })
  const user = await outlay.signIn(credentials)
  assert.equal(user.email, DEMO.email)
  const { viewer } = await outlay.query(ViewerDocument, {})
  assert.equal(viewer?.organization?.slug, organization)
  assert.equal(outlay.organization, organization)
})

test('a wrong password is rejected, and no session starts', async () => {
  const outlay = createClient({ url: server.url, organization })
  await assert.rejects(
    outlay.signIn({ ...credentials, password: 'something else' }),
    (error) => error instanceof OutlayError && error.code === 'UNAUTHENTICATED',
  )
  assert.equal(await outlay.signedIn(), false)
})

test('a stored session is resumed', async () => {
  const { reopen, requests } = await ada()
  const later = reopen()
  assert.ok(await later.signedIn())
  assert.ok((await later.query(ViewerDocument, {})).viewer)
  assert.deepEqual(requests.sent, ['SignIn', 'Viewer'])
})

test('twenty concurrent requests with an expired token refresh the session once', async () => {
  const { storage, requests, reopen } = await ada()
  storage.spoilAccessToken()
  const outlay = reopen()
  // Each request is different, because urql sends equal requests only once.
  const twenty = Array.from({ length: 20 }, (_, index) => outlay.query(ExpensesDocument, { first: index + 1 }))
  for (const { expenses } of await Promise.all(twenty)) assert.ok(expenses.nodes.length > 0)
  assert.equal(requests.count('RefreshSession'), 1)
  assert.ok(requests.count('Expenses') > 20, 'no request was rejected: the token had not expired')
})

test('a late response after a refresh does not refresh again', async () => {
  const { storage, requests } = await ada()
  storage.spoilAccessToken()
  const held = holding('Viewer', requests.fetch)
  const outlay = createClient({ url: server.url, organization, storage, fetch: held.fetch })
  const late = outlay.query(ViewerDocument, {})
  await outlay.query(ExpensesDocument, { first: 1 })
  held.release()
  assert.ok((await late).viewer)
  assert.equal(requests.count('RefreshSession'), 1)
  assert.equal(requests.count('Viewer'), 2)
})

test('a call started in one session is not sent in the next session', async () => {
  const { storage } = await ada()
  storage.spoilAccessToken()
  const held = holding('RefreshSession', fetch)
  const outlay = createClient({ url: server.url, organization, storage, fetch: held.fetch })
  const begun = outlay.query(ViewerDocument, {})
  await outlay.signIn({ ...credentials, email: 'mary@acme.example' })
  held.release()
  assert.equal((await begun).viewer?.user.email, DEMO.email)
  assert.equal((await outlay.query(ViewerDocument, {})).viewer?.user.email, 'mary@acme.example')
  const later = createClient({ url: server.url, storage })
  assert.equal((await later.query(ViewerDocument, {})).viewer?.user.email, 'mary@acme.example')
})

test('a page keeps its organization when another page switches', async () => {
  const { outlay, storage, reopen } = await ada()
  await outlay.mutate(CreateOrganizationDocument, {
    input: { name: 'Initech', slug: 'initech', baseCurrency: 'USD' },
  })
  storage.spoilAccessToken()
  const stays = reopen()
  assert.ok(await stays.signedIn())
  await outlay.switchOrganization('initech')
  assert.equal((await stays.query(ViewerDocument, {})).viewer?.organization?.slug, organization)
  assert.equal((await reopen().query(ViewerDocument, {})).viewer?.organization?.slug, 'initech')
})

test('two pages that share a storage refresh the session once', async () => {
  // Browsers have locks, Node.js 20 has not.
  let queue: Promise<unknown> = Promise.resolve()
  const request = (_: string, run: () => Promise<unknown>) => (queue = queue.then(run))
  const platform = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  Object.defineProperty(globalThis, 'navigator', { value: { locks: { request } }, configurable: true })
  try {
    const { storage, requests, reopen } = await ada()
    storage.spoilAccessToken()
    const pages = [reopen(), reopen()]
    await Promise.all(pages.map((page) => page.query(ViewerDocument, {})))
    assert.equal(requests.count('RefreshSession'), 1)
  } finally {
    if (platform) Object.defineProperty(globalThis, 'navigator', platform)
    else Reflect.deleteProperty(globalThis, 'navigator')
  }
})

test('an ended session is reported and removed from the storage', async () => {
  const { outlay, storage, reopen } = await ada()
  const stored = [...storage.items]
  await outlay.signOut()
  for (const [key, value] of stored) storage.setItem(key, value)
  storage.spoilAccessToken()
  const later = reopen()
  await assert.rejects(
    later.query(ViewerDocument, {}),
    (error) => error instanceof OutlayError && error.code === 'UNAUTHENTICATED',
  )
  assert.equal(await later.signedIn(), false)
  assert.equal(storage.items.size, 0)
})

test('a network error during a refresh does not end the session', async () => {
  const { storage, reopen } = await ada()
  storage.spoilAccessToken()
  const broken: typeof fetch = (url, init) =>
    String(init?.body).includes('RefreshSession') ? Promise.reject(new TypeError('no route')) : fetch(url, init)
  const outlay = createClient({ url: server.url, storage, fetch: broken })
  await assert.rejects(
    outlay.query(ViewerDocument, {}),
    (error) => error instanceof OutlayError && error.code === 'NETWORK',
  )
  assert.ok((await reopen().query(ViewerDocument, {})).viewer)
})

test('calls after a switch are for the new organization', async () => {
  const { outlay, reopen } = await ada()
  const input = { name: 'Globex', slug: 'globex', baseCurrency: 'GBP' }
  await outlay.mutate(CreateOrganizationDocument, { input })
  assert.equal((await outlay.query(ViewerDocument, {})).viewer?.organization?.slug, organization)

  await outlay.switchOrganization('globex')
  assert.equal(outlay.organization, 'globex')
  assert.equal((await outlay.query(ViewerDocument, {})).viewer?.organization?.slug, 'globex')
  assert.equal((await outlay.query(ExpensesDocument, { first: 1 })).expenses.nodes.length, 0)
  assert.equal((await reopen().query(ViewerDocument, {})).viewer?.organization?.slug, 'globex')

  await assert.rejects(
    outlay.switchOrganization('nobody-s'),
    (error) => error instanceof OutlayError && error.code === 'NOT_FOUND',
  )
  assert.equal(outlay.organization, 'globex')
})

test('signOut ends the session on the client and on the server', async () => {
  const { outlay, storage } = await ada()
  const stored = [...storage.items]
  await outlay.signOut()
  assert.equal(await outlay.signedIn(), false)
  assert.equal(storage.items.size, 0)

  for (const [key, value] of stored) storage.setItem(key, value)
  const thief = createClient({ url: server.url, storage })
  await assert.rejects(
    thief.query(ViewerDocument, {}),
    (error) => error instanceof OutlayError && error.code === 'UNAUTHENTICATED',
  )
})
