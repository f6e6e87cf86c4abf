//! Connections of the Relay specification, generic over the type of their items.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    Context, Object, ObjectType, OutputType, Result, SimpleObject, TypeName, Value,
    connection::EmptyFields, parser::types::SelectionSet,
};
use outlay_domain::{Error, entity::Record, page::Page, read::Fetched};

use crate::{
    error::problem,
    noun::Object as Noun,
    relation::RowOf,
    value::{self, Computed, Ready},
};

/// Position of a page in the whole list.
#[derive(SimpleObject, Debug, Clone)]
pub struct PageInfo {
    /// Whether there are items after this page.
    pub(crate) has_next_page: bool,
    /// Whether there are items before this page.
    pub(crate) has_previous_page: bool,
    /// Cursor of the first item; `null` when the page is empty.
    pub(crate) start_cursor: Option<String>,
    /// Cursor of the last item; pass it as `after` to get the next page. `null` when the page is empty.
    pub(crate) end_cursor: Option<String>,
}

/// One page of a list, with the additional fields of `E`.
pub struct Connection<T: Noun, E = EmptyFields> {
    page: Arc<Page<RowOf<T>>>,
    extra: E,
}

impl<T: Noun> Connection<T> {
    pub(crate) fn new(page: impl Into<Arc<Page<RowOf<T>>>>) -> Self {
        Self {
            page: page.into(),
            extra: EmptyFields,
        }
    }
}

impl<T: Noun, E> Connection<T, E> {
    /// A page with additional fields.
    pub(crate) fn with(page: Page<RowOf<T>>, extra: E) -> Self {
        let page = Arc::new(page);
        Self { page, extra }
    }
}

impl<T: Noun, E: Send + Sync> TypeName for Connection<T, E> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", <T as OutputType>::type_name()).into()
    }
}

/// One page of a list.
#[Object(name_type)]
impl<T: Noun, E: ObjectType> Connection<T, E>
where
    RowOf<T>: Record,
{
    /// Items of this page, each with its cursor.
    async fn edges(&self) -> Vec<Ready<Edge<'_, T>>> {
        let rows = self.page.rows.iter();
        rows.map(|row| {
            Ready(Edge {
                page: &self.page,
                node: T::from(row.clone()),
            })
        })
        .collect()
    }

    /// Items of this page, without cursors.
    async fn nodes(&self) -> Vec<Ready<T>> {
        let rows = self.page.rows.iter();
        rows.map(|row| Ready(T::from(row.clone()))).collect()
    }

    /// Position of this page in the whole list.
    async fn page_info(&self) -> Result<PageInfo> {
        let rows = &self.page.rows;
        let cursor = |row: Option<&Arc<Fetched<RowOf<T>>>>| -> Result<_> {
            let cursor = row.map(|row| self.page.cursor(row)).transpose();
            cursor.map_err(|error| problem(&error))
        };
        Ok(PageInfo {
            has_next_page: self.page.has_next,
            has_previous_page: self.page.has_previous,
            start_cursor: cursor(rows.first())?,
            end_cursor: cursor(rows.last())?,
        })
    }

    /// Number of items in the whole list. Counting is expensive: select it only when it is needed.
    #[graphql(directive = crate::directive::cost::apply("10".to_owned()))]
    async fn total_count(&self) -> Result<u64> {
        let absent = || problem(&Error::internal("a list was not counted"));
        self.page.count.ok_or_else(absent)
    }

    #[graphql(flatten)]
    async fn extra(&self, _ctx: &Context<'_>) -> &E {
        &self.extra
    }
}

/// An item and its cursor.
pub struct Edge<'a, T: Noun> {
    page: &'a Page<RowOf<T>>,
    node: T,
}

impl<T: Noun> TypeName for Edge<'_, T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", <T as OutputType>::type_name()).into()
    }
}

impl<T: Noun> Edge<'_, T>
where
    RowOf<T>: Record,
{
    fn place(&self) -> outlay_domain::Result<String> {
        self.page.cursor(self.node.row())
    }
}

/// An item and its cursor.
#[Object(name_type)]
impl<T: Noun> Edge<'_, T>
where
    RowOf<T>: Record,
{
    /// Opaque position of the item; pass it as `after` or `before` to continue from here.
    async fn cursor(&self) -> Result<String> {
        self.place().map_err(|error| problem(&error))
    }

    /// The item.
    async fn node(&self) -> &T {
        &self.node
    }
}

impl<T: Noun> Computed for Edge<'_, T>
where
    RowOf<T>: Record,
{
    fn field(
        &self,
        field: &str,
        selection: &SelectionSet,
        cx: &outlay_domain::Context,
    ) -> Option<Value> {
        match field {
            "cursor" => Some(self.place().ok()?.into()),
            "node" => value::object(&self.node, selection, cx),
            _ => None,
        }
    }
}
