// Fails when schema.graphql would break a client of the last release and the changelog does not say so.
import { readFileSync } from 'node:fs'
import { buildSchema } from 'graphql'
import { untold } from './breaking.js'

const read = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

const changes = await untold(
  buildSchema(read('schema.released.graphql')),
  buildSchema(read('schema.graphql')),
  read('CHANGELOG.md'),
)
for (const { path, message } of changes) {
  console.error(`${path}: ${message}`)
}
if (changes.length > 0) {
  console.error('\nThis breaks clients of the last release. Deprecate instead, or tell of each in CHANGELOG.md under')
  console.error('"Unreleased", in an entry with **breaking** and its name, such as `Expense.merchant`.')
  process.exit(1)
}
console.log('schema.graphql breaks no client of the last release that the changelog does not warn')
