//! No budget that blocks overspending is overspent, however many write at once.

use std::time::Duration;

use futures::future::join_all;
use outlay_tests::{Answer, Client, ask, connect, database_url, execute, money, outcomes, within};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::{
    Books, approved, block_overspending, books, budget, change, charged, draft, recount, step, take,
};

#[tokio::test]
async fn fifty_at_once_never_exceed_a_blocking_budget() {
    let books = books("100.00").await;
    block_overspending(&books.org).await;
    let attempts = (0..50).map(|_| {
        books.org.owner.mutate(
            "createExpense",
            charged(&books.budget, "7.00"),
            "expense { id }",
        )
    });
    let answers = join_all(attempts).await;
    assert_eq!(
        outcomes(&answers, "LIMIT_EXCEEDED"),
        (14, 36),
        "14 × 7.00 is all that fits into 100.00"
    );
    let (spent, remaining) = budget(&books.org.owner, &books.budget).await;
    assert_eq!((spent, remaining), (Decimal::from(98), Decimal::from(2)));
    assert_eq!(recount(&books.org.owner, &books.budget).await, spent);
}

#[tokio::test]
async fn figures_stay_right_under_updates_and_deletes_at_once() {
    let books = books("100.00").await;
    block_overspending(&books.org).await;
    let owner = &books.org.owner;
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(
            books
                .org
                .make("createExpense", charged(&books.budget, "5.00"), "expense")
                .await,
        );
    }
    let (spent, _) = budget(owner, &books.budget).await;
    assert_eq!(spent, Decimal::from(100));
    // Half of them want to grow, which only fits as the other half shrinks or goes.
    let work = ids.iter().enumerate().map(|(index, id)| async move {
        match index % 4 {
            0 | 1 => {
                let input = json!({ "id": id, "version": 1, "amount": money("9.00") });
                owner.mutate("updateExpense", input, "expense { id }").await
            }
            2 => {
                let input = json!({ "id": id, "version": 1, "amount": money("1.00") });
                owner.mutate("updateExpense", input, "expense { id }").await
            }
            _ => {
                owner
                    .mutate(
                        "deleteExpense",
                        json!({ "id": id, "version": 1 }),
                        "deletedId",
                    )
                    .await
            }
        }
    });
    for answer in join_all(work).await {
        assert!(
            answer.codes().iter().all(|code| code == "LIMIT_EXCEEDED"),
            "{}",
            answer.body
        );
    }
    let (spent, remaining) = budget(owner, &books.budget).await;
    assert!(spent <= Decimal::from(100), "{spent}");
    assert_eq!(spent + remaining, Decimal::from(100));
    assert_eq!(recount(owner, &books.budget).await, spent);
}

/// Sends these mutations at once.
async fn at_once(client: &Client, writes: Vec<(&str, Value)>) -> Vec<Answer> {
    let writes = writes.into_iter();
    join_all(writes.map(|(name, input)| client.mutate(name, input, "__typename"))).await
}

/// Whether each write succeeded or was refused for its budget; deadlocks are neither.
fn assert_orderly(answers: &[Answer]) {
    let (done, refused) = outcomes(answers, "LIMIT_EXCEEDED");
    let bodies = answers.iter().map(|answer| &answer.body);
    assert_eq!(
        done + refused,
        answers.len(),
        "{:#?}",
        bodies.collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn voided_refunds_and_new_charges_at_once_share_what_is_left() {
    let books = Books::blocking("100.00").await;
    let owner = &books.org.owner;
    let mary = books.org.member("MEMBER").await;
    assert_eq!(books.charge("100.00").await, [""; 0]);
    let mut refunds = Vec::new();
    for _ in 0..5 {
        refunds.push(approved(&books.org, &mary, &books.budget, "-10.00").await);
    }
    let writes = refunds.iter().flat_map(|refund| {
        let charge = ("createExpense", charged(&books.budget, "10.00"));
        [charge, ("voidExpense", step("voidExpense", refund))]
    });
    let answers = at_once(owner, writes.collect()).await;
    assert_eq!(
        outcomes(&answers, "LIMIT_EXCEEDED"),
        (5, 5),
        "each takes 10.00 of 50.00"
    );
    assert_eq!(books.remaining().await, Decimal::ZERO);
    assert_eq!(recount(owner, &books.budget).await, Decimal::from(100));
}

#[tokio::test]
async fn rejected_expenses_reopened_at_once_fit() {
    let books = Books::blocking("50.00").await;
    let mary = books.org.member("MEMBER").await;
    let mut rejected = Vec::new();
    for _ in 0..12 {
        let expense = draft(&mary, &books.budget, "10.00").await;
        rejected.push(
            take(
                &books.org,
                &mary,
                &expense,
                &["submitExpense", "rejectExpense"],
            )
            .await,
        );
    }
    let reopened = rejected.iter();
    let reopened = reopened.map(|expense| ("reopenExpense", step("reopenExpense", expense)));
    let answers = at_once(&mary, reopened.collect()).await;
    assert_eq!(outcomes(&answers, "LIMIT_EXCEEDED"), (5, 7));
    assert_eq!(books.remaining().await, Decimal::ZERO);
}

#[tokio::test]
async fn expenses_that_change_places_at_once_wait_for_each_other_without_a_deadlock() {
    let books = Books::blocking("100.00").await;
    let owner = &books.org.owner;
    let other = books.other_budget(2, "100.00").await;
    let mut expenses = Vec::new();
    for _ in 0..8 {
        expenses.push((draft(owner, &books.budget, "10.00").await, &other));
        expenses.push((draft(owner, &other, "10.00").await, &books.budget));
    }
    let moves = expenses.iter().map(|(expense, to)| {
        let mut input = change(expense);
        input["budgetId"] = json!(to);
        ("updateExpense", input)
    });
    assert_orderly(&at_once(owner, moves.collect()).await);
    let (here, there) = (
        budget(owner, &books.budget).await,
        budget(owner, &other).await,
    );
    assert_eq!(here.0 + there.0, Decimal::from(160));
    assert!(
        here.1 >= Decimal::ZERO && there.1 >= Decimal::ZERO,
        "{here:?} {there:?}"
    );
}

#[tokio::test]
async fn a_budget_lowered_while_it_is_charged_is_not_overspent() {
    for _ in 0..3 {
        let books = Books::blocking("100.00").await;
        let owner = &books.org.owner;
        let charge = ("createExpense", charged(&books.budget, "10.00"));
        let mut writes = vec![charge; 10];
        let input = json!({ "id": books.budget, "version": 1, "amount": money("50.00") });
        writes.insert(5, ("updateBudget", input));
        assert_orderly(&at_once(owner, writes).await);
        assert!(books.remaining().await >= Decimal::ZERO);
    }
}

#[tokio::test]
async fn a_budget_deleted_while_its_expenses_grow_is_in_use() {
    let books = Books::blocking("100.00").await;
    let owner = &books.org.owner;
    let mut expenses = Vec::new();
    for _ in 0..10 {
        expenses.push(draft(owner, &books.budget, "1.00").await);
    }
    let writes = expenses.iter().flat_map(|expense| {
        let mut input = change(expense);
        input["amount"] = money("2.00");
        let delete = json!({ "id": books.budget, "version": 1 });
        [("updateExpense", input), ("deleteBudget", delete)]
    });
    let answers = at_once(owner, writes.collect()).await;
    let bodies: Vec<_> = answers.iter().map(|answer| &answer.body).collect();
    assert_eq!(outcomes(&answers, "CONFLICT"), (10, 10), "{bodies:#?}");
    assert_eq!(books.remaining().await, Decimal::from(80));
}

#[tokio::test]
async fn the_rule_waits_for_charges_that_did_not_see_it() {
    let books = books("100.00").await;
    let schema = books.org.schema().await;
    draft(&books.org.owner, &books.budget, "60.00").await;
    // A charge that has read the rules and is not committed yet.
    let mut connection = connect(&database_url().await).await;
    let mut charge = connection.begin().await.expect("a transaction");
    let sql =
        format!("UPDATE {schema}.expense SET base_amount = 90, amount = 90 WHERE base_amount = 60");
    charge.execute(AssertSqlSafe(sql)).await.expect("an update");
    tokio::join!(block_overspending(&books.org), async {
        within(Duration::from_secs(2), "the rule waits", async || {
            let sql = format!(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'ShareLock' \
                 AND relation = '{schema}.expense'::regclass"
            );
            ask::<i64>(&sql).await == 1
        })
        .await;
        charge.commit().await.expect("a commit");
    });
    assert_eq!(books.charge("10.01").await, ["LIMIT_EXCEEDED"]);
    assert_eq!(books.charge("10.00").await, [""; 0]);
}

#[tokio::test]
async fn charges_that_wait_while_the_rule_is_switched_on_obey_it() {
    let books = books("100.00").await;
    let schema = books.org.schema().await;
    let expense = draft(&books.org.owner, &books.budget, "60.00").await;
    let alone = charged(&books.budget, "40.01");
    let mut repeatable = alone.clone();
    repeatable["idempotencyKey"] = json!("once");
    let mut larger = change(&expense);
    larger["amount"] = money("100.01");
    for (name, input) in [
        ("createExpense", alone),
        ("createExpense", repeatable),
        ("updateExpense", larger),
    ] {
        execute(&format!(
            "UPDATE {schema}.settings SET over_budget = 'ALLOW'"
        ))
        .await;
        let mut connection = connect(&database_url().await).await;
        let mut rule = connection.begin().await.expect("a transaction");
        for sql in [
            format!("LOCK TABLE {schema}.expense IN SHARE MODE"),
            format!("UPDATE {schema}.settings SET over_budget = 'BLOCK'"),
        ] {
            rule.execute(AssertSqlSafe(sql)).await.expect("a statement");
        }
        let (answers, ()) = tokio::join!(
            at_once(&books.org.owner, vec![(name, input.clone())]),
            async {
                within(Duration::from_secs(5), "the charge waits", async || {
                    let sql = format!(
                        "SELECT count(*) FROM pg_locks WHERE NOT granted \
                         AND mode = 'RowExclusiveLock' AND relation = '{schema}.expense'::regclass"
                    );
                    ask::<i64>(&sql).await == 1
                })
                .await;
                rule.commit().await.expect("a commit");
            }
        );
        assert_eq!(answers[0].codes(), ["LIMIT_EXCEEDED"], "{name} {input}");
    }
    assert_eq!(books.remaining().await, Decimal::from(40));
}

#[tokio::test]
async fn a_rule_that_would_wait_for_long_is_refused() {
    let books = books("100.00").await;
    let schema = books.org.schema().await;
    let mut connection = connect(&database_url().await).await;
    let mut import = connection.begin().await.expect("a transaction");
    let sql = format!("LOCK TABLE {schema}.expense IN ROW EXCLUSIVE MODE");
    import.execute(AssertSqlSafe(sql)).await.expect("a lock");
    let input = json!({ "version": 1, "overBudget": "BLOCK" });
    let answer = books
        .org
        .owner
        .mutate("updateOrganization", input, "organization { id }")
        .await;
    assert_eq!(answer.codes(), ["CONFLICT"], "{}", answer.body);
    assert_eq!(
        answer.data("updateOrganization.errors.0.field"),
        "overBudget"
    );
    import.rollback().await.expect("a rollback");
    block_overspending(&books.org).await;
}
