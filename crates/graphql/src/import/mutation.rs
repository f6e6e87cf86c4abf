//! Importing a file.

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
    error::{Answer, UserError, answer},
    scalar::{CurrencyCode, Decimal},
    upload::Upload,
};

/// Which column of the file holds what: each value is a column's heading.
#[derive(InputObject)]
pub struct ImportMappingInput {
    /// The day of the payment.
    spent_on: String,
    /// The amount; negative or in parentheses for a refund.
    amount: String,
    /// Who was paid.
    merchant: String,
    /// The category's name.
    category: Option<String>,
    /// The department's name.
    department: Option<String>,
    /// Number of the transaction.
    reference: Option<String>,
    /// What for.
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

/// How a date such as 05/06/2019 is to be read.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "import::DateOrder")]
#[expect(
    clippy::enum_variant_names,
    reason = "what comes first is what they differ in"
)]
pub enum DateOrder {
    /// 5 June, as in Britain.
    DayFirst,
    /// May 6, as in the United States.
    MonthFirst,
    /// The year comes first, as in 19/05/06.
    YearFirst,
}

/// What separates the decimals of an amount.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "import::DecimalMark")]
pub enum DecimalMark {
    /// A point: 1,234.50.
    Point,
    /// A comma: 1.234,50.
    Comma,
}

/// A file of payments to be made into expenses.
#[derive(InputObject)]
pub struct ImportExpensesInput {
    /// The file: CSV with a heading, in UTF-8 or Windows-1252, separated by commas, semicolons or tabs. Send it by the
    /// GraphQL multipart request specification.
    file: Upload,
    /// Which column holds what.
    mapping: ImportMappingInput,
    /// The currency of the file's amounts.
    currency_code: CurrencyCode,
    /// Units of the base currency for one of the file's; wanted only when they differ.
    exchange_rate: Option<Decimal>,
    /// How dates are to be read that could be read two ways; without it such a date is reported, not guessed.
    date_order: Option<DateOrder>,
    /// How amounts such as 1,234 are to be read; without it such an amount is reported, not guessed.
    decimal_mark: Option<DecimalMark>,
    /// Only check the file and report what would be done.
    #[graphql(default)]
    dry_run: bool,
    /// Make the departments and categories that the file names and that are not there.
    #[graphql(default)]
    create_missing: bool,
    /// Import the file although it was imported before: its payments will be there twice.
    #[graphql(default)]
    allow_repeat: bool,
    /// Makes a repeated request safe: the same key gives the first answer again. 1 to 100 characters.
    idempotency_key: Option<String>,
}

/// What became of `importExpenses`.
#[derive(SimpleObject)]
pub struct ImportExpensesPayload {
    /// The import, also when lines could not be read: its `problems` say which and why. Null when the file as a whole
    /// was refused.
    import: Option<Import>,
    /// What to mend; empty when it was done.
    errors: Vec<UserError>,
}

/// Mutations of imports.
#[derive(Default)]
pub struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Makes expenses of a CSV file, all or nothing. They arrive approved, as the caller's. For owners, admins and
    /// finance.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn import_expenses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file, and how to read it.")] input: ImportExpensesInput,
    ) -> Answer<ImportExpensesPayload> {
        answer(run(ctx, input).await, |import, mut errors| {
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
    // Before the file is read, so that nobody without the right makes the server work.
    ctx.request().require(Permission::Import)?;
    let upload = input.file.open("file", ctx)?;
    // The upload's own file may have no name any more; a copy that we name can be read twice.
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
