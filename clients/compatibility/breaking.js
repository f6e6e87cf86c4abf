import { CriticalityLevel, diff } from '@graphql-inspector/core'

/**
 * The changes from one schema to another that can break a client and that the changelog does not tell of.
 *
 * A change is told where an entry of the changelog's section "Unreleased" says **breaking** and names it in backquotes,
 * as in "**breaking** `Expense.merchant` is now `Expense.payee`".
 */
export async function untold(released, current, changelog) {
  const changes = await diff(released, current)
  const breaking = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking)
  const entries = unreleased(changelog).filter((entry) => entry.includes('**breaking**'))
  return breaking.filter(({ path }) => !entries.some((entry) => entry.includes(`\`${path}\``)))
}

function unreleased(changelog) {
  const section = changelog.split(/^## /m).find((text) => text.startsWith('Unreleased')) ?? ''
  return section.split(/^- /m).slice(1)
}
