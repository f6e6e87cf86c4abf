// Runs the audits of the reference implementation of GraphQL over HTTP.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { serverAudits } from 'graphql-http'

const AUDITS = 61

export function audits(server) {
  test('every audit passes', async (t) => {
    // The URL is read at each request, because the server is not started yet when the tests are registered.
    const all = serverAudits({ url: () => server.url })
    let passed = 0
    for (const { id, name, fn } of all) {
      await t.test(`${id} ${name}`, async () => {
        const result = await fn()
        await result.response?.body?.cancel().catch(() => {})
        assert.equal(result.status, 'ok', result.reason)
        passed += 1
      })
    }
    t.diagnostic(`${passed} of ${all.length} audits pass`)
    assert.equal(all.length, AUDITS)
  })
}
