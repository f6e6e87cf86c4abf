//! Reads rows and the rows that they refer to in one statement, which selects only the required columns.
//!
//! Every read of a noun goes through here, and so through [`Noun::visible`].

mod fetched;
mod reading;
mod shape;
mod statement;

use std::collections::HashMap;

use outlay_entity::{Cell, Columns, Id, Record, position};
use sea_orm::{
    Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, Iterable, QueryFilter, QueryResult,
    QuerySelect, QueryTrait, Select, Statement,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

use crate::{
    Context, Result,
    noun::{Noun, Visible},
    page::{Order, Page, PageRequest},
};

pub use fetched::Fetched;
pub use reading::Reading;
pub(crate) use shape::Shapes;

/// The columns and relations to read of a list, and how to execute the read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fetch {
    /// The columns and relations of each row.
    pub reading: Reading,
    /// Whether to count the rows of the whole list.
    pub counted: bool,
    /// Whether the operation reads nothing else. Then no transaction is needed, since one statement is one snapshot.
    pub alone: bool,
}

impl Fetch {
    /// Reads the rows of a list, without a count, in the snapshot of the operation.
    #[must_use]
    pub fn rows(reading: Reading) -> Self {
        Self {
            reading,
            counted: false,
            alone: false,
        }
    }
}

/// Reads the rows with these ids that the caller may see, in one statement and without an order.
///
/// # Errors
/// Database errors.
pub async fn find_many<N: Noun>(
    cx: &Context,
    ids: &[Id<N>],
    reading: &Reading,
) -> Result<Vec<Fetched<N::Row>>> {
    let fetch = Fetch::rows(reading.clone());
    by_ids(cx, ids, fetch).await
}

/// Reads the row with this id in one statement, if the caller may see it. `alone` reads it without a transaction.
///
/// # Errors
/// Database errors.
pub async fn find<N: Noun>(
    cx: &Context,
    id: Id<N>,
    reading: &Reading,
    alone: bool,
) -> Result<Option<Fetched<N::Row>>> {
    let fetch = Fetch {
        alone,
        ..Fetch::rows(reading.clone())
    };
    let rows = by_ids(cx, &[id], fetch).await?;
    Ok(rows.into_iter().next())
}

async fn by_ids<N: Noun>(
    cx: &Context,
    ids: &[Id<N>],
    fetch: Fetch,
) -> Result<Vec<Fetched<N::Row>>> {
    let Some(select) = visible::<N>(cx) else {
        return Ok(Vec::new());
    };
    let reading = fit(cx, fetch.reading.visible_to(cx));
    let id = Expr::col((N::default(), primary_key::<N>()));
    let select = select.filter(ExprTrait::eq(id, any(ids)));
    let found = only::<N>(select, reading.needed()).build(DbBackend::Postgres);
    let found = statement::join(found, &reading, &[], "");
    let alone = fetch.alone && reading.contains(&fetch.reading);
    rows(&run(cx, found, alone).await?, 0, &reading, 0)
}

/// Returns a reading that contains this one and has its own statement.
pub(crate) fn fit(cx: &Context, reading: Reading) -> Reading {
    cx.shapes().fit(reading, cx.now().timestamp())
}

async fn run(cx: &Context, statement: Statement, alone: bool) -> Result<Vec<QueryResult>> {
    Ok(if alone {
        cx.db().query_alone(statement).await?
    } else {
        cx.db().query_all_raw(statement).await?
    })
}

/// Reads one page of the rows that meet a condition and that the caller may see, in one statement.
///
/// # Errors
/// `Invalid` for a cursor of another list or order.
pub(crate) async fn list<N: Noun>(
    cx: &Context,
    condition: &Condition,
    order: Order<N::Row>,
    request: &PageRequest,
    fetch: &Fetch,
) -> Result<Page<N::Row>> {
    let Some(select) = visible::<N>(cx) else {
        return Ok(Page::empty(order));
    };
    let mut reading = fetch.reading.visible_to(cx);
    reading.add(order.columns());
    let reading = fit(cx, reading);
    let select = select.filter(condition.clone());
    let mut rows = only::<N>(select.clone(), reading.needed());
    if fetch.counted {
        // Counted once for the statement, and in the same snapshot as the page.
        let count = counting(select).into_query().into();
        rows = rows.expr_as(
            SimpleExpr::SubQuery(None, Box::new(count)),
            statement::COUNT,
        );
    }
    let rows = order.statement(rows, N::Row::TABLE, request)?;
    let ordered = order.clause(N::Row::TABLE, request);
    let rows = statement::join(rows, &reading, extra(fetch.counted), &ordered);
    // Relations that the statement does not read must be read in the same snapshot.
    let alone = fetch.alone && reading.contains(&fetch.reading);
    let rows = run(cx, rows, alone).await?;
    let mut page = read_page(&rows, 0, &reading, fetch.counted, order, request)?;
    if fetch.counted && page.count.is_none() {
        page.count = Some(count::<N>(cx, condition).await?);
    }
    Ok(page)
}

/// Executes a statement whose rows belong to no table, and joins the relations of `reading`. `extra` names the columns of the
/// statement that are not in `reading`, and `order` is the order of its rows.
///
/// # Errors
/// Database errors.
pub(crate) async fn grouped(
    cx: &Context,
    rows: Statement,
    reading: &Reading,
    alone: bool,
    extra: &[&str],
    order: &str,
) -> Result<Vec<QueryResult>> {
    run(cx, statement::join(rows, reading, extra, order), alone).await
}

/// Reads the rows of a result, from the column at a position, followed by a number of extra columns.
pub(crate) fn rows<R: Record>(
    rows: &[QueryResult],
    from: usize,
    reading: &Reading,
    extra: usize,
) -> Result<Vec<Fetched<R>>> {
    let rows = rows
        .iter()
        .map(|row| fetched::read(row, &mut { from }, extra, reading));
    Ok(rows.collect::<std::result::Result<_, DbErr>>()?)
}

/// Reads one page of children for each parent, in one statement. Contains only children that the caller may see.
///
/// `via` is the column that refers to the parent. Parents without children get an empty page.
///
/// # Errors
/// `Invalid` for a cursor of another list or order.
pub(crate) async fn children<P: Noun, N: Noun>(
    cx: &Context,
    via: &str,
    parents: &[Id<P>],
    order: Order<N::Row>,
    request: &PageRequest,
    fetch: &Fetch,
) -> Result<HashMap<Id<P>, Page<N::Row>>> {
    let Some(select) = visible::<N>(cx) else {
        let empty = parents.iter().map(|parent| (*parent, Page::empty(order)));
        return Ok(empty.collect());
    };
    let mut reading = fetch.reading.visible_to(cx);
    reading.add(order.columns());
    let reading = fit(cx, reading);
    let table = N::Row::TABLE;
    let of_parent = Expr::cust(format!(r#""{table}"."{via}" = "parent"."id""#));
    let select = select.filter(of_parent);
    let mut page = only::<N>(select.clone(), reading.needed());
    if fetch.counted {
        let count = counting(select).into_query().into();
        page = page.expr_as(
            SimpleExpr::SubQuery(None, Box::new(count)),
            statement::COUNT,
        );
    }
    let page = order.statement(page, table, request)?;
    let ordered = order.clause(table, request);
    let page = statement::join(page, &reading, extra(fetch.counted), &ordered);
    let statement =
        statement::of_parents(page, parents.iter().map(|parent| parent.uuid()).collect());
    let mut of_parents: HashMap<Id<P>, Vec<QueryResult>> = HashMap::new();
    for row in run(cx, statement, false).await? {
        of_parents.entry(Id::read(&row, 0)?).or_default().push(row);
    }
    let mut pages = HashMap::with_capacity(parents.len());
    for parent in parents {
        let rows = of_parents.remove(parent).unwrap_or_default();
        let mut page = read_page(&rows, 1, &reading, fetch.counted, order, request)?;
        if fetch.counted && page.count.is_none() {
            // After the last child no row carries the count.
            let via = column::<N>(position(N::Row::COLUMNS, via));
            let own = Condition::all().add(ExprTrait::eq(Expr::col((N::default(), via)), *parent));
            page.count = Some(count::<N>(cx, &own).await?);
        }
        pages.insert(*parent, page);
    }
    Ok(pages)
}

/// The columns of a statement that are not in its reading.
fn extra(counted: bool) -> &'static [&'static str] {
    if counted { &[statement::COUNT] } else { &[] }
}

/// Reads one page of a list of the shared schema.
///
/// # Errors
/// `Invalid` for a cursor of another list or order.
pub(crate) async fn shared<N: Noun>(
    db: &impl ConnectionTrait,
    select: Select<N>,
    order: Order<N::Row>,
    request: &PageRequest,
) -> Result<Page<N::Row>> {
    let reading = Reading::whole::<N>();
    let rows = only::<N>(select, reading.needed());
    let rows = order.statement(rows, N::Row::TABLE, request)?;
    let rows = db.query_all_raw(rows).await?;
    read_page(&rows, 0, &reading, false, order, request)
}

/// Counts the rows that meet a condition and that the caller may see.
///
/// # Errors
/// Database errors.
pub(crate) async fn count<N: Noun>(cx: &Context, condition: &Condition) -> Result<u64> {
    let Some(select) = visible::<N>(cx) else {
        return Ok(0);
    };
    // Not one(): its bound LIMIT keeps the plan from being reused.
    let counts: Vec<i64> = counting(select.filter(condition.clone()))
        .into_tuple()
        .all(cx.db())
        .await?;
    Ok(unsigned(counts.first().copied().unwrap_or_default()))
}

/// Selects the rows that the caller may see; `None` if the caller may see no rows of this noun.
pub(crate) fn visible<N: Noun>(cx: &Context) -> Option<Select<N>> {
    match N::visible(cx) {
        Visible::All => Some(N::find()),
        Visible::Nothing => None,
        Visible::Where(condition) => Some(N::find().filter(condition)),
    }
}

/// Compares with one array parameter, so that the statement is the same for any number of values.
fn any<N: Noun>(ids: &[Id<N>]) -> SimpleExpr {
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    sea_orm::sea_query::extension::postgres::PgFunc::any(Expr::value(ids)).into()
}

fn counting<N: EntityTrait>(select: Select<N>) -> Select<N> {
    select
        .select_only()
        .expr_as(Expr::cust("count(*)"), statement::COUNT)
}

/// Selects these stored columns.
fn only<N: EntityTrait>(select: Select<N>, columns: Columns) -> Select<N> {
    let columns = columns.positions().map(column::<N>);
    columns.fold(select.select_only(), QuerySelect::column)
}

/// The column of the primary key.
pub(crate) fn primary_key<N: EntityTrait>() -> N::Column {
    column::<N>(0)
}

/// The stored column at this position.
fn column<N: EntityTrait>(position: usize) -> N::Column {
    N::Column::iter()
        .nth(position)
        .expect("the columns of a record are those of its entity")
}

fn read_page<R: Record>(
    read: &[QueryResult],
    from: usize,
    reading: &Reading,
    counted: bool,
    order: Order<R>,
    request: &PageRequest,
) -> Result<Page<R>> {
    let count = match read.first() {
        Some(row) if counted => Some(unsigned(i64::read(row, from + reading.columns.len())?)),
        _ => None,
    };
    let rows = rows(read, from, reading, usize::from(counted))?;
    Ok(Page::new(rows, order, request, count))
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
