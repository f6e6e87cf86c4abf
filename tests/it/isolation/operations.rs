//! The table of all operations: what each needs, and who may do it.

use outlay_tests::unique;
use serde_json::{Value, json};

use super::table::World;

/// Who may do it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// Anybody, signed in or not.
    Anybody,
    /// Anybody who is signed in, bound to an organization or not.
    SignedIn,
    /// Members with one of these roles.
    Roles(&'static [&'static str]),
}

use Who::{Anybody, Roles, SignedIn};

const ALL: &[&str] = &["OWNER", "ADMIN", "FINANCE", "APPROVER", "MEMBER", "VIEWER"];
const WRITERS: &[&str] = &["OWNER", "ADMIN", "FINANCE", "APPROVER", "MEMBER"];
const BOOKKEEPERS: &[&str] = &["OWNER", "ADMIN", "FINANCE"];
const AUDITORS: &[&str] = &["OWNER", "ADMIN", "FINANCE", "VIEWER"];
const ADMINS: &[&str] = &["OWNER", "ADMIN"];
/// For the author of the row alone, whom the tests of the noun try.
const NOBODY: &[&str] = &[];
const DECIDERS: &[&str] = &["OWNER", "ADMIN", "FINANCE", "APPROVER"];

/// One operation, tried on the things of a world.
pub struct Operation {
    /// The field of Query, Mutation or Subscription.
    pub field: &'static str,
    /// Who may do it.
    pub who: Who,
    /// A document with this one field.
    pub document: String,
    /// Its variables, naming the world's own things.
    pub variables: fn(&World) -> Value,
}

fn query(field: &'static str, who: Who, body: &str, variables: fn(&World) -> Value) -> Operation {
    Operation {
        field,
        who,
        document: body.to_owned(),
        variables,
    }
}

fn mutation(
    field: &'static str,
    who: Who,
    selection: &str,
    variables: fn(&World) -> Value,
) -> Operation {
    let mut input = field.to_owned();
    input[..1].make_ascii_uppercase();
    let document = format!(
        "mutation($input: {input}Input!) {{ {field}(input: $input) {{ {selection} errors {{ code field message }} }} }}"
    );
    Operation {
        field,
        who,
        document,
        variables,
    }
}

/// A mutation without input.
fn plain(field: &'static str, who: Who) -> Operation {
    let document = format!("mutation {{ {field} {{ errors {{ code field message }} }} }}");
    Operation {
        field,
        who,
        document,
        variables: |_| json!({}),
    }
}

/// Every field of Query, Mutation and Subscription; the test fails when the schema has one that is not here.
pub fn operations() -> Vec<Operation> {
    let mut all = queries();
    all.extend(identity());
    all.extend(books());
    all.extend(expenses());
    all.extend(subscriptions());
    // These two end what the caller was, so they come last.
    all.push(plain("leaveOrganization", Roles(ALL)));
    all.push(plain("signOut", SignedIn));
    all
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn queries() -> Vec<Operation> {
    let page = |field: &'static str, who, node: &str| {
        let document =
            format!("{{ {field}(first: 100) {{ totalCount edges {{ node {{ id {node} }} }} }} }}");
        query(field, who, &document, |_| json!({}))
    };
    vec![
        query(
            "node",
            Roles(ALL),
            "query($id: ID!) { node(id: $id) { id __typename } }",
            |w| json!({ "id": w.expense }),
        ),
        query(
            "nodes",
            Roles(ALL),
            "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }",
            |w| json!({ "ids": [w.expense, w.department, w.budget, w.account, w.member, w.invitation, w.import, w.comment, w.id] }),
        ),
        query(
            "viewer",
            SignedIn,
            "{ viewer { user { email } member { id } organization { name } } }",
            |_| json!({}),
        ),
        query(
            "organization",
            Roles(ALL),
            "{ organization { id name businessEmail } }",
            |_| json!({}),
        ),
        query(
            "organizationProfile",
            Anybody,
            "query($code: String!) { organizationProfile(shortCode: $code) { slug name } }",
            |_| json!({ "code": "NON-0000" }),
        ),
        page("members", Roles(ALL), "displayName email"),
        query(
            "member",
            Roles(ALL),
            "query($id: ID!) { member(id: $id) { displayName } }",
            |w| json!({ "id": w.member }),
        ),
        page("invitations", Roles(ADMINS), "email link"),
        page("departments", Roles(ALL), "name"),
        query(
            "department",
            Roles(ALL),
            "query($id: ID!) { department(id: $id) { name } }",
            |w| json!({ "id": w.department }),
        ),
        page("categories", Roles(ALL), "name"),
        query(
            "category",
            Roles(ALL),
            "query($id: ID!) { category(id: $id) { name } }",
            |w| json!({ "id": w.category }),
        ),
        page("accounts", Roles(AUDITORS), "name balance { amount }"),
        query(
            "account",
            Roles(AUDITORS),
            "query($id: ID!) { account(id: $id) { name } }",
            |w| json!({ "id": w.account }),
        ),
        page(
            "budgets",
            Roles(ALL),
            "amount { amount } spent { amount } department { name }",
        ),
        query(
            "budget",
            Roles(ALL),
            "query($id: ID!) { budget(id: $id) { id department { name } } }",
            |w| json!({ "id": w.budget }),
        ),
        page(
            "expenses",
            Roles(ALL),
            "merchant description member { displayName }",
        ),
        query(
            "expense",
            Roles(ALL),
            "query($id: ID!) { expense(id: $id) { merchant } }",
            |w| json!({ "id": w.expense }),
        ),
        query(
            "spending",
            Roles(ALL),
            "{ spending(groupBy: [MERCHANT, DEPARTMENT]) { count rows { merchant department { name } } } }",
            |_| json!({}),
        ),
        query("eventCursor", Roles(ALL), "{ eventCursor }", |_| json!({})),
        page("imports", Roles(AUDITORS), "fileName"),
        query(
            "import",
            Roles(AUDITORS),
            "query($id: ID!) { import(id: $id) { fileName } }",
            |w| json!({ "id": w.import }),
        ),
    ]
}

fn identity() -> Vec<Operation> {
    let credentials =
        |w: &World| json!({ "input": { "email": w.email, "password": "not the password" } });
    vec![
        mutation(
            "signUp",
            Anybody,
            "user { id }",
            |w| json!({ "input": { "email": w.email, "password": "not the password", "displayName": "Eve" } }),
        ),
        mutation("signIn", Anybody, "user { id }", credentials),
        mutation(
            "refreshSession",
            Anybody,
            "session { accessToken }",
            |_| json!({ "input": { "refreshToken": "x" } }),
        ),
        mutation(
            "switchOrganization",
            SignedIn,
            "session { accessToken }",
            |_| json!({ "input": { "organization": "no-such-organization" } }),
        ),
        mutation(
            "createOrganization",
            SignedIn,
            "organization { id }",
            |_| json!({ "input": { "name": "", "slug": "x", "baseCurrency": "EUR" } }),
        ),
        mutation(
            "updateOrganization",
            Roles(ADMINS),
            "organization { name }",
            |_| json!({ "input": { "version": 999, "name": "Taken over" } }),
        ),
        mutation(
            "inviteMember",
            Roles(ADMINS),
            "invitation { id }",
            |w| json!({ "input": { "email": format!("{}@fresh.example", unique("fresh")), "role": "VIEWER", "departmentId": w.department } }),
        ),
        mutation(
            "revokeInvitation",
            Roles(ADMINS),
            "invitation { id }",
            |w| json!({ "input": { "id": w.invitation, "version": 999 } }),
        ),
        mutation(
            "acceptInvitation",
            Anybody,
            "member { id }",
            |_| json!({ "input": { "token": "x" } }),
        ),
        mutation(
            "updateMember",
            Roles(ADMINS),
            "member { id }",
            |w| json!({ "input": { "id": w.member, "version": 999, "role": "VIEWER" } }),
        ),
        mutation(
            "deactivateMember",
            Roles(ADMINS),
            "member { id }",
            |w| json!({ "input": { "id": w.member, "version": 999 } }),
        ),
        mutation(
            "reactivateMember",
            Roles(ADMINS),
            "member { id }",
            |w| json!({ "input": { "id": w.member, "version": 999 } }),
        ),
    ]
}

fn books() -> Vec<Operation> {
    vec![
        mutation(
            "createDepartment",
            Roles(BOOKKEEPERS),
            "department { id }",
            |w| json!({ "input": { "name": unique("fresh"), "parentId": w.department } }),
        ),
        mutation(
            "updateDepartment",
            Roles(BOOKKEEPERS),
            "department { id }",
            |w| json!({ "input": { "id": w.department, "version": 999, "name": "Taken over" } }),
        ),
        mutation(
            "deleteDepartment",
            Roles(BOOKKEEPERS),
            "deletedId",
            |w| json!({ "input": { "id": w.department, "version": 999 } }),
        ),
        mutation(
            "createCategory",
            Roles(BOOKKEEPERS),
            "category { id }",
            |_| json!({ "input": { "name": unique("fresh") } }),
        ),
        mutation(
            "updateCategory",
            Roles(BOOKKEEPERS),
            "category { id }",
            |w| json!({ "input": { "id": w.category, "version": 999, "name": "Taken over" } }),
        ),
        mutation(
            "deleteCategory",
            Roles(BOOKKEEPERS),
            "deletedId",
            |w| json!({ "input": { "id": w.category, "version": 999 } }),
        ),
        mutation(
            "createAccount",
            Roles(BOOKKEEPERS),
            "account { id }",
            |_| json!({ "input": { "name": unique("fresh"), "openingBalance": { "amount": "1", "currencyCode": "EUR" } } }),
        ),
        mutation(
            "updateAccount",
            Roles(BOOKKEEPERS),
            "account { id }",
            |w| json!({ "input": { "id": w.account, "version": 999, "name": "Taken over" } }),
        ),
        mutation(
            "deleteAccount",
            Roles(BOOKKEEPERS),
            "deletedId",
            |w| json!({ "input": { "id": w.account, "version": 999 } }),
        ),
        mutation("createBudget", Roles(BOOKKEEPERS), "budget { id }", |w| {
            json!({ "input": {
                "departmentId": w.department, "accountId": w.account, "year": 2001, "month": 1,
                "amount": { "amount": "1", "currencyCode": "EUR" },
            } })
        }),
        mutation(
            "updateBudget",
            Roles(BOOKKEEPERS),
            "budget { id }",
            |w| json!({ "input": { "id": w.budget, "version": 999, "amount": { "amount": "1", "currencyCode": "EUR" } } }),
        ),
        mutation(
            "deleteBudget",
            Roles(BOOKKEEPERS),
            "deletedId",
            |w| json!({ "input": { "id": w.budget, "version": 999 } }),
        ),
        // The file is missing here; the suite of imports tries the roles with one.
        mutation(
            "importExpenses",
            Roles(BOOKKEEPERS),
            "import { id }",
            |_| Value::Null,
        ),
    ]
}

/// Each from before the world was made: whoever may see what has happened in it is told at once.
fn subscriptions() -> Vec<Operation> {
    let subscription = |field: &'static str, who, selection: &str| {
        let document = format!(
            "subscription($after: String) {{ {field}(after: $after) {{ cursor {selection} }} }}"
        );
        query(field, who, &document, |w| json!({ "after": w.beginning }))
    };
    vec![
        subscription(
            "expenseChanged",
            Roles(ALL),
            "expenseId expense { merchant }",
        ),
        subscription(
            "approvalWanted",
            Roles(DECIDERS),
            "expenseId expense { merchant }",
        ),
        subscription(
            "budgetNearingLimit",
            Roles(ALL),
            "budgetId budget { department { name } }",
        ),
        subscription(
            "importProgress",
            Roles(AUDITORS),
            "importId import { fileName }",
        ),
    ]
}

fn expenses() -> Vec<Operation> {
    let step = |field: &'static str, who| {
        mutation(
            field,
            who,
            "expense { id }",
            |w| json!({ "input": { "id": w.expense, "version": 999 } }),
        )
    };
    let reasoned = |field: &'static str, who| {
        mutation(
            field,
            who,
            "expense { id }",
            |w| json!({ "input": { "id": w.expense, "version": 999, "reason": "Because" } }),
        )
    };
    vec![
        mutation("createExpense", Roles(WRITERS), "expense { id }", |w| {
            json!({ "input": {
                "amount": { "amount": "1", "currencyCode": "EUR" }, "spentOn": "2026-01-15", "merchant": "Try",
                "departmentId": w.department, "categoryId": w.category, "budgetId": w.budget,
            } })
        }),
        mutation(
            "updateExpense",
            Roles(WRITERS),
            "expense { id }",
            |w| json!({ "input": { "id": w.expense, "version": 999, "merchant": "Taken over" } }),
        ),
        mutation(
            "deleteExpense",
            Roles(WRITERS),
            "deletedId",
            |w| json!({ "input": { "id": w.expense, "version": 999 } }),
        ),
        step("submitExpense", Roles(WRITERS)),
        step("withdrawExpense", Roles(WRITERS)),
        step("approveExpense", Roles(DECIDERS)),
        reasoned("rejectExpense", Roles(DECIDERS)),
        step("reopenExpense", Roles(WRITERS)),
        step("reimburseExpense", Roles(BOOKKEEPERS)),
        reasoned("voidExpense", Roles(BOOKKEEPERS)),
        mutation(
            "addExpenseComment",
            Roles(WRITERS),
            "comment { id }",
            |w| json!({ "input": { "expenseId": w.expense, "text": "Try" } }),
        ),
        mutation(
            "updateExpenseComment",
            Roles(NOBODY),
            "comment { id }",
            |w| json!({ "input": { "id": w.comment, "version": 1, "text": "Taken over" } }),
        ),
        mutation(
            "deleteExpenseComment",
            Roles(NOBODY),
            "deletedId",
            |w| json!({ "input": { "id": w.comment, "version": 1 } }),
        ),
    ]
}
