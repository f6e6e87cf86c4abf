// The tokens of one sign-in, refreshed once for all waiting requests.
import type { TokensFragment } from './generated/graphql.js'
import type { SessionStore, StoredSession } from './storage.js'

/** Exchanges a refresh token for new tokens; null if the session has ended. */
export type Exchange = (refreshToken: string) => Promise<TokensFragment | null>

/** An access token that expires within this time is refreshed before a connection is opened with it. */
const MARGIN_MS = 10_000

export class Session {
  #current: StoredSession | null | undefined
  #loading: Promise<void> | null = null
  #refreshing: Promise<void> | null = null

  /** `current` is a new session, or null for none. If it is omitted, the session is read from the storage. */
  constructor(
    private readonly store: SessionStore,
    private readonly exchange: Exchange,
    current?: StoredSession | null,
  ) {
    this.#current = current
  }

  get current(): StoredSession | null {
    return this.#current ?? null
  }

  async load(): Promise<void> {
    if (this.#current !== undefined) return
    await (this.#loading ??= this.store.read().then((stored) => {
      this.#current = stored
    }))
  }

  /** Refreshes tokens that are about to expire. Used for connections, where a rejection costs more than for a request. */
  async fresh(): Promise<void> {
    const current = this.current
    if (current && Date.parse(current.expiresAt) < Date.now() + MARGIN_MS) await this.refresh(current.accessToken)
  }

  /**
   * Refreshes the tokens after the access token `rejected` was rejected. Invariant: a refresh token is sent only once,
   * because reuse ends the session. A call during a refresh waits for it, and a call with an older access token
   * returns immediately.
   */
  refresh(rejected: string): Promise<void> {
    const current = this.current
    if (current?.accessToken !== rejected) return Promise.resolve()
    return (this.#refreshing ??= this.#refresh(current).finally(() => {
      this.#refreshing = null
    }))
  }

  #refresh(current: StoredSession): Promise<void> {
    return this.store.exclusively(async () => {
      const stored = await this.store.read()
      if (stored?.id === current.id && stored.accessToken !== current.accessToken) {
        // Another page has refreshed the tokens already.
        this.#current = stored
        return
      }
      const tokens = await this.exchange(current.refreshToken)
      this.#current = tokens && { ...current, ...tokens }
      await this.store.replace(current.id, this.#current)
    })
  }
}
