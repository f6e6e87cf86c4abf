// The tabs of the first visit. The title of a tab is the name of its operation.

/** The credentials of the demo user on a new server. */
export const DEMO = { email: "ada@acme.example", password: "outlay-demo", organization: "acme" };

const day = (date: Date) => date.toISOString().slice(0, 10);
const today = new Date();
const yearAgo = new Date(Date.UTC(today.getUTCFullYear() - 1, today.getUTCMonth(), 1));

const EXPENSES = `# The newest expenses. For the next page,
# set the variable "after" to endCursor.
query Expenses($first: Int!, $after: String) {
  expenses(
    first: $first
    after: $after
    orderBy: { field: SPENT_ON, direction: DESC }
  ) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      spentOn
      merchant
      amount {
        amount
        currencyCode
      }
      status
      version
      member {
        displayName
      }
    }
  }
}
`;

const CREATE_EXPENSE = `# Creates a draft. A repeated request with the same
# idempotencyKey returns the first result.
mutation CreateExpense($input: CreateExpenseInput!) {
  createExpense(input: $input) {
    expense {
      id
      version
      status
      merchant
      amount {
        amount
        currencyCode
      }
    }
    errors {
      code
      field
      message
    }
  }
}
`;

const SPENDING = `# Expenses summed by category and month.
query Spending($from: Date, $to: Date) {
  spending(
    groupBy: [CATEGORY, MONTH]
    filter: {
      spentOn: { from: $from, to: $to }
    }
  ) {
    count
    total {
      amount
      currencyCode
    }
    rows {
      month
      category {
        name
      }
      count
      total {
        amount
      }
    }
  }
}
`;

const SIGN_IN = `# The Session panel runs this mutation
# and sets the headers of all tabs.
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    user {
      displayName
    }
    session {
      accessToken
      refreshToken
      expiresAt
    }
    errors {
      code
      field
      message
    }
  }
}
`;

const EXPENSE_CHANGED = `# Run this, then create an expense in
# another window: it appears here.
subscription ExpenseChanged {
  expenseChanged {
    action
    expense {
      id
      status
      merchant
      amount {
        amount
        currencyCode
      }
    }
  }
}
`;

interface Example {
  query: string;
  variables?: string;
}

const example = (query: string, variables?: object): Example => ({
  query,
  ...(variables && { variables: JSON.stringify(variables, null, 2) }),
});

export const EXAMPLES: Example[] = [
  example(SIGN_IN, { input: DEMO }),
  example(EXPENSES, { first: 10, after: null }),
  example(CREATE_EXPENSE, {
    input: {
      amount: { amount: "12.50", currencyCode: "EUR" },
      spentOn: day(today),
      merchant: "Corner Café",
      description: "Lunch with a client",
      idempotencyKey: `playground-${today.getTime()}`,
    },
  }),
  example(SPENDING, { from: day(yearAgo), to: day(today) }),
  example(EXPENSE_CHANGED),
];
