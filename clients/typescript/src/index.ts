// A typed client of the Outlay API.
export { type ClientOptions, createClient, OutlayClient } from './client.js'
export { OutlayError, type Problem } from './error.js'
export * from './generated/graphql.js'
export type { Page } from './page.js'
export type { Done } from './result.js'
export type { SessionStorage } from './storage.js'
