// Documents for the Relay compiler. The list is declared as for `usePaginationFragment`.
const { graphql } = require('relay-runtime')

graphql`
  query documentsExpensesQuery($first: Int!, $status: [ExpenseStatus!]!) {
    ...documents_expenses @arguments(first: $first, status: $status)
  }
`

graphql`
  fragment documents_expenses on Query
  @argumentDefinitions(
    first: { type: "Int", defaultValue: 5 }
    after: { type: "String" }
    status: { type: "[ExpenseStatus!]!" }
  )
  @refetchable(queryName: "documentsNextExpensesQuery") {
    expenses(first: $first, after: $after, filter: { status: { in: $status } })
      @connection(key: "documents_expenses") {
      edges { node { id merchant amount { amount currencyCode } member { displayName } } }
    }
  }
`

// Every object with a global id can be refetched by `node`.
graphql`
  fragment documents_expense on Expense @refetchable(queryName: "documentsExpenseQuery") {
    merchant
    status
  }
`

graphql`
  mutation documentsCreateExpenseMutation($input: CreateExpenseInput!) {
    createExpense(input: $input) {
      expense { id merchant status }
      errors { code field message }
    }
  }
`

graphql`
  mutation documentsSignInMutation($input: SignInInput!) {
    signIn(input: $input) { session { accessToken } errors { code field message } }
  }
`
