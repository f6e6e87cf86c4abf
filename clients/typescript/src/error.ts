// What a call that failed throws: one class, with the server's code.
import type { CombinedError } from '@urql/core'

import type { ErrorCode } from './generated/graphql.js'

/** One thing that is wrong. */
export interface Problem {
  readonly code: ErrorCode
  /** The field of the input that it is about, as a path such as `amount.currencyCode`. */
  readonly field: string | null
  readonly message: string
}

/**
 * A call that was refused, or got no answer. `code` and `field` are those of the first problem; where the server
 * named none, the code is `NETWORK` and `cause` tells what happened.
 */
export class OutlayError extends Error {
  override readonly name = 'OutlayError'
  readonly code: ErrorCode | 'NETWORK'
  readonly field: string | null
  /** Everything that is wrong. */
  readonly problems: readonly Problem[]
  /** What was answered all the same: other fields of a query, or the lines of a file that was refused. */
  readonly data: unknown
  /** What the server's log knows the request by; null when a payload told of the problems. */
  readonly requestId: string | null

  constructor(
    problems: readonly Problem[],
    about: { data?: unknown; requestId?: string | null; cause?: unknown } = {},
  ) {
    const [first] = problems
    const unanswered = about.cause instanceof Error ? about.cause.message : 'The server gave no answer.'
    super(first?.message ?? unanswered, { cause: about.cause })
    this.code = first?.code ?? 'NETWORK'
    this.field = first?.field ?? null
    this.problems = problems
    this.data = about.data ?? null
    this.requestId = about.requestId ?? null
  }

  /** What urql reports, as an `OutlayError`. */
  static from(error: CombinedError, data?: unknown): OutlayError {
    // The renewal of a session fails with one already.
    if (error.networkError instanceof OutlayError) return error.networkError
    const problems = error.graphQLErrors.map(({ message, extensions }) => ({
      code: (extensions.code ?? 'INTERNAL') as ErrorCode,
      field: (extensions.field ?? null) as string | null,
      message,
    }))
    const response: unknown = error.response
    const requestId = response instanceof Response ? response.headers.get('x-request-id') : null
    return new OutlayError(problems, { data, requestId, cause: error.networkError })
  }
}
