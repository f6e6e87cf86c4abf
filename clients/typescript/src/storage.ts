// Where a session is kept, if anywhere: one place for all pages of a site.
import type { TokensFragment } from './generated/graphql.js'

/** Where a session outlives a page. `localStorage` is one, and so is anything of its shape that answers later. */
export interface SessionStorage {
  getItem(key: string): string | null | Promise<string | null>
  setItem(key: string, value: string): void | Promise<void>
  removeItem(key: string): void | Promise<void>
}

/** What is kept. */
export interface StoredSession extends TokensFragment {
  /** Which sign-in it comes from; renewed tokens have the same. */
  readonly id: string
  /** Slug of the organization that it is bound to, where the client was told. */
  readonly organization: string | null
}

export class Kept {
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

  /** Puts what became of a session in its place, unless another page has put one of another sign-in there. */
  async replace(id: string, session: StoredSession | null): Promise<void> {
    if ((await this.read())?.id !== id) return
    if (session) await this.write(session)
    else await this.storage?.removeItem(this.key)
  }

  /** Runs alone among the pages that share the storage, where the platform has locks for that. */
  exclusively<T>(run: () => Promise<T>): Promise<T> {
    const locks = (globalThis.navigator as { locks?: LockManager } | undefined)?.locks
    return locks ? locks.request(this.key, run) : run()
  }
}
