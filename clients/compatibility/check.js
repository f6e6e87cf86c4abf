// Fails if schema.graphql breaks clients of the last release and the changelog does not announce it.
import { readFileSync } from 'node:fs'
import { buildSchema } from 'graphql'
import { unannounced } from './breaking.js'

const read = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

const changes = await unannounced(
  buildSchema(read('schema.released.graphql')),
  buildSchema(read('schema.graphql')),
  read('CHANGELOG.md'),
)
for (const { path, message } of changes) {
  console.error(`${path}: ${message}`)
}
if (changes.length > 0) {
  console.error('\nThese changes break clients of the last release. Deprecate instead, or announce each change in CHANGELOG.md')
  console.error('under "Unreleased", in an entry with **breaking** and the name, such as `Expense.merchant`.')
  process.exit(1)
}
console.log('schema.graphql has no unannounced breaking changes since the last release')
