//! The command that imports a file.

use outlay_entity::tenant::{
    ImportStatus,
    import::{ActiveModel, Column, Entity, Model},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Serialize;

use super::{ImportFile, REPEATED, Survey, names::Names, rows};
use crate::{
    Action, Command, Error, Result, WriteContext,
    live::ImportReporter,
    value::{Money, MoneyInput},
    write,
};

/// Creates expenses from a file, all or none. They are approved, since they have been paid, and belong to the importing
/// member.
#[derive(Debug, Clone, Serialize)]
pub struct ImportExpenses {
    /// The file.
    pub file: ImportFile,
    /// The result of the first pass.
    pub survey: Survey,
    /// Reports the outcome without creating expenses.
    pub dry_run: bool,
    /// Creates missing departments and categories.
    pub create_missing: bool,
    /// Imports the file even if it was imported before.
    pub allow_repeat: bool,
}

impl Command for ImportExpenses {
    type Output = Model;
    const ACTION: Action = Action::ImportRun;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let rate = self.rate(cx)?;
        if !self.allow_repeat && !self.dry_run {
            self.reject_repeat(cx).await?;
        }
        let mut survey = self.survey.clone();
        let mut names = Names::read(cx).await?;
        if !self.create_missing {
            names.report_missing(&mut survey);
        }
        let status = match (survey.bad_rows, self.dry_run) {
            (0, false) => ImportStatus::Completed,
            (0, true) => ImportStatus::Checked,
            _ => ImportStatus::Failed,
        };
        let import = self.record(cx, &survey, status).await?;
        if status == ImportStatus::Completed {
            names.create_missing(cx, &survey).await?;
            let reporter = ImportReporter::new(cx, import.id, import.total_rows);
            let inserted = rows::insert(cx, import.id, &self.file, rate, &names, reporter).await?;
            if inserted
                != (rows::Inserted {
                    rows: survey.rows,
                    amount: survey.amount,
                })
            {
                return Err(rows::changed());
            }
        }
        Ok(import)
    }
}

impl ImportExpenses {
    fn rate(&self, cx: &WriteContext) -> Result<Decimal> {
        let code = self.file.currency.code().to_owned();
        let one = Money::parse(
            "currencyCode",
            &MoneyInput {
                amount: Decimal::ONE,
                currency_code: code,
            },
        )?;
        one.convert(cx.base_currency()?, self.file.exchange_rate)
            .map(|(rate, _)| rate)
    }

    /// Rejects a repeated file before the work is done. The unique index rejects concurrent imports of the same file.
    async fn reject_repeat(&self, cx: &WriteContext) -> Result<()> {
        let same = Entity::find()
            .filter(Column::FileHash.eq(self.survey.hash.to_vec()))
            .filter(Column::Status.eq(ImportStatus::Completed));
        if same.count(cx.db()).await? == 0 {
            return Ok(());
        }
        Err(Error::conflict("file", REPEATED))
    }

    async fn record(
        &self,
        cx: &WriteContext,
        survey: &Survey,
        status: ImportStatus,
    ) -> Result<Model> {
        let rows = i64::try_from(survey.rows).map_err(Error::internal)?;
        let imported = if status == ImportStatus::Completed {
            rows
        } else {
            0
        };
        let row = ActiveModel {
            member_id: Set(cx.member_id()),
            file_name: Set(self.file.name.as_str().to_owned()),
            file_hash: Set(survey.hash.to_vec()),
            status: Set(status),
            repeated: Set(self.allow_repeat),
            currency: Set(self.file.currency.code().to_owned()),
            total_rows: Set(rows),
            imported_rows: Set(imported),
            skipped_rows: Set(rows - imported),
            amount: Set(survey.amount),
            problems: Set(serde_json::to_value(&survey.problems).map_err(Error::internal)?),
            ..Default::default()
        };
        write::insert::<Entity>(cx, row).await
    }
}
