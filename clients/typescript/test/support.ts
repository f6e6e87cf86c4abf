// What the tests look at the client with: fetches that count and hold, and a storage to tamper with.

/** Real requests to a real server; `sent` has the operation names, in order. */
export function recorder() {
  const sent: string[] = []
  const record: typeof fetch = (url, init) => {
    if (typeof init?.body === 'string') sent.push((JSON.parse(init.body) as { operationName: string }).operationName)
    return fetch(url, init)
  }
  return { sent, fetch: record, count: (operation: string) => sent.filter((name) => name === operation).length }
}

/** Keeps back the answer to the first request for an operation, until it is released. */
export function holding(operation: string, send: typeof fetch) {
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  let first = true
  const held: typeof fetch = async (url, init) => {
    const wait = first && String(init?.body).includes(` ${operation}`)
    if (wait) first = false
    const answer = await send(url, init)
    if (wait) await released
    return answer
  }
  return { fetch: held, release: () => release() }
}

/** Keeps a session as `localStorage` does. */
export class MemoryStorage {
  readonly items = new Map<string, string>()
  getItem(key: string) {
    return this.items.get(key) ?? null
  }
  setItem(key: string, value: string) {
    this.items.set(key, value)
  }
  removeItem(key: string) {
    this.items.delete(key)
  }
  /** Makes the access token one that the server refuses, as it does one that has ended. */
  spoilAccessToken() {
    for (const [key, value] of this.items) {
      this.items.set(key, JSON.stringify({ ...JSON.parse(value), accessToken: 'ended' }))
    }
  }
}
