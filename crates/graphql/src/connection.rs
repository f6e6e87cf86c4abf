//! Connections of the Relay specification.

use async_graphql::SimpleObject;
use outlay_domain::page::Page;

/// Where a page stands in its list.
#[derive(SimpleObject, Debug, Clone)]
pub struct PageInfo {
    /// Whether there are rows after these.
    pub(crate) has_next_page: bool,
    /// Whether there are rows before these.
    pub(crate) has_previous_page: bool,
    /// The cursor of the first row.
    pub(crate) start_cursor: Option<String>,
    /// The cursor of the last row; give it as `after` for the next page.
    pub(crate) end_cursor: Option<String>,
}

impl PageInfo {
    pub(crate) fn of<T>(page: &Page<T>) -> Self {
        Self {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: page.edges.last().map(|edge| edge.cursor.clone()),
        }
    }
}

/// A connection's types: one page of nodes, counted only when asked.
///
/// `connection! { ThingConnection, ThingEdge of Thing = Model, filter: Filter, |cx, filter| count; more fields }`
macro_rules! connection {
    (
        $(#[$doc:meta])* $connection:ident, $edge:ident of $node:ident = $model:ty,
        filter: $filter:ty, |$cx:ident, $given:ident| $count:expr
        $(; $($more:tt)*)?
    ) => {
        $(#[$doc])*
        pub struct $connection {
            page: outlay_domain::page::Page<$node>,
            filter: $filter,
            /// The count, where it was read with the page.
            count: Option<u64>,
        }

        impl $connection {
            pub(crate) fn new(page: outlay_domain::page::Page<$model>, filter: $filter) -> Self {
                Self { page: page.map($node::from), filter, count: None }
            }
        }

        $(#[$doc])*
        #[async_graphql::Object]
        impl $connection {
            /// The rows of this page, each with its cursor.
            async fn edges(&self) -> Vec<crate::at_hand::Row<$edge<'_>>> {
                self.page.edges.iter().map(|edge| crate::at_hand::Row($edge(edge))).collect()
            }

            /// The rows of this page, without cursors.
            async fn nodes(&self) -> Vec<crate::at_hand::Row<&$node>> {
                self.page.edges.iter().map(|edge| crate::at_hand::Row(&edge.node)).collect()
            }

            /// Where this page stands in the list.
            async fn page_info(&self) -> crate::connection::PageInfo {
                crate::connection::PageInfo::of(&self.page)
            }

            /// How many rows the whole list has. Counting costs: ask for it only where it is shown.
            #[graphql(directive = crate::directive::cost::apply("10".to_owned()))]
            async fn total_count(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<u64> {
                use crate::context::ContextExt;
                if let Some(count) = self.count {
                    return Ok(count);
                }
                let snapshot = ctx.snapshot()?;
                let $cx = snapshot.cx();
                let count = match &self.filter {
                    $given => $count.await,
                };
                count.map_err(|error| crate::error::problem(&error))
            }

            $($($more)*)?
        }

        /// A row and its place in the list.
        pub struct $edge<'a>(&'a outlay_domain::page::Edge<$node>);

        /// A row and its place in the list.
        #[async_graphql::Object]
        impl $edge<'_> {
            /// Opaque; give it as `after` or `before` to page on from here.
            async fn cursor(&self) -> &str {
                &self.0.cursor
            }

            /// The row.
            async fn node(&self) -> &$node {
                &self.0.node
            }
        }

        crate::at_hand::at_hand! { $edge<'_>, |edge, selection, ahead|
            "cursor" => edge.0.cursor.as_str(),
            "node" => crate::at_hand::object(&edge.0.node, selection, ahead)?,
        }
    };
}
pub(crate) use connection;
