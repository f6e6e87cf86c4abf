//! The mutation that imports a file.

use std::io::Write;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use outlay_domain::{
    Error, entity,
    import::{self, ImportExpenses, ImportFile, Mapping, Progress},
    permission::Permission,
    value::{Currency, ExchangeRate, Name},
};

use super::Import;
use crate::{
    context::ContextExt,
    directive::cost,
    error::{Answer, UserError, mutation_result},
    scalar::{CurrencyCode, Decimal},
    upload::Upload,
};

/// The columns of the file. Each value is the heading of a column.
#[derive(InputObject)]
pub struct ImportMappingInput {
    /// Column of the day of the payment.
    spent_on: String,
    /// Column of the amount; negative or in parentheses for a refund.
    amount: String,
    /// Column of the payee.
    merchant: String,
    /// Column of the name of the category.
    category: Option<String>,
    /// Column of the name of the department.
    department: Option<String>,
    /// Column of the number of the receipt or transaction.
    reference: Option<String>,
    /// Column of the purpose.
    description: Option<String>,
}

impl From<ImportMappingInput> for Mapping {
    fn from(input: ImportMappingInput) -> Self {
        Self {
            spent_on: input.spent_on,
            amount: input.amount,
            merchant: input.merchant,
            category: input.category,
            department: input.department,
            reference: input.reference,
            description: input.description,
        }
    }
}

/// Order of day, month and year in numeric dates such as 05/06/2019.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "import::DateOrder")]
#[expect(
    clippy::enum_variant_names,
    reason = "the names state which part of the date comes first"
)]
pub enum DateOrder {
    /// Day, month, year: 05/06/2019 is 5 June, as in Britain.
    DayFirst,
    /// Month, day, year: 05/06/2019 is May 6, as in the United States.
    MonthFirst,
    /// Year, month, day: 19/05/06 is 6 May 2019.
    YearFirst,
}

/// Decimal separator of amounts.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "import::DecimalMark")]
pub enum DecimalMark {
    /// Point, as in 1,234.50.
    Point,
    /// Comma, as in 1.234,50.
    Comma,
}

/// A file of payments to import as expenses.
#[derive(InputObject)]
pub struct ImportExpensesInput {
    /// CSV file with a heading, in UTF-8 or Windows-1252, separated by commas, semicolons or tabs. Send it as the GraphQL
    /// multipart request specification describes.
    file: Upload,
    /// The columns of the file.
    mapping: ImportMappingInput,
    /// Currency of all amounts in the file.
    currency_code: CurrencyCode,
    /// Units of the base currency for one unit of the file's currency, with at most nine decimals. Required when the
    /// currencies differ; omit it otherwise.
    exchange_rate: Option<Decimal>,
    /// Order of day, month and year in numeric dates. When omitted, a date that can be read in two ways is reported as a
    /// problem.
    date_order: Option<DateOrder>,
    /// Decimal separator of amounts. When omitted, an amount that can be read in two ways, such as 1,234, is reported as a
    /// problem.
    decimal_mark: Option<DecimalMark>,
    /// Checks the file and reports the result without creating expenses.
    #[graphql(default)]
    dry_run: bool,
    /// Creates the departments and categories that the file names and that do not exist.
    #[graphql(default)]
    create_missing: bool,
    /// Imports the file even if it was imported before, which creates its expenses a second time.
    #[graphql(default)]
    allow_repeat: bool,
    /// Makes a retry safe: a repeated request with the same key returns the first result. 1 to 100 characters.
    idempotency_key: Option<String>,
}

/// Result of `importExpenses`.
#[derive(SimpleObject)]
pub struct ImportExpensesPayload {
    /// The import. When some lines could not be read, it is returned together with an error, and its `problems` describe
    /// them. `null` when the whole file was rejected.
    import: Option<Import>,
    /// Errors that the caller can fix; empty on success.
    errors: Vec<UserError>,
}

/// Mutations of imports.
#[derive(Default)]
pub struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Imports a CSV file: creates one expense for each line, or none if a line cannot be read. The expenses belong to the
    /// caller and are approved. For owners, admins and finance.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn import_expenses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input of this mutation.")] input: ImportExpensesInput,
    ) -> Answer<ImportExpensesPayload> {
        mutation_result(run(ctx, input).await, |import, mut errors| {
            if let Some(import) = &import
                && import.status == entity::tenant::ImportStatus::Failed
            {
                let message = "Some lines could not be read, so nothing was imported: see the import's problems.";
                errors.push(UserError::from(&Error::invalid("file", message)));
            }
            ImportExpensesPayload {
                import: import.map(Into::into),
                errors,
            }
        })
    }
}

async fn run(
    ctx: &Context<'_>,
    input: ImportExpensesInput,
) -> outlay_domain::Result<entity::tenant::import::Model> {
    // Reject callers without the permission before reading the file.
    ctx.request().require(Permission::Import)?;
    let upload = input.file.open("file", ctx)?;
    // The uploaded file may be unlinked; copy it to a named file, which can be opened twice.
    let kept = tokio::task::spawn_blocking(move || {
        let mut kept = tempfile::NamedTempFile::new()?;
        std::io::copy(&mut &upload.content, &mut kept)?;
        kept.flush()?;
        std::io::Result::Ok((upload.filename, kept))
    });
    let (file_name, kept) = kept
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    let rate = input
        .exchange_rate
        .map(|rate| ExchangeRate::parse("exchangeRate", rate.0))
        .transpose()?;
    let file = ImportFile {
        path: kept.path().to_owned(),
        name: Name::parse("file", &file_name)?,
        mapping: input.mapping.into(),
        currency: Currency::parse("currencyCode", &input.currency_code.0)?,
        exchange_rate: rate,
        date_order: input.date_order.map(Into::into),
        decimal_mark: input.decimal_mark.map(Into::into),
        delimiter: None,
        encoding: None,
        progress: Progress::default(),
    };
    let command = ImportExpenses {
        survey: file.survey().await?,
        file,
        dry_run: input.dry_run,
        create_missing: input.create_missing,
        allow_repeat: input.allow_repeat,
    };
    ctx.request()
        .write(&command, input.idempotency_key.as_deref())
        .await
}
