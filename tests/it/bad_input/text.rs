//! Texts.

use outlay_tests::{Org, PASSWORD, expense, money, unique};
use serde_json::{Value, json};

use super::refused_field;

/// Each text of an input: the mutation, an input that is right but for it, the field, and whether it may be empty or
/// have lines.
fn fields() -> Vec<(&'static str, Value, &'static str, bool)> {
    let account = json!({ "name": "x", "openingBalance": money("1") });
    let user = json!({ "email": "a@b.example", "password": PASSWORD, "displayName": "x" });
    let organization = json!({ "name": "x", "slug": unique("org"), "baseCurrency": "EUR" });
    vec![
        ("createDepartment", json!({ "name": "x" }), "name", false),
        ("createCategory", json!({ "name": "x" }), "name", false),
        (
            "createCategory",
            json!({ "name": "x", "idempotencyKey": "x" }),
            "idempotencyKey",
            false,
        ),
        ("createAccount", account, "name", false),
        ("createExpense", expense("x", "1"), "merchant", false),
        ("createExpense", expense("x", "1"), "reference", false),
        ("createExpense", expense("x", "1"), "description", true),
        ("signUp", user.clone(), "displayName", false),
        ("signUp", user, "email", false),
        (
            "signIn",
            json!({ "email": "x", "password": PASSWORD }),
            "email",
            false,
        ),
        ("createOrganization", organization.clone(), "name", false),
        ("createOrganization", organization.clone(), "slug", false),
        ("createOrganization", organization, "businessEmail", false),
        ("updateOrganization", json!({ "version": 1 }), "name", false),
        (
            "switchOrganization",
            json!({ "organization": "x" }),
            "organization",
            false,
        ),
        (
            "inviteMember",
            json!({ "email": "x", "role": "MEMBER" }),
            "email",
            false,
        ),
        ("acceptInvitation", json!({ "token": "x" }), "token", false),
    ]
}

#[tokio::test]
async fn what_is_no_text_for_a_field_is_refused_by_name() {
    let org = Org::new().await;
    // Below the largest request, above any field.
    let long = "ß".repeat(500_000);
    let never = ["a\0b", "\u{1b}[31mred", "\u{7}", "a\u{85}b", &long];
    let empty = ["", " ", "\u{a0}\u{2003}\t"];
    for (mutation, input, field, free) in fields() {
        let texts = never.iter().chain(empty.iter().filter(|_| !free));
        for text in texts {
            let mut input = input.clone();
            input[field] = json!(text);
            let answer = org.owner.mutate(mutation, input, "__typename").await;
            let what = format!(
                "{mutation} {field} {:?}",
                text.chars().take(20).collect::<String>()
            );
            assert_eq!(
                refused_field(&what, &answer).as_deref(),
                Some(field),
                "{what}"
            );
        }
    }
    for table in [
        "department",
        "category",
        "account",
        "expense",
        "invitation",
        "audit_event",
        "idempotency_key",
    ] {
        assert_eq!(org.count(table, "true").await, 0, "{table}");
    }
}

#[tokio::test]
async fn every_script_and_sign_is_kept_as_it_was_written() {
    let org = Org::new().await;
    for text in [
        "日本語の名前",
        "שלום עולם",
        "مرحبا \u{200f}123\u{200e} x",
        "👩‍👩‍👧‍👦 family",
        "Robert'); DROP TABLE expense;--",
        "\\ % _ $1 {0} ${x} <script>alert(1)</script> & \"quoted\"",
        "\"{tenant}\".member",
        "\u{10ffff}",
    ] {
        let made = org
            .owner
            .must("createExpense", expense(text, "1"), "expense { merchant }")
            .await;
        assert_eq!(made["expense"]["merchant"], text);
        let made = org
            .owner
            .must(
                "createCategory",
                json!({ "name": text }),
                "category { name }",
            )
            .await;
        assert_eq!(made["category"]["name"], text);
        let find = "query ($text: String!) { expenses(first: 1, filter: { search: $text }) { nodes { merchant } } }";
        let answer = org.owner.run(find, json!({ "text": text })).await;
        assert_eq!(
            answer.data("expenses.nodes.0.merchant"),
            text,
            "{}",
            answer.body
        );
    }
}

#[tokio::test]
async fn a_filter_refuses_what_it_cannot_look_for() {
    let org = Org::new().await;
    let long = "x".repeat(100_000);
    for text in ["", "  ", "a\0b", &long] {
        let expenses = "query ($text: String!) { expenses(first: 1, filter: { search: $text }) { nodes { id } } }";
        let merchant = "query ($text: String!) { expenses(first: 1, filter: { merchant: { contains: $text } }) { nodes { id } } }";
        let members = "query ($text: String!) { members(first: 1, filter: { search: $text }) { nodes { id } } }";
        for (document, field) in [
            (expenses, "filter.search"),
            (merchant, "filter.merchant.contains"),
            (members, "filter.search"),
        ] {
            let answer = org.owner.run(document, json!({ "text": text })).await;
            assert_eq!(refused_field(document, &answer).as_deref(), Some(field));
        }
    }
}
