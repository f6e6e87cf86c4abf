//! Inserts a row and its audit event with one statement.
//!
//! If nothing has to be locked or read first, the statement is the whole transaction: one round trip instead of four.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityName, EntityTrait,
    IntoActiveModel, Iterable, ModelTrait, Statement, StatementBuilder,
    sea_query::{
        CommonTableExpression, Expr, ExprTrait, InsertStatement, Query, SelectStatement, WithClause,
    },
};

use super::{Command, Subject, audit};
use crate::{Action, Error, Result, WriteContext};

/// The name of the inserted row in the statement.
const WRITTEN: &str = "written";

/// A complete row to insert: the database adds no values.
pub struct NewRow<M> {
    row: M,
    insert: InsertStatement,
    values: SelectStatement,
    unless: Option<SelectStatement>,
}

impl<M: ModelTrait> NewRow<M> {
    /// Inserts this row.
    pub(crate) fn new<A>(row: M) -> Self
    where
        M: IntoActiveModel<A>,
        A: ActiveModelTrait<Entity = M::Entity>,
    {
        let (insert, values) = insert_statement(&row.clone().into_active_model());
        Self {
            row,
            insert,
            values,
            unless: None,
        }
    }

    /// Inserts the row only if `found` selects nothing. Otherwise the command runs in a transaction.
    pub(crate) fn unless(mut self, found: SelectStatement) -> Self {
        self.unless = Some(found);
        self
    }
}

impl<M: Subject> NewRow<M> {
    /// The row, and the statement that inserts it and its event if the condition allows.
    fn into_statement_with_event(
        mut self,
        cx: &WriteContext,
        action: Action,
    ) -> Result<(M, Statement)> {
        if let Some(found) = self.unless {
            self.values.and_where(Expr::exists(found).not());
        }
        let insert = self.insert.select_from(self.values);
        let insert = insert.map_err(Error::internal)?;
        insert.returning(Query::returning().expr(Expr::cust("1")));
        let written = CommonTableExpression::new()
            .query(insert.take())
            .table_name(WRITTEN)
            .to_owned();
        let (mut event, mut values) = insert_statement(&audit::event(cx, action, &self.row)?);
        event
            .select_from(values.from(WRITTEN).take())
            .map_err(Error::internal)?;
        let statement = event.with(WithClause::new().cte(written).to_owned());
        let statement = StatementBuilder::build(&statement, &DbBackend::Postgres);
        Ok((self.row, statement))
    }
}

/// Inserts the command's row and its event. Returns `None` if the command needs a transaction.
pub(super) async fn insert_alone<C: Command>(
    cx: &WriteContext,
    command: &C,
) -> Result<Option<C::Output>> {
    let new = command.new_row(cx)?;
    let new = new.map(|new| new.into_statement_with_event(cx, C::ACTION));
    let Some((row, statement)) = new.transpose()? else {
        return Ok(None);
    };
    let written = match cx.db().execute_alone(&statement).await? {
        Some(written) => written,
        // The connection was lost before or after the statement was executed.
        None => match C::Output::recall(cx, row.id()).await {
            Ok(row) => return Ok(Some(row)),
            // Repeat it. If the first statement is still running, only one can succeed, because both have the same
            // primary key.
            Err(Error::NotFound { .. }) => cx.db().execute_raw(statement).await?.rows_affected(),
            Err(error) => return Err(error),
        },
    };
    Ok((written > 0).then_some(row))
}

/// The INSERT statement without values, and the SELECT of its values.
fn insert_statement<A: ActiveModelTrait>(row: &A) -> (InsertStatement, SelectStatement) {
    let (mut columns, mut values) = (Vec::new(), Query::select());
    for column in <A::Entity as EntityTrait>::Column::iter() {
        if let Some(value) = row.get(column).into_value() {
            columns.push(column);
            values.expr(column.save_as(Expr::val(value)));
        }
    }
    let table = A::Entity::default().table_ref();
    let insert = Query::insert()
        .into_table(table)
        .columns(columns)
        .to_owned();
    (insert, values)
}
