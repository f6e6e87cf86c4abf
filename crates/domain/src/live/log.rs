//! Reads the event log, which is the audit trail of a tenant, between two snapshots.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use outlay_entity::tenant::{DepartmentId, ExpenseStatus, MemberId};
use rust_decimal::Decimal;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use uuid::Uuid;

use super::{
    cursor::Position,
    event::{BudgetAlert, Event},
    snapshot::PgSnapshot,
};
use crate::{Action, Context, Error, Result, budget::charged_sql};

/// Maximum number of events read by one statement.
pub(super) const PAGE: usize = 1_000;

/// Selects the events that `$2` sees and `$1` does not, in order, after a position.
const READ: &str = r#"
    SELECT id, action, subject_id, version, occurred_at, recorded_at,
           coalesce(changes->>'member_id', changes->'before'->>'member_id')::uuid AS member_id,
           (changes->'before'->>'department_id')::uuid AS old_department,
           (changes->>'department_id')::uuid AS new_department,
           CASE WHEN action LIKE 'expense.%' THEN changes->>'status' END AS status,
           (changes->>'importedRows')::bigint AS done, (changes->>'totalRows')::bigint AS total
    FROM "{tenant}".audit_event
    WHERE xact >= pg_snapshot_xmin($1::pg_snapshot)
      AND NOT pg_visible_in_snapshot(xact, $1::pg_snapshot)
      AND pg_visible_in_snapshot(xact, $2::pg_snapshot)
      AND (recorded_at, id) > ($3, $4)
      AND action = ANY($6)
    ORDER BY recorded_at, id
    LIMIT $5"#;

/// The names of the actions that are published.
static PUBLISHED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let published = Action::ALL.iter().filter(|action| action.is_published());
    published.map(|action| action.as_str().to_owned()).collect()
});

/// For each budget, the change of its charges by the events since `$1`, and the current sum of its charges.
static CHARGED: LazyLock<String> = LazyLock::new(|| {
    let old = charged_sql(
        "changes->'before'->>'status'",
        "(changes->'before'->>'base_amount')::numeric",
    );
    let new = charged_sql("changes->>'status'", "(changes->>'base_amount')::numeric");
    let now = charged_sql("expense.status", "expense.base_amount");
    format!(
        r#"
    WITH written AS (
        SELECT changes FROM "{{tenant}}".audit_event
        WHERE xact >= pg_snapshot_xmin($1::pg_snapshot)
          AND NOT pg_visible_in_snapshot(xact, $1::pg_snapshot)
          AND action LIKE 'expense.%'
    ), moved AS (
        SELECT budget, sum(amount) AS amount FROM (
            SELECT (changes->>'budget_id')::uuid, {new} FROM written
            UNION ALL
            SELECT (changes->'before'->>'budget_id')::uuid, -({old}) FROM written
        ) AS change (budget, amount)
        WHERE budget IS NOT NULL GROUP BY budget
    )
    SELECT budget.id, budget.amount, moved.amount AS moved, coalesce((
               SELECT sum({now}) FROM "{{tenant}}".expense WHERE expense.budget_id = budget.id
           ), 0) AS spent
    FROM moved JOIN "{{tenant}}".budget ON budget.id = moved.budget
    WHERE moved.amount > 0
    ORDER BY budget.id"#
    )
});

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    action: Action,
    subject_id: Uuid,
    version: Option<i32>,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    member_id: Option<MemberId>,
    old_department: Option<DepartmentId>,
    new_department: Option<DepartmentId>,
    status: Option<ExpenseStatus>,
    done: Option<i64>,
    total: Option<i64>,
}

impl From<Row> for Event {
    fn from(row: Row) -> Self {
        Self {
            position: Position {
                at: row.recorded_at.timestamp_micros(),
                id: row.id,
            },
            action: row.action,
            subject_id: row.subject_id,
            version: row.version,
            occurred_at: row.occurred_at,
            member_id: row.member_id,
            departments: [row.old_department, row.new_department],
            status: row.status,
            lines: row.done.zip(row.total),
        }
    }
}

/// The snapshot of the context's transaction.
pub(super) async fn current_snapshot(cx: &Context) -> Result<PgSnapshot> {
    let sql = "SELECT pg_current_snapshot()::text AS now";
    let row = cx
        .db()
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    let text: String = row
        .ok_or_else(|| Error::internal("no snapshot"))?
        .try_get("", "now")?;
    text.parse()
        .map_err(|()| Error::internal(format!("invalid snapshot: {text}")))
}

/// Reads a page of the events that `upto` sees and `from` does not.
pub(super) async fn read(
    cx: &Context,
    from: &PgSnapshot,
    upto: &PgSnapshot,
    after: Option<Position>,
) -> Result<Vec<Event>> {
    let after = after.unwrap_or(Position {
        at: 0,
        id: Uuid::nil(),
    });
    let time = DateTime::from_timestamp_micros(after.at).unwrap_or_default();
    let limit = i64::try_from(PAGE).map_err(Error::internal)?;
    let values = [
        from.to_string().into(),
        upto.to_string().into(),
        time.into(),
        after.id.into(),
        limit.into(),
        PUBLISHED.clone().into(),
    ];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, READ, values);
    let rows = cx.db().query_all_raw(statement).await?;
    let rows = rows.iter().map(|row| Row::from_query_result(row, ""));
    Ok(rows
        .map(|row| row.map(Event::from))
        .collect::<std::result::Result<_, _>>()?)
}

/// The alerts of the budgets whose charges crossed a threshold between `from` and the snapshot of the context's
/// transaction, ordered by the id of the budget.
///
/// The earlier sum is the current sum less the changes by the events in between. Writes therefore do not need to
/// compute sums, and no alert is missed when two concurrent writes cross a threshold together.
pub(super) async fn alerts(cx: &Context, from: &PgSnapshot) -> Result<Vec<BudgetAlert>> {
    let values = [from.to_string().into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, CHARGED.as_str(), values);
    let mut alerts = Vec::new();
    for row in cx.db().query_all_raw(statement).await? {
        let number = |column| row.try_get::<Decimal>("", column);
        let (limit, spent, moved) = (number("amount")?, number("spent")?, number("moved")?);
        let budget = row.try_get("", "id")?;
        alerts.extend(BudgetAlert::for_change(budget, limit, spent - moved, spent));
    }
    Ok(alerts)
}
