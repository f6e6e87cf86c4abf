//! A few expenses in every status.

use chrono::Days;
use outlay_domain::{
    Outlay, Result,
    entity::tenant::ExpenseStatus::{
        self, Approved, Draft, Reimbursed, Rejected, Submitted, Voided,
    },
    expense::{Approve, CreateExpense, Reimburse, Reject, Submit, Void},
    value::{ExchangeRate, Money, MoneyInput, Name, Note, Reason},
};
use outlay_tenancy::TenantAccess;
use rust_decimal::Decimal;

use super::{books::Books, once::once, people::People};

/// One expense: owner, age in days, cents, currency, merchant, description, category, status.
type Row = (
    Who,
    u64,
    i64,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    ExpenseStatus,
);

#[derive(Clone, Copy)]
enum Who {
    Ada,
    Grace,
    Alan,
    Mary,
}

/// The price of a dollar in EUR.
const DOLLAR: Decimal = Decimal::from_parts(92, 0, 0, false, 2);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (Who::Mary, 1, 4_620, "EUR", "Café Einstein", "Lunch with the interns", "Meals", Draft),
    (Who::Mary, 2, 8_990, "EUR", "Deutsche Bahn", "Berlin to Hamburg, customer visit", "Travel", Submitted),
    (Who::Mary, 2, 11_800, "EUR", "Hotel Hafen Hamburg", "One night, customer visit", "Travel", Submitted),
    (Who::Mary, 5, 12_000, "USD", "Amazon Web Services", "Load test of the new API", "Software", Submitted),
    (Who::Mary, 9, 44_900, "EUR", "IKEA", "Standing desk", "Office supplies", Rejected),
    (Who::Mary, 12, -2_900, "EUR", "IKEA", "Lamp, returned", "Office supplies", Submitted),
    (Who::Mary, 20, 5_499, "EUR", "O'Reilly", "Designing Data-Intensive Applications", "Training", Approved),
    (Who::Mary, 41, 23_100, "EUR", "JetBrains", "Licence for a year", "Software", Reimbursed),
    (Who::Alan, 3, 31_200, "EUR", "Lufthansa", "Flight to the Rust conference", "Travel", Submitted),
    (Who::Alan, 15, 7_350, "EUR", "Trattoria Roma", "Team dinner after the release", "Meals", Approved),
    (Who::Alan, 33, 59_000, "EUR", "Rust conference", "Ticket", "Training", Reimbursed),
    (Who::Grace, 4, 2_350, "EUR", "DHL", "Contracts to the auditor", "Office supplies", Submitted),
    (Who::Grace, 18, 9_900, "EUR", "DATEV", "Book-keeping, this quarter", "Software", Approved),
    (Who::Ada, 8, 14_600, "EUR", "Eurostar", "To London and back", "Travel", Approved),
    (Who::Ada, 8, 14_600, "EUR", "Eurostar", "Entered twice", "Travel", Voided),
];

/// Creates the missing expenses and moves each to its status.
pub(super) async fn create(outlay: &Outlay, people: &People, books: &Books) -> Result<()> {
    for (number, row) in ROWS.iter().enumerate() {
        let key = format!("expense {number}");
        let (who, .., status) = *row;
        let (owner, approver) = match who {
            Who::Ada => (&people.ada, &people.grace),
            Who::Grace => (&people.grace, &people.ada),
            Who::Alan => (&people.alan, &people.grace),
            Who::Mary => (&people.mary, &people.alan),
        };
        let command = command(row, owner, people, books)?;
        let id = once(outlay, owner, &key, command).await?.id;
        let submit = async || {
            let command = Submit { id, version: 1 };
            once(outlay, owner, &key, command).await
        };
        let approve = async || {
            submit().await?;
            let command = Approve { id, version: 2 };
            once(outlay, approver, &key, command).await
        };
        match status {
            Draft => continue,
            Submitted => submit().await?,
            Approved => approve().await?,
            Rejected => {
                submit().await?;
                let reason = "Order desks through Grace: we have a contract.";
                let reason = Reason::parse("reason", reason)?;
                let command = Reject {
                    id,
                    version: 2,
                    reason,
                };
                once(outlay, approver, &key, command).await?
            }
            Reimbursed => {
                approve().await?;
                let command = Reimburse { id, version: 3 };
                once(outlay, &people.grace, &key, command).await?
            }
            Voided => {
                let reason = "The same ticket is there already.";
                let reason = Reason::parse("reason", reason)?;
                let command = Void {
                    id,
                    version: 1,
                    reason,
                };
                once(outlay, &people.grace, &key, command).await?
            }
        };
    }
    Ok(())
}

fn command(
    row: &Row,
    owner: &TenantAccess,
    people: &People,
    books: &Books,
) -> Result<CreateExpense> {
    let (_, days, cents, currency, merchant, description, category, _) = *row;
    let spent_on = people.day - Days::new(days);
    let amount = MoneyInput {
        amount: Decimal::new(cents, 2),
        currency_code: currency.to_owned(),
    };
    let foreign = currency != "EUR";
    let rate = foreign.then(|| ExchangeRate::parse("exchangeRate", DOLLAR));
    let department = owner.member().department_id;
    Ok(CreateExpense {
        amount: Money::parse("amount", &amount)?,
        exchange_rate: rate.transpose()?,
        spent_on,
        merchant: Name::parse("merchant", merchant)?,
        description: Some(Note::parse("description", description)?),
        reference: None,
        category_id: books.categories.get(category).copied(),
        department_id: None,
        budget_id: department.and_then(|department| books.budget(department, spent_on)),
        member_id: None,
    })
}
