//! The SQL that the list of expenses runs: every statement, and as many for a hundred rows as for twenty.

use outlay_tests::{Org, expense, money, server};
use serde_json::{Value, json};

/// Everything that the contract's list selects.
const LIST: &str =
    "query($first: Int!) { expenses(first: $first, orderBy: { field: SPENT_ON, direction: DESC }) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges {
      cursor
      node {
        id spentOn merchant description status version
        amount { amount currencyCode }
        member { displayName department { name } }
        category { name }
        budget { year month department { name } }
      }
    }
  } }";

/// The statements of one request, in order.
async fn statements(request_id: &str) -> Vec<String> {
    server().await.statements(request_id).await
}

/// An organization whose expenses have different members, departments, categories and budgets.
async fn filled() -> Org {
    let org = Org::new().await;
    let account = org.account("Main", "0").await;
    let (mut departments, mut categories, mut budgets, mut members) =
        (vec![], vec![], vec![], vec![]);
    for index in 0..4 {
        let department = org.department(&format!("Department {index}")).await;
        categories.push(org.category(&format!("Category {index}")).await);
        let input = json!({
            "departmentId": department, "accountId": account, "year": 2026, "month": index + 1, "amount": money("9"),
        });
        budgets.push(org.make("createBudget", input, "budget").await);
        members.push(org.member_in("MEMBER", Some(&department)).await);
        departments.push(department);
    }
    for index in 0..100 {
        let mut input = expense(&format!("Shop {index}"), "1.00");
        input["categoryId"] = json!(categories[index % 4]);
        input["budgetId"] = json!(budgets[index % 4]);
        members[index % 4]
            .must("createExpense", input, "expense { id }")
            .await;
    }
    org
}

#[tokio::test]
async fn the_list_runs_the_same_few_statements_for_any_number_of_rows() {
    let org = filled().await;
    let mut counts = Vec::new();
    for first in [20, 100] {
        let answer = org.owner.run(LIST, json!({ "first": first })).await;
        assert_eq!(answer.errors(), Vec::<String>::new(), "{}", answer.body);
        let edges = answer.data("expenses.edges");
        assert_eq!(edges.as_array().map(Vec::len), Some(first));
        assert_ne!(
            edges[0]["node"]["budget"]["department"]["name"],
            Value::Null
        );
        counts.push(statements(&answer.request_id).await);
    }
    // One, without a transaction around it; the other differs in its limit.
    assert_eq!(counts[0].len(), 1, "{:#?}", counts[0]);
    assert_eq!(counts[1].len(), 1, "{:#?}", counts[1]);
    insta::assert_snapshot!("expense_list", counts[0].join("\n"));
}

#[tokio::test]
async fn what_one_statement_cannot_answer_is_read_in_one_snapshot() {
    let org = filled().await;
    // The sum is a statement of its own; so is what the member's manager would be, though there is none.
    let document = "{ expenses(first: 20) { total { amount } nodes { ...Shown } } }
        fragment Shown on Expense { id member { displayName manager { id } } category { name } }";
    let answer = org.owner.run(document, json!({})).await;
    assert_eq!(answer.errors(), Vec::<String>::new(), "{}", answer.body);
    let run = statements(&answer.request_id).await;
    assert_eq!(run.len(), 4, "{run:#?}");
    assert!(
        run[0].starts_with("BEGIN ISOLATION LEVEL REPEATABLE READ"),
        "{run:#?}"
    );
    assert!(
        run[1].contains(r#"LEFT JOIN "{tenant}"."category""#),
        "{run:#?}"
    );
    assert_eq!(run[3], "ROLLBACK");

    let both = "expenses(first: 1) { nodes { id } } budgets(first: 1) { nodes { id } }";
    for document in [
        format!("{{ {both} }}"),
        format!("{{ ... on Query {{ {both} }} }}"),
        format!("{{ ...Both }} fragment Both on Query {{ {both} }}"),
    ] {
        let answer = org.owner.run(&document, json!({})).await;
        let run = statements(&answer.request_id).await;
        assert_eq!(run.len(), 4, "{run:#?}");
    }
}

#[tokio::test]
async fn a_new_expense_is_one_write_and_one_read() {
    let org = filled().await;
    let (department, account) = (
        org.department("Lab").await,
        org.account("Petty", "90").await,
    );
    let budget = json!(org.budget(&department, &account, "90").await);
    let document = "mutation($input: CreateExpenseInput!) { createExpense(input: $input) {
        expense { id member { displayName department { name } } category { name } } errors { code } } }";
    let create = async |budget: Value| {
        let mut input = expense("Corner Bakery", "3.20");
        input["budgetId"] = budget;
        let answer = org.owner.run(document, json!({ "input": input })).await;
        assert_eq!(answer.data("createExpense.errors"), json!([]));
        let member = answer.data("createExpense.expense.member.displayName");
        assert_ne!(member, Value::Null);
        let run = statements(&answer.request_id).await;
        let words = run.iter().filter_map(|sql| sql.split_whitespace().next());
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(create(Value::Null).await, ["WITH", "SELECT"]);
    assert_eq!(create(budget.clone()).await, ["WITH", "SELECT"]);
    let version = org.owner.run("{ organization { version } }", json!({}));
    let version = version.await.data("organization.version");
    let block = json!({ "version": version, "overBudget": "BLOCK" });
    org.owner
        .must("updateOrganization", block, "organization { id }")
        .await;
    // After the expense: the rule, the lock of the budget, the sum that includes the expense, and the event.
    let locked = [
        "WITH", "BEGIN", "INSERT", "SELECT", "SELECT", "SELECT", "INSERT", "COMMIT", "SELECT",
    ];
    assert_eq!(create(budget).await, locked);
}

#[tokio::test]
async fn spending_is_one_statement_with_the_names_of_its_groups() {
    let org = filled().await;
    let document = "{ spending(groupBy: [DEPARTMENT, CATEGORY, MONTH]) { count total { amount } \
        rows { department { name } category { name } month total { amount } } } }";
    let answer = org.owner.run(document, json!({})).await;
    assert_eq!(answer.data("spending.count"), 100);
    let run = statements(&answer.request_id).await;
    assert_eq!(run.len(), 1, "{run:#?}");
    insta::assert_snapshot!("spending", run.join("\n"));
}
