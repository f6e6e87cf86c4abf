// From urql's results to data or an error.
import type { OperationResult } from '@urql/core'

import { OutlayError, type Problem } from './error.js'

/**
 * The data of a mutation that was done. The schema says of the fields of a payload that they are null when there
 * are errors; errors are thrown, so here they are not.
 */
export type Done<Data> = { [Field in keyof Data]: Filled<NonNullable<Data[Field]>> }
type Filled<Payload> = { [Field in keyof Payload]: NonNullable<Payload[Field]> }

/** The data of a result; its errors are thrown. */
export function dataOf<Data>({ data, error }: OperationResult<Data>): Data {
  if (error) throw OutlayError.from(error, data)
  if (data === undefined || data === null) throw new OutlayError([])
  return data
}

/** The data of a mutation's result; its errors, and those of its payloads, are thrown. */
export function doneOf<Data>(result: OperationResult<Data>): Done<Data> {
  const data = dataOf(result)
  const payloads = Object.values(data as Record<string, { errors?: Problem[] } | null>)
  const problems = payloads.flatMap((payload) => payload?.errors ?? [])
  if (problems.length > 0) throw new OutlayError(problems, { data })
  return data as Done<Data>
}
