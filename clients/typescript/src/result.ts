// Converts urql's results to data or an error.
import type { OperationResult } from '@urql/core'

import { OutlayError, type Problem } from './error.js'

/**
 * The data of a successful mutation. In the schema the fields of a payload are null if there are errors. Here they are
 * not null, because errors are thrown.
 */
export type Done<Data> = { [Field in keyof Data]: Filled<NonNullable<Data[Field]>> }
type Filled<Payload> = { [Field in keyof Payload]: NonNullable<Payload[Field]> }

/** Returns the data of a result. Throws its errors. */
export function dataOf<Data>({ data, error }: OperationResult<Data>): Data {
  if (error) throw OutlayError.from(error, data)
  if (data === undefined || data === null) throw new OutlayError([])
  return data
}

/** Returns the data of a mutation's result. Throws its errors and those of its payloads. */
export function doneOf<Data>(result: OperationResult<Data>): Done<Data> {
  const data = dataOf(result)
  const payloads = Object.values(data as Record<string, { errors?: Problem[] } | null>)
  const problems = payloads.flatMap((payload) => payload?.errors ?? [])
  if (problems.length > 0) throw new OutlayError(problems, { data })
  return data as Done<Data>
}
