// The client: calls of the API and the session they use.
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
import { SessionStore, type SessionStorage, type StoredSession } from './storage.js'
import { anonymous, authorized, type Transport, type TransportOptions } from './transport.js'

export interface ClientOptions extends TransportOptions {
  /** Slug of the organization to sign in to. */
  organization?: string
  /** Storage of the session, such as `localStorage`. Without it, the session ends with this object. */
  storage?: SessionStorage
}

/** Creates a client. Does not send a request. */
export function createClient(options: ClientOptions): OutlayClient {
  return new OutlayClient(options)
}

export class OutlayClient {
  readonly #options: ClientOptions
  readonly #anonymous: Client
  readonly #store: SessionStore
  #session: Session
  #transport: Transport

  constructor(options: ClientOptions) {
    this.#options = options
    this.#anonymous = anonymous(options)
    this.#store = new SessionStore(options.storage, `outlay:${options.url}`)
    this.#session = new Session(this.#store, this.#refresh)
    this.#transport = authorized(options, this.#session)
  }

  /**
   * The underlying urql client, for its bindings to React and others. Each session has a new one: read this property
   * again after signing in, switching organizations and signing out.
   */
  get urql(): Client {
    return this.#transport.urql
  }

  /** Slug of the organization of the session; null if it is unknown. */
  get organization(): string | null {
    return this.#session.current?.organization ?? null
  }

  /** Whether there is a session. It may have ended on the server. */
  async signedIn(): Promise<boolean> {
    await this.#session.load()
    return this.#session.current !== null
  }

  /** Creates a user and signs in, without an organization. */
  async signUp(input: SignUpInput): Promise<Done<SignUpMutation>['signUp']['user']> {
    const { signUp } = doneOf(await this.#anonymous.mutation(SignUpDocument, { input }))
    await this.useSession(signUp.session, null)
    return signUp.user
  }

  /** Signs in to the organization in `input`, or else to the client's organization. */
  async signIn(input: SignInInput): Promise<Done<SignInMutation>['signIn']['user']> {
    const organization = input.organization ?? this.#options.organization ?? null
    const { signIn } = doneOf(
      await this.#anonymous.mutation(SignInDocument, { input: { ...input, organization } }),
    )
    await this.useSession(signIn.session, organization)
    return signIn.user
  }

  /** Switches to another organization of the user. */
  async switchOrganization(organization: string): Promise<void> {
    const { switchOrganization } = await this.mutate(SwitchOrganizationDocument, { input: { organization } })
    await this.useSession(switchOrganization.session, organization)
  }

  /** Ends the session. It ends on this client even if the request fails. */
  async signOut(): Promise<void> {
    try {
      await this.mutate(SignOutDocument, {})
    } catch (error) {
      const ended = error instanceof OutlayError && error.code === 'UNAUTHENTICATED'
      if (!ended) throw error
    } finally {
      const id = this.#session.current?.id
      if (id) await this.#store.replace(id, null)
      this.#become(null)
    }
  }

  /** Uses the tokens returned by another mutation: `createOrganization`, `acceptInvitation`. */
  async useSession(tokens: TokensFragment, organization: string | null): Promise<void> {
    const id = crypto.getRandomValues(new Uint32Array(4)).join('-')
    const session = { ...tokens, id, organization }
    await this.#store.write(session)
    this.#become(session)
  }

  /** Runs a query and returns its data. Throws an `OutlayError` if the response has an error. */
  async query<Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Promise<Data> {
    return dataOf(await this.urql.query(document, variables))
  }

  /** Runs a mutation and returns its data. Throws an `OutlayError` if the response or a payload has an error. */
  async mutate<Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Promise<Done<Data>> {
    return doneOf(await this.urql.mutation(document, variables))
  }

  /** Iterates over the pages of a list. The query must have a variable `after`; `pick` returns the list from its data. */
  pages<Data, Variables extends { after?: string | null | undefined }, Connection extends Page>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
    pick: (data: Data) => Connection,
  ): AsyncGenerator<Connection, void, undefined> {
    return pages(async (after) => pick(await this.query(document, { ...variables, after: after ?? variables.after })))
  }

  /** Starts a subscription and iterates over its events. It ends when the iteration ends. */
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

  /** Invariant: a call started in one session is never sent in another one, which may belong to another organization. */
  #become(session: StoredSession | null): void {
    this.#transport.close()
    this.#session = new Session(this.#store, this.#refresh, session)
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
