//! Creates an organization for one test, with members and other objects.

use serde_json::{Value, json};

use crate::{Client, PASSWORD, server};

/// Returns a unique name.
#[must_use]
pub fn unique(prefix: &str) -> String {
    let id = uuid::Uuid::new_v4().simple().to_string();
    format!("{prefix}-{}", &id[..16])
}

/// Returns the concatenation of `one(0)` to `one(count - 1)`.
pub fn numbered(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().concat()
}

/// An organization with its owner, on the shared server or another.
#[derive(Clone)]
pub struct Org {
    /// The slug.
    pub slug: String,
    /// The global id.
    pub id: String,
    /// The short code.
    pub short_code: String,
    /// A client signed in as the owner.
    pub owner: Client,
    /// The owner's e-mail address.
    pub owner_email: String,
}

impl Org {
    /// Creates an organization with base currency EUR on the shared server.
    pub async fn new() -> Self {
        Self::at(&server().await.client(), "EUR").await
    }

    /// Creates an organization with this base currency on the server of this client.
    ///
    /// # Panics
    /// If it cannot be created.
    pub async fn at(client: &Client, currency: &str) -> Self {
        let slug = unique("org");
        let owner_email = format!("owner@{slug}.example");
        let person = sign_up(client, &owner_email, "Olive Owner").await;
        let input = json!({ "name": "Test Ltd", "slug": slug, "baseCurrency": currency });
        let created = person
            .must(
                "createOrganization",
                input,
                "organization { id shortCode } session { accessToken }",
            )
            .await;
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        Self {
            owner: person.with_token(&text(&created["session"]["accessToken"])),
            id: text(&created["organization"]["id"]),
            short_code: text(&created["organization"]["shortCode"]),
            slug,
            owner_email,
        }
    }

    /// Creates a member with this role and returns a client signed in as that member.
    pub async fn member(&self, role: &str) -> Client {
        self.member_in(role, None).await
    }

    /// Creates a member with this role in this department and returns a client signed in as that member.
    ///
    /// # Panics
    /// If it cannot be created.
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

    /// Creates a department and returns its id.
    pub async fn department(&self, name: &str) -> String {
        self.make("createDepartment", json!({ "name": name }), "department")
            .await
    }

    /// Creates a category and returns its id.
    pub async fn category(&self, name: &str) -> String {
        self.make("createCategory", json!({ "name": name }), "category")
            .await
    }

    /// Creates an account and returns its id.
    pub async fn account(&self, name: &str, balance: &str) -> String {
        let input = json!({ "name": name, "openingBalance": money(balance) });
        self.make("createAccount", input, "account").await
    }

    /// Creates a budget for January 2026 and returns its id.
    pub async fn budget(&self, department: &str, account: &str, amount: &str) -> String {
        let input = json!({
            "departmentId": department, "accountId": account, "year": 2026, "month": 1, "amount": money(amount),
        });
        self.make("createBudget", input, "budget").await
    }

    /// Creates an expense of the owner and returns its id.
    pub async fn expense(&self, merchant: &str, amount: &str) -> String {
        self.make("createExpense", expense(merchant, amount), "expense")
            .await
    }

    /// Runs a mutation that creates an object and returns the object's id.
    ///
    /// # Panics
    /// If the mutation fails.
    pub async fn make(&self, mutation: &str, input: Value, noun: &str) -> String {
        let created = self
            .owner
            .must(mutation, input, &format!("{noun} {{ id }}"))
            .await;
        created[noun]["id"].as_str().expect("an id").to_owned()
    }
}

/// Signs up a new user and returns a client with the user's token.
///
/// # Panics
/// If the sign-up fails.
pub async fn sign_up(client: &Client, email: &str, name: &str) -> Client {
    let input = json!({ "email": email, "password": PASSWORD, "displayName": name });
    let session = client
        .must("signUp", input, "session { accessToken }")
        .await;
    client.with_token(session["session"]["accessToken"].as_str().expect("a token"))
}

/// Returns an amount in euros.
#[must_use]
pub fn money(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

/// Returns the input of an expense of 15 January 2026 in euros.
#[must_use]
pub fn expense(merchant: &str, amount: &str) -> Value {
    json!({ "amount": money(amount), "spentOn": "2026-01-15", "merchant": merchant })
}
