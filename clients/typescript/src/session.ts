// The tokens of one sign-in, renewed once for everybody who waits.
import type { TokensFragment } from './generated/graphql.js'
import type { Kept, StoredSession } from './storage.js'

/** New tokens for a refresh token; null when the session has ended. */
export type Exchange = (refreshToken: string) => Promise<TokensFragment | null>

/** An access token this close to its end is renewed before a connection is opened with it. */
const MARGIN_MS = 10_000

export class Session {
  #current: StoredSession | null | undefined
  #loading: Promise<void> | null = null
  #renewal: Promise<void> | null = null

  /** A session that has just begun, or null for none; without one, what an earlier page has kept. */
  constructor(
    private readonly kept: Kept,
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
    await (this.#loading ??= this.kept.read().then((stored) => {
      this.#current = stored
    }))
  }

  /** Renews tokens that end by the clock; for connections, where a refusal costs more than a request. */
  async fresh(): Promise<void> {
    const current = this.current
    if (current && Date.parse(current.expiresAt) < Date.now() + MARGIN_MS) await this.renew(current.accessToken)
  }

  /**
   * Renews the tokens after `refused`, an access token, was refused. Invariant: a refresh token is sent once. One
   * that comes a second time ends the session, so whoever comes while it is under way waits for the same renewal,
   * and whoever comes with a token from before it finds it done.
   */
  renew(refused: string): Promise<void> {
    const current = this.current
    if (current?.accessToken !== refused) return Promise.resolve()
    return (this.#renewal ??= this.#renew(current).finally(() => {
      this.#renewal = null
    }))
  }

  #renew(current: StoredSession): Promise<void> {
    return this.kept.exclusively(async () => {
      const stored = await this.kept.read()
      if (stored?.id === current.id && stored.accessToken !== current.accessToken) {
        // Another page was first.
        this.#current = stored
        return
      }
      const tokens = await this.exchange(current.refreshToken)
      this.#current = tokens && { ...current, ...tokens }
      await this.kept.replace(current.id, this.#current)
    })
  }
}
