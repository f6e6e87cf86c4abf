//! The second pass: inserts the payments, many with each statement.

use chrono::NaiveDate;
use outlay_entity::tenant::{CategoryId, DepartmentId, ExpenseId, ImportId};
use outlay_import::Payment;
use rust_decimal::Decimal;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde::Serialize;
use tokio::sync::mpsc;

use super::{ImportFile, names::Names};
use crate::{Error, Result, WriteContext, live::ImportReporter};

/// Number of rows inserted by one statement.
const BATCH: usize = 1_000;
/// Number of batches parsed ahead of the database.
const AHEAD: usize = 2;

/// Inserts payments. All rows are one parameter, so that the statement does not depend on their number.
const INSERT: &str = r#"
    INSERT INTO "{tenant}".expense
        (id, member_id, department_id, category_id, spent_on, merchant, description, reference,
         currency, amount, rate, base_amount, status, import_id)
    SELECT id, $2, department_id, category_id, spent_on, merchant, description, reference,
           $3, amount, $4, base_amount, 'APPROVED', $5
    FROM jsonb_to_recordset($1) AS row
        (id uuid, department_id uuid, category_id uuid, spent_on date, merchant text, description text,
         reference text, amount numeric, base_amount numeric)"#;

#[derive(Serialize)]
struct Row {
    id: ExpenseId,
    department_id: Option<DepartmentId>,
    category_id: Option<CategoryId>,
    spent_on: NaiveDate,
    merchant: String,
    description: String,
    reference: Option<String>,
    amount: Decimal,
    base_amount: Decimal,
}

/// The totals of the inserted rows, to compare with the first pass.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Inserted {
    pub(super) rows: u64,
    pub(super) amount: Decimal,
}

/// Reads the file again and inserts its payments.
pub(super) async fn insert(
    cx: &WriteContext,
    import: ImportId,
    file: &ImportFile,
    rate: Decimal,
    names: &Names,
    mut reporter: ImportReporter<'_>,
) -> Result<Inserted> {
    let base = cx.base_currency()?;
    let mut inserted = Inserted::default();
    let mut batches = read_ahead(file.clone());
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        let lines = batch.len();
        inserted.rows += lines as u64;
        inserted.amount += batch.iter().map(|payment| payment.amount).sum::<Decimal>();
        let rows: Vec<Row> = batch
            .into_iter()
            .map(|payment| Row {
                id: ExpenseId::generate(),
                department_id: names.department(payment.department.as_deref()),
                category_id: names.category(payment.category.as_deref()),
                spent_on: payment.spent_on,
                merchant: payment.merchant,
                description: payment.description.unwrap_or_default(),
                reference: payment.reference,
                amount: payment.amount,
                base_amount: base.round(payment.amount * rate),
            })
            .collect();
        let values = [
            serde_json::to_value(rows).map_err(Error::internal)?.into(),
            cx.member_id().into(),
            file.currency.code().into(),
            rate.into(),
            import.into(),
        ];
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, INSERT, values);
        cx.db().execute_raw(statement).await?;
        reporter.advance(lines);
    }
    reporter.finish();
    Ok(inserted)
}

/// Parses the file on a blocking thread, a few batches ahead. Stops when the receiver is dropped.
fn read_ahead(file: ImportFile) -> mpsc::Receiver<Result<Vec<Payment>>> {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let outcome = send_batches(&file, &sender);
        if let Err(error) = outcome {
            let _ = sender.blocking_send(Err(error));
        }
    });
    receiver
}

fn send_batches(file: &ImportFile, sender: &mpsc::Sender<Result<Vec<Payment>>>) -> Result<()> {
    let mut batch = Vec::with_capacity(BATCH);
    for row in file.payments()? {
        // The first pass accepted every line, so the file has changed if a line is invalid now.
        let payment = row.map_err(Error::internal)?.map_err(|_| changed())?;
        batch.push(payment);
        if batch.len() == BATCH
            && sender
                .blocking_send(Ok(std::mem::take(&mut batch)))
                .is_err()
        {
            return Ok(());
        }
    }
    if !batch.is_empty() {
        let _ = sender.blocking_send(Ok(batch));
    }
    Ok(())
}

/// The error for a file that changed between the two passes.
pub(super) fn changed() -> Error {
    Error::conflict(
        "file",
        "The file changed while it was read; import it again.",
    )
}
