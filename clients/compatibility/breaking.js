import { CriticalityLevel, diff } from '@graphql-inspector/core'

/**
 * Returns the breaking changes from one schema to another that the changelog does not announce.
 *
 * A change is announced if an entry in the section "Unreleased" contains **breaking** and the name in backquotes, as in
 * "**breaking** `Expense.merchant` is now `Expense.payee`".
 */
export async function unannounced(released, current, changelog) {
  const changes = await diff(released, current)
  const breaking = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking)
  const entries = unreleased(changelog).filter((entry) => entry.includes('**breaking**'))
  return breaking.filter(({ path }) => !entries.some((entry) => entry.includes(`\`${path}\``)))
}

function unreleased(changelog) {
  const section = changelog.split(/^## /m).find((text) => text.startsWith('Unreleased')) ?? ''
  return section.split(/^- /m).slice(1)
}
