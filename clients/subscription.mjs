// What the tests subscribe to: whichever field of the schema tells of expenses.
import { readFileSync } from 'node:fs'

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')
const type = /^type Subscription \{([^]*?)^\}/m.exec(sdl)?.[1].replaceAll(/"""[^]*?"""/g, '')
const field = type && /^\s*(\w*expense\w*)/im.exec(type)?.[1]

/** A document that any change of an expense answers. */
export const SUBSCRIPTION = `subscription { ${field} { __typename } }`

/** Why there is nothing to try; false where there is. */
export const NO_SUBSCRIPTION = field ? false : 'schema.graphql has no subscription to expenses yet'
