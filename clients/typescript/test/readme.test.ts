// Tests that the example in the README equals example.ts, and that it runs.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { startServer } from '../../server.mjs'

const root = new URL('../', import.meta.url)

test('the README shows the example', async () => {
  const example = await readFile(new URL('test/example.ts', root), 'utf8')
  const readme = await readFile(new URL('README.md', root), 'utf8')
  assert.ok(readme.includes('```ts\n' + example + '```'))
})

test('the example runs', async (t) => {
  const server = await startServer()
  t.after(() => server.stop())
  const script = fileURLToPath(new URL('build/example.js', root))
  const env = { ...process.env, OUTLAY_URL: server.url }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], { env })
  assert.match(stdout, /created \S+\n$/)
  assert.equal(stderr, '')
})
