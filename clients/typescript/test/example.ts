import {
  createClient,
  CreateExpenseDocument,
  ExpensesDocument,
  type ExpensesQueryVariables,
  OutlayError,
} from '@outlay/client'

const outlay = createClient({
  url: process.env['OUTLAY_URL'] ?? 'http://127.0.0.1:8080/graphql',
  organization: 'acme',
})
await outlay.signIn({ email: 'ada@acme.example', password: 'outlay-demo' })

const submitted: ExpensesQueryVariables = { first: 50, filter: { status: { in: ['SUBMITTED'] } } }
for await (const page of outlay.pages(ExpensesDocument, submitted, (data) => data.expenses)) {
  for (const { merchant, amount } of page.nodes) console.log(merchant, amount.amount, amount.currencyCode)
}

try {
  const { createExpense } = await outlay.mutate(CreateExpenseDocument, {
    input: {
      amount: { amount: '12.50', currencyCode: 'EUR' },
      spentOn: '2026-01-31',
      merchant: 'Corner Café',
      idempotencyKey: 'lunch-with-a-client',
    },
  })
  console.log('created', createExpense.expense.id)
} catch (error) {
  if (!(error instanceof OutlayError)) throw error
  console.error(error.code, error.field, error.message)
}

await outlay.signOut()
