//! Root query fields common to all nouns: the list, and one object by id.

use async_graphql::{Context, ID, Result};
use outlay_domain::{
    page::{Page, PageRequest},
    read::Fetch,
};

use crate::{
    context::ContextExt,
    error::{Answer, problem},
    id,
    noun::{Object, Snapshot},
    relation::{self, RowOf},
    select,
};

/// The arguments of a connection.
pub(crate) struct Paging {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

/// Reads a page of a list: `list` takes the snapshot, the page request, and the columns and relations to read.
pub(crate) async fn list<T: Object>(
    ctx: &Context<'_>,
    paging: Paging,
    list: impl AsyncFnOnce(&Snapshot, &PageRequest, &Fetch) -> outlay_domain::Result<Page<RowOf<T>>>,
) -> Result<Page<RowOf<T>>> {
    let snapshot = ctx.snapshot()?;
    let Paging {
        first,
        after,
        last,
        before,
    } = paging;
    let page = async {
        let request = PageRequest::parse(first, after, last, before)?;
        let fetch = select::of_list::<T>(ctx);
        list(&snapshot, &request, &fetch).await
    };
    page.await.map_err(|error| problem(&error))
}

/// The object of a global id.
pub(crate) async fn one<T: Object>(ctx: &Context<'_>, id: &ID) -> Answer<T> {
    match id::parse("id", id) {
        Ok(id) => relation::find(ctx, id).await,
        Err(error) => Some(Err(problem(&error))),
    }
}

/// Declares the queries of a noun: its list with the four arguments of a connection, and one object by its id. The list is
/// a `Field`, which is non-null, or an `Answer`, which is null with an error for callers who are not allowed to see it.
///
/// ```text
/// query! {
///     /// Queries about things.
///     ThingQuery of Thing;
///     /// The organization's things, by name.
///     things() -> Field |cx, request, fetch| thing::list(cx, request, fetch).await;
///     /// The thing with this id.
///     thing;
/// }
/// ```
macro_rules! query {
    (
        $(#[$doc:meta])* $query:ident of $object:ident;
        $(#[$list_doc:meta])*
        $list:ident($($(#[$argument_meta:meta])* $argument:ident: $argument_ty:ty),*) -> $result:ident
            |$cx:ident, $request:ident, $fetch:ident| $page:expr;
        $($(#[$one_doc:meta])* $one:ident;)?
    ) => {
        $(#[$doc])*
        #[derive(Default)]
        pub struct $query;

        #[async_graphql::Object]
        impl $query {
            $(#[$list_doc])*
            async fn $list(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "Returns the first *n* items (1 to 100). Mutually exclusive with `last`.")]
                first: Option<i32>,
                #[graphql(desc = "Returns items after this cursor. Used with `first`.")]
                after: Option<String>,
                #[graphql(desc = "Returns the last *n* items (1 to 100). Mutually exclusive with `first`.")]
                last: Option<i32>,
                #[graphql(desc = "Returns items before this cursor. Used with `last`.")]
                before: Option<String>,
                $($(#[$argument_meta])* $argument: $argument_ty,)*
            ) -> crate::error::$result<crate::connection::Connection<$object>> {
                let paging = crate::root::Paging { first, after, last, before };
                let page = crate::root::list::<$object>(ctx, paging, async |snapshot, $request, $fetch| {
                    let $cx = snapshot.cx();
                    $page
                });
                page.await.map(crate::connection::Connection::new).into()
            }

            $(
                $(#[$one_doc])*
                async fn $one(
                    &self,
                    ctx: &async_graphql::Context<'_>,
                    #[graphql(desc = "Global id.")] id: async_graphql::ID,
                ) -> crate::error::Answer<$object> {
                    crate::root::one(ctx, &id).await
                }
            )?
        }
    };
}
pub(crate) use query;
