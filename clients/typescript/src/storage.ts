// Stores a session in a storage shared by all pages of a site.
import type { TokensFragment } from './generated/graphql.js'

/** A storage in which a session outlives a page: `localStorage`, or an object with the same methods that may be async. */
export interface SessionStorage {
  getItem(key: string): string | null | Promise<string | null>
  setItem(key: string, value: string): void | Promise<void>
  removeItem(key: string): void | Promise<void>
}

/** A stored session. */
export interface StoredSession extends TokensFragment {
  /** The id of the sign-in. It does not change when the tokens are refreshed. */
  readonly id: string
  /** Slug of the session's organization; null if it is unknown. */
  readonly organization: string | null
}

export class SessionStore {
  constructor(
    private readonly storage: SessionStorage | undefined,
    private readonly key: string,
  ) {}

  async read(): Promise<StoredSession | null> {
    const text = await this.storage?.getItem(this.key)
    return text ? (JSON.parse(text) as StoredSession) : null
  }

  async write(session: StoredSession): Promise<void> {
    await this.storage?.setItem(this.key, JSON.stringify(session))
  }

  /** Replaces or removes the stored session with this id. Does nothing if another page has stored another sign-in. */
  async replace(id: string, session: StoredSession | null): Promise<void> {
    if ((await this.read())?.id !== id) return
    if (session) await this.write(session)
    else await this.storage?.removeItem(this.key)
  }

  /** Runs exclusively among the pages that share the storage, if the platform supports locks. */
  exclusively<T>(run: () => Promise<T>): Promise<T> {
    const locks = (globalThis.navigator as { locks?: LockManager } | undefined)?.locks
    return locks ? locks.request(this.key, run) : run()
  }
}
