// Sessions against a real server: kept, renewed once for everybody, switched, ended.
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

/** Somebody signed in, whose requests are counted and whose tokens can be tampered with. */
async function ada() {
  const storage = new MemoryStorage()
  const requests = recorder()
  const client = () => createClient({ url: server.url, organization, storage, fetch: requests.fetch })
  const outlay = client()
  await outlay.signIn(credentials)
  return { outlay, storage, requests, reopen: client }
}

test('who signs in is told who they are', async () => {
  const outlay = createClient({ url: server.url, organization })
  const user = await outlay.signIn(credentials)
  assert.equal(user.email, DEMO.email)
  const { viewer } = await outlay.query(ViewerDocument, {})
  assert.equal(viewer?.organization?.slug, organization)
  assert.equal(outlay.organization, organization)
})

test('a wrong password is refused, and nobody is signed in', async () => {
  const outlay = createClient({ url: server.url, organization })
  await assert.rejects(
    outlay.signIn({ ...credentials, password: 'something else' }),
    (error) => error instanceof OutlayError && error.code === 'UNAUTHENTICATED',
  )
  assert.equal(await outlay.signedIn(), false)
})

test('a session that was kept is taken up again', async () => {
  const { reopen, requests } = await ada()
  const later = reopen()
  assert.ok(await later.signedIn())
  assert.ok((await later.query(ViewerDocument, {})).viewer)
  assert.deepEqual(requests.sent, ['SignIn', 'Viewer'])
})

test('twenty requests at once that meet an ended token renew the session once', async () => {
  const { storage, requests, reopen } = await ada()
  storage.spoilAccessToken()
  const outlay = reopen()
  // Each is another request: urql would send equal ones once.
  const twenty = Array.from({ length: 20 }, (_, index) => outlay.query(ExpensesDocument, { first: index + 1 }))
  for (const { expenses } of await Promise.all(twenty)) assert.ok(expenses.nodes.length > 0)
  assert.equal(requests.count('RefreshSession'), 1)
  assert.ok(requests.count('Expenses') > 20, 'nothing was refused: the token had not ended')
})

test('an answer that comes after the renewal does not renew again', async () => {
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

test('what was begun in one session stays there when another begins', async () => {
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

test('a page stays in its organization when another page has switched', async () => {
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

test('two pages that share a storage renew the session once', async () => {
  // Node.js 20 has no locks; a browser has.
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

test('a session that has ended is told, and forgotten', async () => {
  const { outlay, storage, reopen } = await ada()
  const kept = [...storage.items]
  await outlay.signOut()
  for (const [key, value] of kept) storage.setItem(key, value)
  storage.spoilAccessToken()
  const later = reopen()
  await assert.rejects(
    later.query(ViewerDocument, {}),
    (error) => error instanceof OutlayError && error.code === 'UNAUTHENTICATED',
  )
  assert.equal(await later.signedIn(), false)
  assert.equal(storage.items.size, 0)
})

test('a renewal that the network swallows ends nothing', async () => {
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

test('the organization is switched, and calls are for the new one', async () => {
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

test('who signs out is signed out, here and on the server', async () => {
  const { outlay, storage } = await ada()
  const kept = [...storage.items]
  await outlay.signOut()
  assert.equal(await outlay.signedIn(), false)
  assert.equal(storage.items.size, 0)

  for (const [key, value] of kept) storage.setItem(key, value)
  const thief = createClient({ url: server.url, storage })
  await assert.rejects(
    thief.query(ViewerDocument, {}),
    (error) => error instanceof OutlayError && error.code === 'UNAUTHENTICATED',
  )
})
