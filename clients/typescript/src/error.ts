// The error thrown by failed calls.
import type { CombinedError } from '@urql/core'

import type { ErrorCode } from './generated/graphql.js'

/** One error of a response. */
export interface Problem {
  readonly code: ErrorCode
  /** The path of the affected input field, such as `amount.currencyCode`. */
  readonly field: string | null
  readonly message: string
}

/**
 * A call that was rejected, or has no response. `code` and `field` are those of the first problem. If the server returned
 * no problem, the code is `NETWORK` and `cause` is the reason.
 */
export class OutlayError extends Error {
  override readonly name = 'OutlayError'
  readonly code: ErrorCode | 'NETWORK'
  readonly field: string | null
  /** All problems. */
  readonly problems: readonly Problem[]
  /** Data returned with the errors: other fields of a query, or the problems of a rejected file. */
  readonly data: unknown
  /** The id of the request in the server's log; null if the problems are from a payload. */
  readonly requestId: string | null

  constructor(
    problems: readonly Problem[],
    about: { data?: unknown; requestId?: string | null; cause?: unknown } = {},
  ) {
    const [first] = problems
    const fallback = about.cause instanceof Error ? about.cause.message : 'The server returned no response.'
    super(first?.message ?? fallback, { cause: about.cause })
    this.code = first?.code ?? 'NETWORK'
    this.field = first?.field ?? null
    this.problems = problems
    this.data = about.data ?? null
    this.requestId = about.requestId ?? null
  }

  /** Converts an error of urql to an `OutlayError`. */
  static from(error: CombinedError, data?: unknown): OutlayError {
    // An error of the session refresh is an `OutlayError` already.
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
