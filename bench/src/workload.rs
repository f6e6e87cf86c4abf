//! Defines the loads: the requests to the server, and the SQL of the floor.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::demo::Organization;
use crate::options::Case;
use crate::tenant::Tenant;

/// A load on the server, and its floor.
pub struct Workload {
    /// The case of the load.
    pub case: Case,
    /// The name in the report.
    pub name: &'static str,
    /// The GraphQL document.
    document: &'static str,
    /// Returns the variables of a request, by organization and number of the request.
    variables: fn(&Organization, &Tenant, usize) -> Value,
    /// The number of different requests for each organization.
    variants: usize,
    /// Whether each request has a different document, more than the server can cache.
    unseen: bool,
    /// A text that every valid response contains.
    pub must: &'static str,
    /// The SQL of the floor.
    pub floor: &'static str,
    /// The name and the SQL of a second floor.
    pub other_floor: Option<(&'static str, &'static str)>,
    /// The minimum ratio to the floor.
    pub target: Option<f64>,
}

/// All loads, in the order of the run.
pub const WORKLOADS: [Workload; 4] = [
    Workload {
        case: Case::ExpenseList,
        name: "expense-list",
        document: include_str!("../documents/expense-list.graphql"),
        variables: expense_list,
        variants: 1,
        unseen: false,
        must: r#""edges":[{"#,
        floor: include_str!("../sql/expense-list.sql"),
        other_floor: Some((
            "with totalCount",
            include_str!("../sql/expense-list-counted.sql"),
        )),
        target: Some(0.4),
    },
    Workload {
        case: Case::ExpenseListUnseen,
        name: "expense-list-unseen",
        document: include_str!("../documents/expense-list.graphql"),
        variables: expense_list,
        variants: 100,
        unseen: true,
        must: r#""edges":[{"#,
        floor: include_str!("../sql/expense-list.sql"),
        other_floor: None,
        target: None,
    },
    Workload {
        case: Case::Spending,
        name: "spending",
        document: include_str!("../documents/spending.graphql"),
        variables: spending,
        variants: 1,
        unseen: false,
        must: r#""rows":[{"#,
        floor: include_str!("../sql/spending.sql"),
        other_floor: None,
        target: None,
    },
    Workload {
        case: Case::CreateExpense,
        name: "create-expense",
        document: include_str!("../documents/create-expense.graphql"),
        variables: create_expense,
        variants: 40,
        unseen: false,
        must: r#""expense":{"id""#,
        floor: include_str!("../sql/create-expense.sql"),
        other_floor: None,
        target: Some(0.6),
    },
];

impl Workload {
    /// Writes the requests of all organizations for `load.lua`, one per line: token and body.
    pub fn write_requests(
        &self,
        organizations: &[Organization],
        tenants: &[Tenant],
        file: &Path,
    ) -> Result<()> {
        let mut lines = Vec::with_capacity(organizations.len() * self.variants);
        for organization in organizations {
            let tenant = tenants
                .iter()
                .find(|tenant| tenant.slug == organization.slug);
            let tenant = tenant.with_context(|| {
                format!("the database has no organization {}", organization.slug)
            })?;
            for number in 0..self.variants {
                let variables = (self.variables)(organization, tenant, number);
                let document = if self.unseen {
                    format!("{}# {number} of {}", self.document, organization.slug)
                } else {
                    self.document.to_owned()
                };
                let body = json!({ "query": document, "variables": variables });
                lines.push(format!("{}\t{body}\n", organization.token));
            }
        }
        fs::write(file, lines.concat()).with_context(|| format!("cannot write {}", file.display()))
    }
}

fn expense_list(_: &Organization, _: &Tenant, _: usize) -> Value {
    json!({
        "first": 20,
        "after": null,
        "filter": { "status": { "in": ["SUBMITTED"] } },
        "orderBy": { "field": "SPENT_ON", "direction": "DESC" },
    })
}

fn spending(_: &Organization, _: &Tenant, _: usize) -> Value {
    json!({
        "groupBy": ["CATEGORY", "MONTH"],
        "filter": { "spentOn": { "from": "2025-01-01", "to": "2025-12-31" } },
    })
}

/// Returns an expense with all references. The insert of the floor checks the same references.
fn create_expense(organization: &Organization, tenant: &Tenant, number: usize) -> Value {
    let pick = |ids: &[String]| ids.get(number % ids.len().max(1)).cloned();
    json!({ "input": {
        // A whole number is valid in every currency.
        "amount": { "amount": (number + 1).to_string(), "currencyCode": tenant.currency },
        "spentOn": format!("2025-{:02}-{:02}", number % 12 + 1, number % 28 + 1),
        "merchant": "Corner Bakery",
        "description": "Lunch with a customer",
        "departmentId": pick(&organization.department_ids),
        "categoryId": pick(&organization.category_ids),
        "budgetId": pick(&organization.budget_ids),
    } })
}
