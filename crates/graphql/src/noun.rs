//! Registration of all nouns: the kind of their global ids, their variant of `Node`, and their loader.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context as GraphqlContext, ID, Interface};
use dataloader::{BatchFn, cached::Loader};
use futures::future::BoxFuture;
use outlay_domain::{
    Context, Error, Result,
    entity::{Id, Table, shared, tenant},
    noun::Noun,
    page::{Page, PageRequest},
    read::{self, Fetch, Fetched, Reading},
};
use uuid::Uuid;

use crate::{
    account::Account,
    budget::Budget,
    category::Category,
    department::Department,
    error::Answer,
    expense::{Expense, ExpenseComment},
    import::Import,
    member::{Invitation, Member},
    organization::{self, Organization},
    relation,
    value::{Computed, Fields},
};

/// An object that exposes a row of a noun.
pub(crate) trait Object:
    Fields<Row = <Self::Noun as Table>::Row>
    + Computed
    + From<Arc<Fetched<<Self::Noun as Table>::Row>>>
    + Send
    + Sync
{
    /// The noun.
    type Noun: Registered;
}

/// A noun whose rows have global ids.
pub(crate) trait Registered: Noun {
    /// The kind of its global ids.
    const KIND: Kind;

    /// Finds a row that the caller is allowed to see. Concurrent calls are combined into one batch.
    fn load(snapshot: &Snapshot, id: Id<Self>, reading: Reading) -> BoxFuture<'_, Found<Self>>;
}

/// The result of a loader: the row, `None`, or the error of the read.
pub(crate) type Found<N> = Result<Option<Arc<Fetched<<N as Table>::Row>>>>;

/// A GraphQL object for child rows: rows that belong to a parent row, which lists them.
pub(crate) trait Child: Object {
    /// The noun of the parent.
    type Parent: Noun;

    /// Reads a page of the children of a row, in one batch with the other requests of the operation.
    fn children(
        snapshot: &Snapshot,
        parent: Id<Self::Parent>,
        request: PageRequest,
        fetch: Fetch,
    ) -> BoxFuture<'_, Children<Self::Noun>>;
}

/// The result of a loader of children.
pub(crate) type Children<N> = Result<Arc<Page<<N as Table>::Row>>>;

/// The key of a loader of children: the parent, the page, and the columns and relations to read.
type ChildKey<P> = (Id<P>, PageRequest, Fetch);

/// Groups the parents by page and selection. Each group takes one statement.
fn grouped<P>(keys: &[ChildKey<P>]) -> HashMap<(PageRequest, Fetch), Vec<Id<P>>> {
    let mut groups: HashMap<_, Vec<_>> = HashMap::new();
    for (parent, request, fetch) in keys {
        let group = groups.entry((request.clone(), fetch.clone()));
        group.or_default().push(*parent);
    }
    groups
}

/// Pairs each parent with its page, or with the error that failed the statement.
fn pages<P, N: Noun>(
    parents: Vec<Id<P>>,
    found: Result<HashMap<Id<P>, Page<N::Row>>>,
) -> impl Iterator<Item = (Id<P>, Children<N>)> {
    let (mut found, failed) = match found {
        Ok(found) => (found, None),
        Err(error) => (HashMap::new(), Some(error)),
    };
    parents.into_iter().map(move |parent| {
        let page = found.remove(&parent).map(Arc::new);
        let absent = || Error::internal("a parent without a page");
        (
            parent,
            page.ok_or_else(|| failed.clone().unwrap_or_else(absent)),
        )
    })
}

/// The key of a loader: the id of a row, and the columns and relations to read.
type Key<N> = (Id<N>, Reading);

/// Finds rows by one statement, which reads all columns and relations that any key needs.
async fn load<N: Noun>(cx: &Context, keys: &[Key<N>]) -> HashMap<Key<N>, Found<N>> {
    let mut ids: Vec<_> = keys.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut reading = Reading::of::<N>();
    for (_, wanted) in keys {
        reading.merge(wanted);
    }
    let found = read::find_many::<N>(cx, &ids, &reading).await;
    let found = found.map(|rows| {
        let rows = rows.into_iter().map(Arc::new);
        let by_id = rows.filter_map(|row| Some((N::row_id(&row)?, row)));
        by_id.collect::<HashMap<_, _>>()
    });
    let answer = |key: &Key<N>| match &found {
        Ok(rows) => Ok(rows.get(&key.0).cloned()),
        Err(error) => Err(error.clone()),
    };
    keys.iter().map(|key| (key.clone(), answer(key))).collect()
}

/// Registers nouns: `Object b'k' module Batch` for an object, its kind, the module of its entity, and its batch type.
///
/// `of Parent children ChildBatch by function` registers a child: the parent object, the loader of the children, its batch
/// type, and the function of the domain that lists the children.
macro_rules! nouns {
    ($(
        $(#[$doc:meta])*
        $object:ident $byte:literal $module:ident $batch:ident
            $(of $parent:ident $children:ident $child_batch:ident by $list:path)?;
    )*) => {
        /// The kind of object that a global id refers to. The bytes are part of all existing ids and must never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Kind {
            /// An organization.
            Organization = b'o',
            /// A user.
            User = b'u',
            $($(#[$doc])* $object = $byte,)*
        }

        impl Kind {
            pub(crate) const ALL: &'static [Self] =
                &[Self::Organization, Self::User, $(Self::$object),*];

            /// The name of the noun in messages.
            pub(crate) fn noun(self) -> &'static str {
                match self {
                    Self::Organization => shared::organization::Entity::NAME,
                    Self::User => "user",
                    $(Self::$object => tenant::$module::Entity::NAME,)*
                }
            }
        }

        /// An object with a global id.
        #[derive(Interface)]
        #[graphql(field(name = "id", ty = "ID", desc = "Global id."))]
        pub enum Node {
            /// An organization.
            Organization(Organization),
            $($(#[$doc])* $object($object),)*
        }

        /// The object of a global id; `None` when it does not exist or the caller is not allowed to see it.
        pub(crate) async fn find(ctx: &GraphqlContext<'_>, kind: Kind, id: Uuid) -> Answer<Node> {
            match kind {
                Kind::Organization => node(organization::find(ctx, id.into()).await),
                Kind::User => None,
                $(Kind::$object => node(relation::find::<$object>(ctx, id.into()).await),)*
            }
        }

        $(
            impl Object for $object {
                type Noun = tenant::$module::Entity;
            }

            struct $batch(Arc<Context>);

            impl BatchFn<Key<tenant::$module::Entity>, Found<tenant::$module::Entity>> for $batch {
                async fn load(
                    &mut self,
                    keys: &[Key<tenant::$module::Entity>],
                ) -> HashMap<Key<tenant::$module::Entity>, Found<tenant::$module::Entity>> {
                    load::<tenant::$module::Entity>(&self.0, keys).await
                }
            }

            impl Registered for tenant::$module::Entity {
                const KIND: Kind = Kind::$object;

                fn load(
                    snapshot: &Snapshot,
                    id: Id<Self>,
                    reading: Reading,
                ) -> BoxFuture<'_, Found<Self>> {
                    Box::pin(snapshot.$module.load((id, reading)))
                }
            }
        )*

        $($(
            struct $child_batch(Arc<Context>);

            impl BatchFn<ChildKey<tenant::$parent::Entity>, Children<tenant::$module::Entity>> for $child_batch {
                async fn load(
                    &mut self,
                    keys: &[ChildKey<tenant::$parent::Entity>],
                ) -> HashMap<ChildKey<tenant::$parent::Entity>, Children<tenant::$module::Entity>> {
                    let mut loaded = HashMap::with_capacity(keys.len());
                    for ((request, fetch), parents) in grouped(keys) {
                        let found = $list(&self.0, &parents, &request, &fetch).await;
                        for (parent, page) in pages::<_, tenant::$module::Entity>(parents, found) {
                            loaded.insert((parent, request.clone(), fetch.clone()), page);
                        }
                    }
                    loaded
                }
            }

            impl Child for $object {
                type Parent = tenant::$parent::Entity;

                fn children(
                    snapshot: &Snapshot,
                    parent: Id<Self::Parent>,
                    request: PageRequest,
                    fetch: Fetch,
                ) -> BoxFuture<'_, Children<Self::Noun>> {
                    Box::pin(snapshot.$children.load((parent, request, fetch)))
                }
            }
        )?)*

        /// One snapshot of a tenant, and the loaders that read from it.
        ///
        /// Invariant: loaders are never shared between requests, and so never between tenants. After a write they are
        /// discarded together with the snapshot.
        pub(crate) struct Snapshot {
            cx: Arc<Context>,
            $($module: Loader<Key<tenant::$module::Entity>, Found<tenant::$module::Entity>, $batch>,)*
            $($($children: Loader<
                ChildKey<tenant::$parent::Entity>,
                Children<tenant::$module::Entity>,
                $child_batch,
            >,)?)*
        }

        impl Snapshot {
            pub(crate) fn new(cx: Context) -> Self {
                let cx = Arc::new(cx);
                Self {
                    // The fields of a selection are polled together, so after one yield all their keys are in the batch.
                    $($module: Loader::new($batch(cx.clone())).with_yield_count(1),)*
                    $($($children: Loader::new($child_batch(cx.clone())).with_yield_count(1),)?)*
                    cx,
                }
            }

            /// The domain's context of this snapshot.
            pub(crate) fn cx(&self) -> &Context {
                &self.cx
            }
        }
    };
}

nouns! {
    /// A member.
    Member b'm' member MemberBatch;
    /// An invitation.
    Invitation b'i' invitation InvitationBatch;
    /// A department.
    Department b'd' department DepartmentBatch;
    /// A category.
    Category b'c' category CategoryBatch;
    /// An account.
    Account b'a' account AccountBatch;
    /// A budget.
    Budget b'b' budget BudgetBatch;
    /// An expense.
    Expense b'e' expense ExpenseBatch;
    /// A comment of an expense.
    ExpenseComment b'k' expense_comment ExpenseCommentBatch
        of expense comments ExpenseCommentsBatch by outlay_domain::expense::comments;
    /// An import.
    Import b'f' import ImportBatch;
}

fn node(found: Answer<impl Into<Node>>) -> Answer<Node> {
    found.map(|found| found.map(Into::into))
}
