// Starts an Outlay server with a new database on a free port for a test, and removes it after the test.
import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const OUTLAY = process.env.OUTLAY_BIN ?? fileURLToPath(new URL('../target/debug/outlay', import.meta.url))
const STARTS_WITHIN_MS = 120_000

/** The organization and the member that a new database contains. */
export const DEMO = { organization: 'acme', email: 'ada@acme.example', password: 'outlay-demo' }

/** Starts a server. `url` is its GraphQL endpoint; `stop` ends it and removes its data. */
export async function startServer() {
  const directory = await mkdtemp(join(tmpdir(), 'outlay-'))
  // If this process is root, PostgreSQL runs as another user, which must be able to enter the directory.
  await chmod(directory, 0o755)
  const origin = `http://127.0.0.1:${await freePort()}`
  const server = spawn(
    OUTLAY,
    ['serve', '--listen', new URL(origin).host, '--data-dir', join(directory, 'data'), '--log', 'warn'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let log = ''
  server.stderr.setEncoding('utf8').on('data', (text) => (log += text))
  const ended = new Promise((resolve) => {
    server.once('error', (error) => resolve(error.message))
    server.once('exit', (code, signal) => resolve(`ended with ${signal ?? code}`))
  })
  const kill = () => server.kill()
  process.once('exit', kill)
  const stop = async () => {
    process.off('exit', kill)
    kill()
    await ended
    await rm(directory, { recursive: true, force: true })
  }

  const failure = await Promise.race([ended, ready(origin)])
  if (failure) {
    await stop()
    throw new Error(`${OUTLAY} did not start: ${failure}\n${log}`)
  }
  return { url: `${origin}/graphql`, stop }
}

async function ready(origin) {
  const end = Date.now() + STARTS_WITHIN_MS
  while (Date.now() < end) {
    const response = await fetch(`${origin}/readyz`).catch(() => null)
    if (response?.ok) return null
    await sleep(100)
  }
  return `not ready after ${STARTS_WITHIN_MS} ms`
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

// Run as a program, for tests in other languages: prints the endpoint and stops the server at the end of standard
// input.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url, stop } = await startServer()
  console.log(url)
  process.stdin.resume().once('end', stop)
}
