// Helpers for tests of the client: fetch functions that record and delay requests, and a storage that can be changed.

/** Sends real requests. `sent` has their operation names, in order. */
export function recorder() {
  const sent: string[] = []
  const record: typeof fetch = (url, init) => {
    if (typeof init?.body === 'string') sent.push((JSON.parse(init.body) as { operationName: string }).operationName)
    return fetch(url, init)
  }
  return { sent, fetch: record, count: (operation: string) => sent.filter((name) => name === operation).length }
}

/** Delays the response to the first request for an operation until it is released. */
export function holding(operation: string, send: typeof fetch) {
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  let first = true
  const held: typeof fetch = async (url, init) => {
    const wait = first && String(init?.body).includes(` ${operation}`)
    if (wait) first = false
    const response = await send(url, init)
    if (wait) await released
    return response
  }
  return { fetch: held, release: () => release() }
}

/** Stores a session in memory, in the same way as `localStorage`. */
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
  /** Replaces the access token by an invalid one, which the server rejects like an expired one. */
  spoilAccessToken() {
    for (const [key, value] of this.items) {
      this.items.set(key, JSON.stringify({ ...JSON.parse(value), accessToken: 'ended' }))
    }
  }
}
