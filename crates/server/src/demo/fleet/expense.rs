//! Generated expenses in every status.

use chrono::{NaiveDate, TimeDelta};
use outlay_domain::entity::tenant::{
    ExpenseStatus::{self, Approved, Draft, Reimbursed, Rejected, Submitted, Voided},
    expense::Model,
};
use rust_decimal::Decimal;

use super::{
    books::Books,
    people::People,
    random::{Random, moment},
};

/// The share of each status, in percent.
const STATES: &[(ExpenseStatus, u32)] = &[
    (Draft, 10),
    (Submitted, 20),
    (Approved, 22),
    (Rejected, 8),
    (Reimbursed, 35),
    (Voided, 5),
];

/// Merchants, with a description of what is bought there.
const MERCHANTS: &[(&str, &str)] = &[
    ("Amazon Web Services", "Servers of the month"),
    ("Aral", "Fuel for the van"),
    ("British Airways", "Flight to a customer"),
    ("Deutsche Bahn", "Train to a customer"),
    ("DHL", "Parcels"),
    ("GitHub", "Seats of the month"),
    ("Hilton", "Two nights at the fair"),
    ("IKEA", "Office chairs"),
    ("Lieferando", "Lunch at the workshop"),
    ("O'Reilly", "Books"),
    ("Pret a Manger", "Sandwiches"),
    ("Staples", "Paper and toner"),
    ("Uber", "Ride from the airport"),
    ("Zoom", "Licences of the month"),
];

/// Foreign currencies, with the price of one unit in euro cents.
const FOREIGN: &[(&str, i64)] = &[("GBP", 117), ("USD", 92)];

/// Generates expenses in order of date.
pub(super) fn generate(
    random: &mut Random,
    number: usize,
    books: &Books,
    people: &People,
) -> Vec<Model> {
    let mut days: Vec<NaiveDate> = (0..number).map(|_| random.day()).collect();
    days.sort_unstable();
    days.into_iter()
        .map(|day| one(random, day, books, people))
        .collect()
}

fn one(random: &mut Random, spent_on: NaiveDate, books: &Books, people: &People) -> Model {
    let created_at = moment(random, spent_on);
    let member = random.of(&people.spenders);
    let (merchant, description) = *random.of(MERCHANTS);
    // Most are charged to the budget of the month, and then belong to its department.
    let charged = books.budget(spent_on).filter(|_| random.percent(70));
    let department = member.department_id;
    let (currency, amount, rate) = money(random);
    let row = Model {
        id: random.id(created_at).into(),
        member_id: member.id,
        department_id: charged.map(|(_, department)| department).or(department),
        category_id: Some(random.of(&books.categories).id).filter(|_| random.percent(95)),
        budget_id: charged.map(|(budget, _)| budget),
        spent_on,
        merchant: merchant.to_owned(),
        description: description.to_owned(),
        reference: None,
        currency: currency.to_owned(),
        amount,
        rate,
        base_amount: (amount * rate).round_dp(2),
        status: Draft,
        submitted_at: None,
        decided_at: None,
        decided_by: None,
        decision_reason: None,
        import_id: None,
        version: 1,
        created_at,
        updated_at: created_at,
    };
    decide(random, row, people)
}

/// An amount from 2.50 to 3,000, mostly below 200; 3 % are refunds, 10 % in a foreign currency.
fn money(random: &mut Random) -> (&'static str, Decimal, Decimal) {
    let magnitude = *random.of(&[1_000, 5_000, 20_000, 20_000, 300_000]);
    let cents = random.between(250, magnitude);
    let sign = if random.percent(3) { -1 } else { 1 };
    let amount = Decimal::new(cents * sign, 2);
    if random.percent(10) {
        let (currency, rate) = *random.of(FOREIGN);
        return (currency, amount, Decimal::new(rate, 2));
    }
    ("EUR", amount, Decimal::ONE)
}

/// Moves a draft to a random status, and sets the columns that the commands on the way would have set.
fn decide(random: &mut Random, mut row: Model, people: &People) -> Model {
    let mut dice = u32::try_from(random.between(0, 100)).unwrap_or_default();
    let mut status = Draft;
    for &(state, often) in STATES {
        status = state;
        if dice < often {
            break;
        }
        dice -= often;
    }
    let submitted_at = row.created_at + TimeDelta::hours(1);
    let decided_at = submitted_at + TimeDelta::hours(random.between(1, 72));
    let decider = random.of(&people.deciders).id;
    let decided_by = if decider == row.member_id {
        people.spenders[0].id
    } else {
        decider
    };
    row.status = status;
    row.version = match status {
        Draft => 1,
        Submitted => 2,
        Approved | Rejected | Voided => 3,
        Reimbursed => 4,
    };
    if status != Draft {
        row.submitted_at = Some(submitted_at);
        row.updated_at = submitted_at;
    }
    if !matches!(status, Draft | Submitted) {
        row.decided_at = Some(decided_at);
        row.decided_by = Some(decided_by);
        row.updated_at = decided_at;
    }
    row.decision_reason = match status {
        Rejected => Some("The receipt is missing.".into()),
        Voided => Some("Entered twice.".into()),
        Draft | Submitted | Approved | Reimbursed => None,
    };
    row
}
