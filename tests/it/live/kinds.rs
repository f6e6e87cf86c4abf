//! Every kind of event, and who is told of it.

use std::fmt::Write as _;

use outlay_tests::{Org, expense, money, second_server, unique};
use serde_json::{Value, json};

use super::{changes, cursor};

#[tokio::test]
async fn each_step_of_an_expense_is_told_in_order_with_the_expense_as_it_is() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let mut events = changes(&org.owner).await;
    let made = member
        .must("createExpense", expense("Café", "1"), "expense { id }")
        .await["expense"]["id"]
        .clone();
    let told = events.told("expenseChanged").await;
    assert_eq!(told["action"], "CREATED");
    assert_eq!(told["expenseId"], made);
    assert_eq!(told["expense"]["merchant"], "Café");
    for (field, version, action) in [
        ("submitExpense", 1, "SUBMITTED"),
        ("withdrawExpense", 2, "WITHDRAWN"),
        ("submitExpense", 3, "SUBMITTED"),
    ] {
        let input = json!({ "id": made, "version": version });
        member.must(field, input, "expense { id }").await;
        let told = events.told("expenseChanged").await;
        assert_eq!(
            (&told["action"], &told["version"]),
            (&json!(action), &json!(version + 1))
        );
    }
    let input = json!({ "id": made, "version": 4 });
    org.owner
        .must("approveExpense", input, "expense { id }")
        .await;
    let told = events.told("expenseChanged").await;
    assert_eq!(told["action"], "APPROVED");
    assert_eq!(told["expense"]["status"], "APPROVED");
}

#[tokio::test]
async fn of_a_deleted_expense_the_id_is_told() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let mut input = expense("Café", "1");
    let made = member
        .must("createExpense", input.take(), "expense { id }")
        .await;
    let id = made["expense"]["id"].clone();
    let mut events = changes(&member).await;
    member
        .must(
            "deleteExpense",
            json!({ "id": id, "version": 1 }),
            "deletedId",
        )
        .await;
    let told = events.told("expenseChanged").await;
    assert_eq!(told["action"], "DELETED");
    assert_eq!((&told["expenseId"], &told["expense"]), (&id, &json!(null)));
}

#[tokio::test]
async fn what_happens_on_one_server_is_told_on_every_other() {
    let org = Org::new().await;
    let there = org.owner.at(&second_server().await.url);
    let mut events = [changes(&org.owner).await, changes(&there).await];
    for (client, merchant) in [(&org.owner, "Here"), (&there, "There")] {
        client
            .must("createExpense", expense(merchant, "1"), "expense { id }")
            .await;
        for events in &mut events {
            let told = events.told("expenseChanged").await;
            assert_eq!(told["expense"]["merchant"], merchant);
        }
    }
}

#[tokio::test]
async fn members_are_told_of_their_own_and_approvers_of_their_departments_expenses() {
    let org = Org::new().await;
    let department = org.department("Sales").await;
    let (mary, peter) = (org.member("MEMBER").await, org.member("MEMBER").await);
    let approver = org.member_in("APPROVER", Some(&department)).await;
    let elsewhere = org.member("APPROVER").await;
    let mut told = [
        changes(&org.owner).await,
        changes(&mary).await,
        changes(&peter).await,
        changes(&approver).await,
        changes(&elsewhere).await,
    ];
    let mut input = expense("Hers, for sales", "1");
    input["departmentId"] = json!(department);
    let made = mary.must("createExpense", input, "expense { id }").await;
    for client in [&mary, &peter, &approver, &elsewhere] {
        client
            .must("createExpense", expense("End", "1"), "expense { id }")
            .await;
    }
    let mut seen = Vec::new();
    for events in &mut told {
        let first = events.told("expenseChanged").await;
        seen.push(first["expenseId"] == made["expense"]["id"]);
    }
    assert_eq!(seen, [true, true, false, true, false]);
}

#[tokio::test]
async fn who_may_decide_is_told_of_what_was_submitted() {
    let org = Org::new().await;
    let department = org.department("Sales").await;
    let mary = org.member_in("MEMBER", Some(&department)).await;
    let approver = org.member_in("APPROVER", Some(&department)).await;
    let document = "subscription { approvalWanted { cursor action expense { merchant } } }";
    let refused = mary.listen(document, json!({})).await.ended().await;
    assert_eq!(refused, ["FORBIDDEN"]);
    let after = cursor(&org.owner).await;
    let document = "subscription($after: String) { approvalWanted(after: $after) { cursor action expense { merchant } } }";
    let mut events = Vec::new();
    for client in [&org.owner, &approver] {
        events.push(client.listen(document, json!({ "after": after })).await);
    }
    // Nobody decides on an expense of their own.
    for (client, merchant) in [
        (&org.owner, "Own"),
        (&approver, "Approver's"),
        (&mary, "Mary's"),
    ] {
        let made = client
            .must("createExpense", expense(merchant, "1"), "expense { id }")
            .await;
        let input = json!({ "id": made["expense"]["id"], "version": 1 });
        client.must("submitExpense", input, "expense { id }").await;
    }
    let merchant = async |events: &mut outlay_tests::Events| {
        let told = events.told("approvalWanted").await;
        assert_eq!(told["action"], "SUBMITTED");
        told["expense"]["merchant"].clone()
    };
    assert_eq!(merchant(&mut events[0]).await, "Approver's");
    assert_eq!(merchant(&mut events[0]).await, "Mary's");
    assert_eq!(merchant(&mut events[1]).await, "Mary's");
}

#[tokio::test]
async fn a_budget_is_told_when_eighty_and_a_hundred_percent_are_reached_and_not_between() {
    let org = Org::new().await;
    let (department, account) = (
        org.department("Sales").await,
        org.account("Bank", "0").await,
    );
    let budget = org.budget(&department, &account, "100").await;
    let member = org.member("MEMBER").await;
    let document = "subscription($after: String) { budgetNearingLimit(after: $after) \
        { cursor percent budgetId budget { spent { amount } } } }";
    let start = cursor(&member).await;
    let mut events = member.listen(document, json!({ "after": start })).await;
    let spend = async |amount: &str| {
        let mut input = expense("Café", amount);
        input["budgetId"] = json!(budget);
        let made = org
            .owner
            .must("createExpense", input, "expense { id }")
            .await;
        made["expense"]["id"].clone()
    };
    spend("79").await;
    spend("1").await;
    let told = events.told("budgetNearingLimit").await;
    assert_eq!(
        (&told["percent"], &told["budgetId"]),
        (&json!(80), &json!(budget))
    );
    spend("10").await;
    let last = spend("10").await;
    let told = events.told("budgetNearingLimit").await;
    assert_eq!(told["percent"], 100);
    assert_eq!(told["budget"]["spent"]["amount"], "100.00");
    // Freed and spent again, it is told again; unless both are read together, so the first is awaited.
    let mut deleted = changes(&org.owner).await;
    let input = json!({ "id": last, "version": 1 });
    org.owner.must("deleteExpense", input, "deletedId").await;
    assert_eq!(deleted.told("expenseChanged").await["action"], "DELETED");
    let cursor = told["cursor"].clone();
    spend("5").await;
    spend("40").await;
    let told = events.told("budgetNearingLimit").await;
    assert_eq!(
        (&told["percent"], &told["budget"]["spent"]["amount"]),
        (&json!(100), &json!("135.00"))
    );
    // A change of another amount than money moves nothing.
    let mut late = member.listen(document, json!({ "after": start })).await;
    assert_eq!(
        late.told("budgetNearingLimit").await["percent"],
        100,
        "once for all that was missed"
    );
    let mut late = member.listen(document, json!({ "after": cursor })).await;
    assert_eq!(
        late.within(std::time::Duration::from_millis(300)).await,
        None,
        "100 % then, and now"
    );
}

#[tokio::test]
async fn a_refund_frees_a_budget_when_it_is_approved_and_fills_it_when_it_is_voided() {
    let org = Org::new().await;
    let (department, account) = (
        org.department("Sales").await,
        org.account("Bank", "0").await,
    );
    let budget = org.budget(&department, &account, "100").await;
    let member = org.member("MEMBER").await;
    let document = "subscription($after: String) { budgetNearingLimit(after: $after) \
        { percent budget { spent { amount } } } }";
    let start = cursor(&member).await;
    let mut events = member.listen(document, json!({ "after": start })).await;
    let create = async |amount: &str| {
        let mut input = expense("Café", amount);
        input["budgetId"] = json!(budget);
        let made = member.must("createExpense", input, "expense { id }").await;
        made["expense"]["id"].clone()
    };
    let refund = create("-30").await;
    create("79").await;
    create("1").await;
    let told = events.told("budgetNearingLimit").await;
    let spent = |told: &Value| told["budget"]["spent"]["amount"].clone();
    assert_eq!(
        (&told["percent"], spent(&told)),
        (&json!(80), json!("80.00"))
    );
    let input = json!({ "id": refund, "version": 1 });
    member.must("submitExpense", input, "expense { id }").await;
    let input = json!({ "id": refund, "version": 2 });
    org.owner
        .must("approveExpense", input, "expense { id }")
        .await;
    create("29").await;
    let input = json!({ "id": refund, "version": 3, "reason": "It never came." });
    org.owner.must("voidExpense", input, "expense { id }").await;
    let told = events.told("budgetNearingLimit").await;
    assert_eq!(
        (&told["percent"], spent(&told)),
        (&json!(100), json!("109.00"))
    );
}

#[tokio::test]
async fn two_who_cross_a_limit_together_are_not_overlooked() {
    let org = Org::new().await;
    let (department, account) = (
        org.department("Sales").await,
        org.account("Bank", "0").await,
    );
    let document =
        "subscription($after: String) { budgetNearingLimit(after: $after) { percent budgetId } }";
    for round in 1..=10 {
        let input = json!({
            "departmentId": department, "accountId": account, "year": 2030, "month": round, "amount": money("100"),
        });
        let budget = org.make("createBudget", input, "budget").await;
        let after = cursor(&org.owner).await;
        let mut events = org.owner.listen(document, json!({ "after": after })).await;
        let spend = || {
            let mut input = expense("Café", "8");
            input["budgetId"] = json!(budget);
            org.owner.must("createExpense", input, "expense { id }")
        };
        futures::future::join_all((0..10).map(|_| spend())).await;
        let told = events.told("budgetNearingLimit").await;
        assert_eq!(
            (&told["percent"], &told["budgetId"]),
            (&json!(80), &json!(budget))
        );
        assert_eq!(
            events.within(std::time::Duration::from_millis(50)).await,
            None
        );
    }
}

#[tokio::test]
async fn an_import_is_told_from_its_first_line_to_its_end() {
    let org = Org::new().await;
    let there = org.owner.at(&second_server().await.url);
    let after = cursor(&org.owner).await;
    let document = "subscription($after: String) { importProgress(after: $after) \
        { cursor state importId doneRows totalRows import { fileName importedRows } } }";
    let refused = org
        .member("MEMBER")
        .await
        .listen(document, json!({}))
        .await
        .ended()
        .await;
    assert_eq!(refused, ["FORBIDDEN"]);
    let mut streams = [
        org.owner.listen(document, json!({ "after": after })).await,
        there.listen(document, json!({ "after": after })).await,
    ];
    let mut file = String::from("Date,Amount,Who\n");
    for line in 0..5_000 {
        // Writing into a String cannot fail.
        let _ = writeln!(file, "2026-01-01,1.00,{} {line}", unique("Shop"));
    }
    let import = "mutation($input: ImportExpensesInput!) { importExpenses(input: $input) { import { id } errors { code } } }";
    let input = json!({
        "file": null, "mapping": { "spentOn": "Date", "amount": "Amount", "merchant": "Who" }, "currencyCode": "EUR",
    });
    let answer = org
        .owner
        .upload(
            import,
            json!({ "input": input }),
            "file.csv",
            file.into_bytes(),
        )
        .await;
    let id = answer.data("importExpenses.import.id");
    assert!(id.is_string(), "{}", answer.body);
    for events in &mut streams {
        let (mut steps, mut done) = (0, -1);
        let last = loop {
            let told = events.told("importProgress").await;
            assert_eq!(
                (&told["importId"], &told["totalRows"]),
                (&id, &json!(5_000))
            );
            if told["state"] == "FINISHED" {
                break told;
            }
            assert_eq!(told["state"], "RUNNING");
            let so_far = told["doneRows"].as_i64().expect("a number");
            assert!(so_far >= done, "{told}");
            (steps, done) = (steps + 1, so_far);
        };
        assert!(steps > 0, "told nothing before its end");
        assert_eq!(last["doneRows"], 5_000);
        assert_eq!(last["import"]["importedRows"], 5_000);
    }
    // Who comes later is told that it has finished.
    let document = "subscription($id: ID!, $after: String) { importProgress(importId: $id, after: $after) { state } }";
    let mut late = org
        .owner
        .listen(document, json!({ "id": id, "after": after }))
        .await;
    assert_eq!(late.told("importProgress").await["state"], "FINISHED");
}

#[tokio::test]
async fn a_filter_lets_through_what_it_names() {
    let org = Org::new().await;
    let department = org.department("Sales").await;
    let document = "subscription($after: String, $filter: ExpenseChangeFilter) \
        { expenseChanged(after: $after, filter: $filter) { expenseId action } }";
    let after = cursor(&org.owner).await;
    let first = org.expense("First", "1").await;
    let mut input = expense("Second", "1");
    input["departmentId"] = json!(department);
    let second = org.make("createExpense", input, "expense").await;
    let input = json!({ "id": first, "version": 1 });
    org.owner
        .must("submitExpense", input, "expense { id }")
        .await;
    for (filter, expected) in [
        (
            json!({}),
            vec![
                (&first, "CREATED"),
                (&second, "CREATED"),
                (&first, "SUBMITTED"),
            ],
        ),
        (json!({ "ids": [second] }), vec![(&second, "CREATED")]),
        (
            json!({ "departmentIds": [department] }),
            vec![(&second, "CREATED")],
        ),
        (
            json!({ "statuses": ["SUBMITTED"] }),
            vec![(&first, "SUBMITTED")],
        ),
    ] {
        let variables = json!({ "after": after, "filter": filter });
        let mut events = org.owner.listen(document, variables).await;
        for (id, action) in expected {
            let told = events.told("expenseChanged").await;
            assert_eq!(
                told,
                json!({ "expenseId": id, "action": action }),
                "{filter}"
            );
        }
        assert_eq!(
            events.within(std::time::Duration::from_millis(50)).await,
            None,
            "{filter}"
        );
    }
}
