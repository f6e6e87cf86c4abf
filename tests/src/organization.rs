//! An organization for one test, and its people.

use serde_json::{Value, json};

use crate::{Client, PASSWORD, server};

/// A name that no other test has.
#[must_use]
pub fn unique(prefix: &str) -> String {
    let id = uuid::Uuid::new_v4().simple().to_string();
    format!("{prefix}-{}", &id[..16])
}

/// Text that repeats, with a number each time.
pub fn numbered(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().concat()
}

/// An organization with its owner, on the shared server or another.
#[derive(Clone)]
pub struct Org {
    /// Its slug.
    pub slug: String,
    /// Its global id.
    pub id: String,
    /// Its short code.
    pub short_code: String,
    /// Its owner, signed in.
    pub owner: Client,
    /// The owner's address.
    pub owner_email: String,
}

impl Org {
    /// An organization in euros on the shared server.
    pub async fn new() -> Self {
        Self::at(&server().await.client(), "EUR").await
    }

    /// An organization on the server of this client, with books in this currency.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn at(client: &Client, currency: &str) -> Self {
        let slug = unique("org");
        let owner_email = format!("owner@{slug}.example");
        let person = sign_up(client, &owner_email, "Olive Owner").await;
        let input = json!({ "name": "Test Ltd", "slug": slug, "baseCurrency": currency });
        let made = person
            .must(
                "createOrganization",
                input,
                "organization { id shortCode } session { accessToken }",
            )
            .await;
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        Self {
            owner: person.with_token(&text(&made["session"]["accessToken"])),
            id: text(&made["organization"]["id"]),
            short_code: text(&made["organization"]["shortCode"]),
            slug,
            owner_email,
        }
    }

    /// A new member with this role.
    pub async fn member(&self, role: &str) -> Client {
        self.member_in(role, None).await
    }

    /// A new member with this role in this department.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn member_in(&self, role: &str, department: Option<&str>) -> Client {
        let email = format!("{}@{}.example", unique("m"), self.slug);
        let input = json!({ "email": email, "role": role, "departmentId": department });
        let invited = self
            .owner
            .must("inviteMember", input, "invitation { link }")
            .await;
        let link = invited["invitation"]["link"]
            .as_str()
            .expect("a link")
            .to_owned();
        let token = link.rsplit('/').next().expect("a token");
        let input =
            json!({ "token": token, "displayName": format!("Mo {role}"), "password": PASSWORD });
        let accepted = self
            .owner
            .anonymous()
            .must(
                "acceptInvitation",
                input,
                "member { id } session { accessToken }",
            )
            .await;
        self.owner.with_token(
            accepted["session"]["accessToken"]
                .as_str()
                .expect("a token"),
        )
    }

    /// A department; its id.
    pub async fn department(&self, name: &str) -> String {
        self.make("createDepartment", json!({ "name": name }), "department")
            .await
    }

    /// A category; its id.
    pub async fn category(&self, name: &str) -> String {
        self.make("createCategory", json!({ "name": name }), "category")
            .await
    }

    /// An account; its id.
    pub async fn account(&self, name: &str, balance: &str) -> String {
        let input = json!({ "name": name, "openingBalance": money(balance) });
        self.make("createAccount", input, "account").await
    }

    /// A budget of January 2026; its id.
    pub async fn budget(&self, department: &str, account: &str, amount: &str) -> String {
        let input = json!({
            "departmentId": department, "accountId": account, "year": 2026, "month": 1, "amount": money(amount),
        });
        self.make("createBudget", input, "budget").await
    }

    /// An expense of the owner's; its id.
    pub async fn expense(&self, merchant: &str, amount: &str) -> String {
        self.make("createExpense", expense(merchant, amount), "expense")
            .await
    }

    /// Makes something; its id.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn make(&self, mutation: &str, input: Value, noun: &str) -> String {
        let made = self
            .owner
            .must(mutation, input, &format!("{noun} {{ id }}"))
            .await;
        made[noun]["id"].as_str().expect("an id").to_owned()
    }
}

/// Signs a new user up; a client with the user's token.
///
/// # Panics
/// When that fails.
pub async fn sign_up(client: &Client, email: &str, name: &str) -> Client {
    let input = json!({ "email": email, "password": PASSWORD, "displayName": name });
    let session = client
        .must("signUp", input, "session { accessToken }")
        .await;
    client.with_token(session["session"]["accessToken"].as_str().expect("a token"))
}

/// An amount in euros.
#[must_use]
pub fn money(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

/// The input of an expense of 15 January 2026 in euros.
#[must_use]
pub fn expense(merchant: &str, amount: &str) -> Value {
    json!({ "amount": money(amount), "spentOn": "2026-01-15", "merchant": merchant })
}
