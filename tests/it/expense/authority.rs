//! Who may see, write, decide and settle which expenses.

use outlay_tests::{Client, Org, expense};
use serde_json::{Value, json};

const EXPENSE: &str = "expense { id version status }";

/// An expense of this client's, submitted; the input of a decision on it.
async fn submitted(by: &Client, department: Option<&str>) -> Value {
    let mut input = expense("Café", "9.90");
    input["departmentId"] = json!(department);
    let made = by.must("createExpense", input, EXPENSE).await["expense"].clone();
    let input = json!({ "id": made["id"], "version": 1 });
    by.must("submitExpense", input, EXPENSE).await;
    json!({ "id": made["id"], "version": 2 })
}

/// The same with a reason.
fn because(mut input: Value) -> Value {
    input["reason"] = json!("because");
    input
}

#[tokio::test]
async fn nobody_decides_on_an_expense_of_their_own() {
    let org = Org::new().await;
    let sales = org.department("Sales").await;
    for role in ["OWNER", "ADMIN", "FINANCE", "APPROVER"] {
        let client = org.member_in(role, Some(&sales)).await;
        let input = submitted(&client, Some(&sales)).await;
        assert_eq!(
            client
                .mutate("approveExpense", input.clone(), EXPENSE)
                .await
                .errors(),
            ["FORBIDDEN"],
            "{role}"
        );
        assert_eq!(
            client
                .mutate("rejectExpense", because(input), EXPENSE)
                .await
                .errors(),
            ["FORBIDDEN"],
            "{role}"
        );
    }
    // Nor when finance entered it in their name.
    let admin = org.member("ADMIN").await;
    let who = admin
        .run("{ viewer { member { id } } }", json!({}))
        .await
        .data("viewer.member.id");
    let mut input = expense("Taxi", "20");
    input["memberId"] = who;
    let made = org.owner.must("createExpense", input, EXPENSE).await["expense"]["id"].clone();
    org.owner
        .must(
            "submitExpense",
            json!({ "id": made, "version": 1 }),
            EXPENSE,
        )
        .await;
    let input = json!({ "id": made, "version": 2 });
    assert_eq!(
        admin
            .mutate("approveExpense", input, EXPENSE)
            .await
            .errors(),
        ["FORBIDDEN"]
    );
}

#[tokio::test]
async fn an_approver_decides_in_the_own_department_alone() {
    let org = Org::new().await;
    let (sales, research) = (
        org.department("Sales").await,
        org.department("Research").await,
    );
    let approver = org.member_in("APPROVER", Some(&sales)).await;
    let (colleague, other) = (
        org.member_in("MEMBER", Some(&sales)).await,
        org.member("MEMBER").await,
    );
    let own = submitted(&colleague, None).await;
    approver.must("approveExpense", own, EXPENSE).await;
    let own = submitted(&other, Some(&sales)).await;
    approver.must("rejectExpense", because(own), EXPENSE).await;
    for department in [Some(research.as_str()), None] {
        let input = submitted(&other, department).await;
        let answer = approver
            .mutate("approveExpense", input.clone(), EXPENSE)
            .await;
        assert_eq!(
            answer.codes(),
            ["NOT_FOUND"],
            "what an approver cannot see is not there"
        );
        org.member("FINANCE")
            .await
            .must("approveExpense", input, EXPENSE)
            .await;
    }
    let homeless = org.member("APPROVER").await;
    let input = submitted(&other, None).await;
    assert_eq!(
        homeless
            .mutate("approveExpense", input, EXPENSE)
            .await
            .codes(),
        ["NOT_FOUND"]
    );
}

#[tokio::test]
async fn members_and_viewers_decide_nothing_and_settle_nothing() {
    let org = Org::new().await;
    let sales = org.department("Sales").await;
    let member = org.member_in("MEMBER", Some(&sales)).await;
    for (role, code) in [
        ("MEMBER", "NOT_FOUND"),
        ("VIEWER", "FORBIDDEN"),
        ("APPROVER", "FORBIDDEN"),
    ] {
        let client = org.member_in(role, Some(&sales)).await;
        let input = submitted(&member, None).await;
        if role != "APPROVER" {
            assert_eq!(
                client
                    .mutate("approveExpense", input.clone(), EXPENSE)
                    .await
                    .codes(),
                [code],
                "{role}"
            );
            let answer = client
                .mutate("rejectExpense", because(input.clone()), EXPENSE)
                .await;
            assert_eq!(answer.codes(), [code], "{role}");
        }
        let answer = client
            .mutate("voidExpense", because(input.clone()), EXPENSE)
            .await;
        assert_eq!(answer.codes(), [code], "{role}");
        assert_eq!(
            client
                .mutate("reimburseExpense", input, EXPENSE)
                .await
                .codes(),
            [code],
            "{role}"
        );
    }
    let own = submitted(&member, None).await;
    assert_eq!(
        member
            .mutate("voidExpense", because(own), EXPENSE)
            .await
            .errors(),
        ["FORBIDDEN"]
    );
}

#[tokio::test]
async fn each_role_sees_the_expenses_that_are_its_business() {
    let org = Org::new().await;
    let sales = org.department("Sales").await;
    let (one, two) = (
        org.member_in("MEMBER", Some(&sales)).await,
        org.member("MEMBER").await,
    );
    let (in_sales, elsewhere) = (submitted(&one, None).await, submitted(&two, None).await);
    let seen = async |client: &Client| {
        let document = "query ($a: ID!, $b: ID!) { expenses(first: 10) { totalCount total { amount } }
            a: expense(id: $a) { id } b: expense(id: $b) { id } nodes(ids: [$a, $b]) { id } spending(groupBy: []) { count } }";
        let answer = client
            .run(
                document,
                json!({ "a": in_sales["id"], "b": elsewhere["id"] }),
            )
            .await;
        let found = [answer.data("a").is_object(), answer.data("b").is_object()];
        let nodes = [
            answer.data("nodes.0").is_object(),
            answer.data("nodes.1").is_object(),
        ];
        let count = found.iter().filter(|found| **found).count();
        assert_eq!(nodes, found);
        assert_eq!(answer.data("expenses.totalCount"), count, "{}", answer.body);
        assert_eq!(answer.data("spending.count"), count);
        found
    };
    for role in ["OWNER", "ADMIN", "FINANCE", "VIEWER"] {
        assert_eq!(seen(&org.member(role).await).await, [true, true], "{role}");
    }
    assert_eq!(
        seen(&org.member_in("APPROVER", Some(&sales)).await).await,
        [true, false]
    );
    assert_eq!(seen(&org.member("APPROVER").await).await, [false, false]);
    assert_eq!(
        seen(&org.member_in("MEMBER", Some(&sales)).await).await,
        [false, false]
    );
    assert_eq!(seen(&one).await, [true, false]);
}
