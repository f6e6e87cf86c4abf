// The client: calls of the API, and the session that they are made in.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import type { AnyVariables, Client } from '@urql/core'
import { pipe, toAsyncIterable } from 'wonka'

import { OutlayError } from './error.js'
import {
  RefreshSessionDocument,
  SignInDocument,
  type SignInInput,
  type SignInMutation,
  SignOutDocument,
  SignUpDocument,
  type SignUpInput,
  type SignUpMutation,
  SwitchOrganizationDocument,
  type TokensFragment,
} from './generated/graphql.js'
import { type Page, pages } from './page.js'
import { dataOf, type Done, doneOf } from './result.js'
import { Session } from './session.js'
import { Kept, type SessionStorage, type StoredSession } from './storage.js'
import { anonymous, authorized, type Transport, type TransportOptions } from './transport.js'

export interface ClientOptions extends TransportOptions {
  /** Slug of the organization to sign in to. */
  organization?: string
  /** Where to keep the session, such as `localStorage`; left out, it ends with this object. */
  storage?: SessionStorage
}

/** Makes a client; nothing is sent yet. */
export function createClient(options: ClientOptions): OutlayClient {
  return new OutlayClient(options)
}

export class OutlayClient {
  readonly #options: ClientOptions
  readonly #anonymous: Client
  readonly #kept: Kept
  #session: Session
  #transport: Transport

  constructor(options: ClientOptions) {
    this.#options = options
    this.#anonymous = anonymous(options)
    this.#kept = new Kept(options.storage, `outlay:${options.url}`)
    this.#session = new Session(this.#kept, this.#refresh)
    this.#transport = authorized(options, this.#session)
  }

  /**
   * The urql client underneath, for its bindings to React and others. Each session has its own: ask for it again
   * after signing in, switching and signing out.
   */
  get urql(): Client {
    return this.#transport.urql
  }

  /** Slug of the organization that calls are for, as far as this client was told. */
  get organization(): string | null {
    return this.#session.current?.organization ?? null
  }

  /** Whether there is a session; it may have ended on the server's side. */
  async signedIn(): Promise<boolean> {
    await this.#session.load()
    return this.#session.current !== null
  }

  /** Makes a user, signed in to no organization yet. */
  async signUp(input: SignUpInput): Promise<Done<SignUpMutation>['signUp']['user']> {
    const { signUp } = doneOf(await this.#anonymous.mutation(SignUpDocument, { input }))
    await this.useSession(signUp.session, null)
    return signUp.user
  }

  /** Signs in, to the client's own organization unless another is named. */
  async signIn(input: SignInInput): Promise<Done<SignInMutation>['signIn']['user']> {
    const organization = input.organization ?? this.#options.organization ?? null
    const { signIn } = doneOf(
      await this.#anonymous.mutation(SignInDocument, { input: { ...input, organization } }),
    )
    await this.useSession(signIn.session, organization)
    return signIn.user
  }

  /** Goes to another organization of the user's. */
  async switchOrganization(organization: string): Promise<void> {
    const { switchOrganization } = await this.mutate(SwitchOrganizationDocument, { input: { organization } })
    await this.useSession(switchOrganization.session, organization)
  }

  /** Ends the session, here in any case. */
  async signOut(): Promise<void> {
    try {
      await this.mutate(SignOutDocument, {})
    } catch (error) {
      const ended = error instanceof OutlayError && error.code === 'UNAUTHENTICATED'
      if (!ended) throw error
    } finally {
      const id = this.#session.current?.id
      if (id) await this.#kept.replace(id, null)
      this.#become(null)
    }
  }

  /** Goes on with tokens that another mutation gave: `createOrganization`, `acceptInvitation`. */
  async useSession(tokens: TokensFragment, organization: string | null): Promise<void> {
    const id = crypto.getRandomValues(new Uint32Array(4)).join('-')
    const session = { ...tokens, id, organization }
    await this.#kept.write(session)
    this.#become(session)
  }

  /** The data of a query; throws an `OutlayError` when anything in it was refused. */
  async query<Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Promise<Data> {
    return dataOf(await this.urql.query(document, variables))
  }

  /** The data of a mutation that was done; throws an `OutlayError` when it was not, also for errors in the payload. */
  async mutate<Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Promise<Done<Data>> {
    return doneOf(await this.urql.mutation(document, variables))
  }

  /** The pages of a list that a query with a variable `after` reads; `pick` finds the list in its data. */
  pages<Data, Variables extends { after?: string | null | undefined }, Connection extends Page>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
    pick: (data: Data) => Connection,
  ): AsyncGenerator<Connection, void, undefined> {
    return pages(async (after) => pick(await this.query(document, { ...variables, after: after ?? variables.after })))
  }

  /** What a subscription tells, for as long as it is iterated over. */
  async *subscribe<Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): AsyncGenerator<Data, void, undefined> {
    for await (const result of pipe(this.urql.subscription(document, variables), toAsyncIterable)) {
      yield dataOf(result)
    }
  }

  /** Closes the connection of subscriptions. */
  close(): void {
    this.#transport.close()
  }

  /** Invariant: what was begun in one session is never sent in another, which may be another organization's. */
  #become(session: StoredSession | null): void {
    this.#transport.close()
    this.#session = new Session(this.#kept, this.#refresh, session)
    this.#transport = authorized(this.#options, this.#session)
  }

  readonly #refresh = async (refreshToken: string): Promise<TokensFragment | null> => {
    try {
      const result = await this.#anonymous.mutation(RefreshSessionDocument, { input: { refreshToken } })
      return doneOf(result).refreshSession.session
    } catch (error) {
      if (error instanceof OutlayError && error.code === 'UNAUTHENTICATED') return null
      throw error
    }
  }
}
