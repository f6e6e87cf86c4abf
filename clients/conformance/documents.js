// The documents sent by all clients.

const PROBLEMS = 'errors { code field message }'

export const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { session { accessToken } ${PROBLEMS} }
}`

export const EXPENSES = `query Expenses($first: Int!, $after: String) {
  expenses(first: $first, after: $after) {
    edges { node { id merchant amount { amount currencyCode } } }
    pageInfo { hasNextPage endCursor }
  }
}`

export const CREATE_EXPENSE = `mutation CreateExpense($input: CreateExpenseInput!) {
  createExpense(input: $input) { expense { id merchant status } ${PROBLEMS} }
}`

export const IMPORT_EXPENSES = `mutation ImportExpenses($input: ImportExpensesInput!) {
  importExpenses(input: $input) { import { status totalRows } ${PROBLEMS} }
}`

export const EVENT_CURSOR = `query EventCursor { eventCursor }`

export const EXPENSE_CHANGED = `subscription ExpenseChanged($after: String) {
  expenseChanged(after: $after) { action expense { id } }
}`

export const lunch = {
  amount: { amount: '12.50', currencyCode: 'EUR' },
  spentOn: '2026-01-31',
  merchant: 'Corner Café',
}

/** The input of a dry run of an import. */
export const payments = () => ({
  file: new File(['Date,Supplier,Amount\n2026-01-07,Northern Rail,86.40\n'], 'payments.csv'),
  mapping: { spentOn: 'Date', amount: 'Amount', merchant: 'Supplier' },
  currencyCode: 'EUR',
  dryRun: true,
})
