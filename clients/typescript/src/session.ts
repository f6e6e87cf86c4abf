// The tokens of whoever is signed in: where they are kept, and how they are renewed once for everybody who waits.
import type { TokensFragment } from './generated/graphql.js'

/** Where a session outlives a page. `localStorage` is one, and so is anything of its shape that answers later. */
export interface SessionStorage {
  getItem(key: string): string | null | Promise<string | null>
  setItem(key: string, value: string): void | Promise<void>
  removeItem(key: string): void | Promise<void>
}

/** What is kept. */
export interface StoredSession extends TokensFragment {
  /** Slug of the organization that it is bound to, where the client was told. */
  readonly organization: string | null
}

/** New tokens for a refresh token; null when the session has ended. */
type Exchange = (refreshToken: string) => Promise<TokensFragment | null>

/** An access token this close to its end is renewed before a connection is opened with it. */
const MARGIN_MS = 10_000

export class Session {
  #current: StoredSession | null = null
  #loading: Promise<void> | null = null
  #renewal: Promise<void> | null = null

  constructor(
    private readonly storage: SessionStorage | undefined,
    private readonly key: string,
    private readonly exchange: Exchange,
  ) {}

  get current(): StoredSession | null {
    return this.#current
  }

  /** Takes up what an earlier page has kept. */
  load(): Promise<void> {
    return (this.#loading ??= this.#read().then((stored) => {
      this.#current ??= stored
    }))
  }

  /** Begins a session, or with null ends it. */
  async set(session: StoredSession | null): Promise<void> {
    this.#current = session
    if (session) await this.storage?.setItem(this.key, JSON.stringify(session))
    else await this.storage?.removeItem(this.key)
  }

  /** Renews tokens that end by the clock. Only for what the server cannot refuse and take again at once. */
  async fresh(): Promise<void> {
    const current = this.#current
    if (current && Date.parse(current.expiresAt) < Date.now() + MARGIN_MS) await this.renew(current.accessToken)
  }

  /**
   * Renews the tokens after `refused`, an access token, was refused. Invariant: a refresh token is sent once. One
   * that comes a second time ends the session, so whoever comes while it is under way waits for the same renewal,
   * and whoever comes with a token from before it finds it done.
   */
  renew(refused: string): Promise<void> {
    if (this.#current?.accessToken !== refused) return Promise.resolve()
    return (this.#renewal ??= this.#renew(this.#current).finally(() => {
      this.#renewal = null
    }))
  }

  #renew(mine: StoredSession): Promise<void> {
    return exclusively(this.key, async () => {
      const stored = await this.#read()
      const shared = stored?.organization === mine.organization
      if (stored && shared && stored.accessToken !== mine.accessToken) {
        this.#become(mine, stored)
        return
      }
      const tokens = await this.exchange(mine.refreshToken)
      const renewed = tokens && { ...tokens, organization: mine.organization }
      if (!this.#become(mine, renewed)) return
      // Another page has since kept a session of another organization: that one stays kept.
      if (!stored || shared) await this.set(renewed)
    })
  }

  /** Whether it is still `mine` that is to be replaced: nobody has signed out or switched meanwhile. */
  #become(mine: StoredSession, next: StoredSession | null): boolean {
    const still = this.#current === mine
    if (still) this.#current = next
    return still
  }

  async #read(): Promise<StoredSession | null> {
    const text = await this.storage?.getItem(this.key)
    return text ? (JSON.parse(text) as StoredSession) : null
  }
}

/** Runs alone among the pages that share a storage, where the platform has locks for that. */
function exclusively<T>(name: string, run: () => Promise<T>): Promise<T> {
  const locks = (globalThis.navigator as { locks?: LockManager } | undefined)?.locks
  return locks ? locks.request(name, run) : run()
}
