//! `outlay import`: imports a CSV file of payments as expenses.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::ProgressBar;
use outlay_domain::{
    Outlay,
    entity::tenant::{ImportStatus, import::Model},
    import::{
        self, DateOrder, DecimalMark, Delimiter, Encoding, ImportExpenses, ImportFile, Mapping,
        Progress,
    },
    tenancy::TenantAccess,
    value::{Currency, Email, ExchangeRate, Name},
};

use super::with_outlay;
use crate::{config::DatabaseArgs, progress};

/// The number of problems that are printed. The import keeps all of them.
const SHOWN_PROBLEMS: usize = 20;

/// The options of `outlay import`.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Slug of the organization
    #[arg(long, value_name = "SLUG")]
    organization: String,
    /// CSV file to import
    #[arg(long, value_name = "PATH")]
    file: PathBuf,
    /// Columns of the fields, such as `spentOn=Date,amount="Net (Gross = Net + VAT)",merchant=Supplier`; optional fields
    /// are category, department, reference and description
    #[arg(long, value_name = "MAPPING")]
    map: Mapping,
    /// Currency of the amounts, such as GBP
    #[arg(long, value_name = "CODE")]
    currency: String,
    /// Price of one unit of the file's currency in the organization's currency, if they differ
    #[arg(long, value_name = "RATE")]
    exchange_rate: Option<rust_decimal::Decimal>,
    /// Order of ambiguous dates: day-first, month-first or year-first
    #[arg(long, value_name = "ORDER")]
    date_order: Option<DateOrder>,
    /// Decimal mark of ambiguous amounts: point or comma
    #[arg(long, value_name = "MARK")]
    decimal_mark: Option<DecimalMark>,
    /// Column delimiter: comma, semicolon, tab or pipe [default: detected from the heading]
    #[arg(long, value_name = "DELIMITER")]
    delimiter: Option<Delimiter>,
    /// Encoding of the file, such as windows-1252 [default: detected from the text]
    #[arg(long, value_name = "LABEL")]
    encoding: Option<Encoding>,
    /// Check the file without importing it
    #[arg(long)]
    dry_run: bool,
    /// Report unknown departments and categories instead of creating them
    #[arg(long)]
    no_create_missing: bool,
    /// Import the file even if it was imported before
    #[arg(long)]
    allow_repeat: bool,
    /// Email address of the member who owns the expenses [default: the organization's first owner]
    #[arg(long = "as", value_name = "EMAIL")]
    importer: Option<String>,
}

pub(super) async fn run(args: &ImportArgs, database: &DatabaseArgs) -> Result<()> {
    let file = file(args)?;
    let size = std::fs::metadata(&file.path)
        .with_context(|| format!("--file {}", file.path.display()))?
        .len();
    let import = with_outlay(database, async |outlay| {
        let access = importer(&outlay, args).await?;
        let bar = progress::bytes(2 * size);
        let import = tokio::select! {
            import = import(&outlay, &access, args, file.clone()) => import,
            never = draw(&bar, &file.progress) => match never {},
        };
        bar.finish_and_clear();
        import
    })
    .await?;
    report(&import)
}

fn file(args: &ImportArgs) -> Result<ImportFile> {
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let rate = args
        .exchange_rate
        .map(|rate| ExchangeRate::parse("exchangeRate", rate));
    Ok(ImportFile {
        path: args.file.clone(),
        name: Name::parse("file", &name).context("--file")?,
        mapping: args.map.clone(),
        currency: Currency::parse("currency", &args.currency).context("--currency")?,
        exchange_rate: rate.transpose().context("--exchange-rate")?,
        date_order: args.date_order,
        decimal_mark: args.decimal_mark,
        delimiter: args.delimiter,
        encoding: args.encoding,
        progress: Progress::default(),
    })
}

/// The member who imports: the one that `--as` names, or the first owner.
async fn importer(outlay: &Outlay, args: &ImportArgs) -> Result<TenantAccess> {
    let directory = outlay.tenancy().directory();
    let slug = &args.organization;
    let tenant = directory.find_by_slug(slug).await?;
    let tenant =
        tenant.with_context(|| format!("--organization {slug}: no organization has this slug"))?;
    let user_id = if let Some(email) = &args.importer {
        let email = Email::parse("as", email).context("--as")?;
        let user = outlay.find_user(&email).await?;
        let none = || format!("--as {}: no user has this email address", email.as_str());
        user.with_context(none)?.id
    } else {
        let owner = outlay.first_owner(tenant.id()).await?;
        owner.context("the organization has no owner: name a member with --as")?
    };
    let access = directory.access(tenant.id(), user_id).await;
    access.with_context(|| format!("--organization {slug}: the importing user is not a member"))
}

async fn import(
    outlay: &Outlay,
    access: &TenantAccess,
    args: &ImportArgs,
    file: ImportFile,
) -> Result<Model> {
    let command = ImportExpenses {
        survey: file.survey().await?,
        file,
        dry_run: args.dry_run,
        create_missing: !args.no_create_missing,
        allow_repeat: args.allow_repeat,
    };
    Ok(outlay.execute(access, None, &command, None).await?)
}

/// Updates the bar with the number of bytes read, until it is dropped.
async fn draw(bar: &ProgressBar, progress: &Progress) -> std::convert::Infallible {
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    loop {
        tick.tick().await;
        bar.set_position(progress.bytes());
    }
}

fn report(import: &Model) -> Result<()> {
    let total = format!("{} {}", import.amount.normalize(), import.currency);
    match import.status {
        ImportStatus::Completed => {
            println!(
                "{}: {} expenses imported, {total} in all.",
                import.file_name, import.imported_rows
            );
            Ok(())
        }
        ImportStatus::Checked => {
            println!(
                "{}: {} lines can be imported, {total} in all.",
                import.file_name, import.total_rows
            );
            Ok(())
        }
        ImportStatus::Failed => {
            let problems = import::problems(&import.problems);
            for problem in problems.iter().take(SHOWN_PROBLEMS) {
                let column = problem
                    .column
                    .as_ref()
                    .map(|column| format!(", {column}"))
                    .unwrap_or_default();
                eprintln!("line {}{column}: {}", problem.row, problem.message);
            }
            if problems.len() > SHOWN_PROBLEMS {
                eprintln!("… and {} more", problems.len() - SHOWN_PROBLEMS);
            }
            bail!("{}: nothing was imported", import.file_name)
        }
    }
}
