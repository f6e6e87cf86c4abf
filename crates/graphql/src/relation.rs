//! Related rows: read by the same statement where the document selects them, else loaded in batches.

use async_graphql::{Context, Result, Value, parser::types::SelectionSet};
use outlay_domain::{
    Error,
    entity::{Columns, Id, Table},
    page::PageRequest,
    read::{Fetch, Fetched, Reading},
};

use crate::{
    connection::Connection,
    context::ContextExt,
    error::{Answer, problem},
    noun::{Child, Object, Registered},
    root::Paging,
    select::{self, Selection},
    value,
};

/// The row type of an object of type `T`.
pub(crate) type RowOf<T> = <<T as Object>::Noun as Table>::Row;

/// A field that returns the row with an id; null when it does not exist or the caller is not allowed to see it.
pub(crate) struct One<T: Object>(Option<Id<T::Noun>>);

impl<T: Object> From<Option<Id<T::Noun>>> for One<T> {
    fn from(id: Option<Id<T::Noun>>) -> Self {
        Self(id)
    }
}

impl<T: Object> From<Id<T::Noun>> for One<T> {
    fn from(id: Id<T::Noun>) -> Self {
        Self(Some(id))
    }
}

/// A field that returns the row with an id, which always exists and which every caller is allowed to see.
pub(crate) type Required<T> = One<T>;

/// The value of a field that lists the children of a row.
pub(crate) struct Many<T: Child>(Id<T::Parent>);

impl<T: Child> From<Id<T::Parent>> for Many<T> {
    fn from(id: Id<T::Parent>) -> Self {
        Self(id)
    }
}

/// Resolves a list of children, in one statement for all parents of a list.
pub(crate) async fn many<T: Child>(
    ctx: &Context<'_>,
    Many(parent): Many<T>,
    Paging {
        first,
        after,
        last,
        before,
    }: Paging,
) -> Result<Connection<T>> {
    let snapshot = ctx.snapshot()?;
    let page = async {
        let request = PageRequest::parse(first, after, last, before)?;
        let fetch = Fetch {
            alone: false,
            ..select::of_list::<T>(ctx)
        };
        T::children(&snapshot, parent, request, fetch).await
    };
    page.await
        .map(Connection::new)
        .map_err(|error| problem(&error))
}

/// Resolves a nullable relation.
pub(crate) async fn one<R, T: Object>(
    ctx: &Context<'_>,
    row: &Fetched<R>,
    via: usize,
    id: impl FnOnce() -> Result<One<T>>,
) -> Answer<T> {
    if let Some(related) = row.related::<RowOf<T>>(via) {
        return related.map(|row| Ok(row.into()));
    }
    match id() {
        Ok(One(id)) => find(ctx, id?).await,
        Err(error) => Some(Err(error)),
    }
}

/// Resolves a non-null relation.
pub(crate) async fn required<R, T: Object>(
    ctx: &Context<'_>,
    row: &Fetched<R>,
    via: usize,
    id: impl FnOnce() -> Result<Required<T>>,
) -> Result<T> {
    let found = one(ctx, row, via, id).await;
    let absent = || {
        Err(problem(&Error::internal(
            "a row refers to one that is absent",
        )))
    };
    found.unwrap_or_else(absent)
}

/// Finds the row with an id, with the columns that the field's selection set needs.
pub(crate) async fn find<T: Object>(ctx: &Context<'_>, id: Id<T::Noun>) -> Answer<T> {
    load(ctx, id, select::of_row::<T>(ctx)).await
}

/// Finds the row with an id, with the columns that the selection set of this subfield needs.
pub(crate) async fn find_selected<T: Object>(
    ctx: &Context<'_>,
    field: &str,
    id: Id<T::Noun>,
) -> Answer<T> {
    load(ctx, id, select::of_field::<T>(ctx, field).0).await
}

async fn load<T: Object>(ctx: &Context<'_>, id: Id<T::Noun>, reading: Reading) -> Answer<T> {
    let snapshot = match ctx.snapshot() {
        Ok(snapshot) => snapshot,
        Err(error) => return Some(Err(error)),
    };
    let found = T::Noun::load(&snapshot, id, reading).await;
    found
        .map_err(|error| problem(&error))
        .transpose()
        .map(|row| row.map(T::from))
}

/// Adds a related row to a reading. Returns whether all selected fields of the row can be precomputed.
pub(crate) fn read<T: Object>(
    selection: Selection<'_>,
    reading: &mut Reading,
    via: usize,
    column: Columns,
) -> bool {
    if let Some(related) = reading.relate::<T::Noun>(via) {
        return select::read::<T>(selection, related);
    }
    reading.add(column);
    false
}

/// The precomputed value of a related row; `None` when it was not read together with the referring row, or must be
/// resolved.
pub(crate) fn value<R, T: Object>(
    row: &Fetched<R>,
    via: usize,
    selection: &SelectionSet,
    cx: &outlay_domain::Context,
    is_nullable: bool,
) -> Option<Value> {
    match row.related::<RowOf<T>>(via)? {
        Some(row) => value::object(&T::from(row), selection, cx),
        None => is_nullable.then_some(Value::Null),
    }
}
