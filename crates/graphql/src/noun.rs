//! Every noun, registered once: its kind of global id, its place in `Node`, and its loader.

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

/// An object that shows a row of a noun.
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

/// A noun whose rows are found by global id.
pub(crate) trait Registered: Noun {
    /// The kind of its global ids.
    const KIND: Kind;

    /// Finds a row that the caller may see, in one batch with all that are looked for at the same time.
    fn load(snapshot: &Snapshot, id: Id<Self>, reading: Reading) -> BoxFuture<'_, Found<Self>>;
}

/// What a loader returns: the row, none, or why it could not be read.
pub(crate) type Found<N> = Result<Option<Arc<Fetched<<N as Table>::Row>>>>;

/// An object that shows a child row: one that belongs to another and is listed by it.
pub(crate) trait Child: Object {
    /// The noun that it belongs to.
    type Parent: Noun;

    /// A page of the children of a row, in one batch with all that are asked for at the same time.
    fn children(
        snapshot: &Snapshot,
        parent: Id<Self::Parent>,
        request: PageRequest,
        fetch: Fetch,
    ) -> BoxFuture<'_, Children<Self::Noun>>;
}

/// What a loader of children returns: a page, or why it could not be read.
pub(crate) type Children<N> = Result<Arc<Page<<N as Table>::Row>>>;

/// Whose children are looked for, which page of them, and what is read of each.
type ChildKey<P> = (Id<P>, PageRequest, Fetch);

/// The parents of the same page with the same selections: each group takes one statement.
fn grouped<P>(keys: &[ChildKey<P>]) -> HashMap<(PageRequest, Fetch), Vec<Id<P>>> {
    let mut groups: HashMap<_, Vec<_>> = HashMap::new();
    for (parent, request, fetch) in keys {
        let group = groups.entry((request.clone(), fetch.clone()));
        group.or_default().push(*parent);
    }
    groups
}

/// The page of each parent, or why none could be read.
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

/// What is looked for: a row, and what is read of it.
type Key<N> = (Id<N>, Reading);

/// Finds rows by one statement, which reads what any of the keys needs.
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

/// Registers nouns: `Object b'k' module "field"` for an object, its kind, and the module of its entity.
///
/// `of parent Batch lists by function` after it says which noun the object is a child of, and how its children are listed.
macro_rules! nouns {
    ($(
        $(#[$doc:meta])*
        $object:ident $byte:literal $module:ident $batch:ident
            $(of $parent:ident $children:ident $child_batch:ident by $list:path)?;
    )*) => {
        /// What an id is the id of. The bytes are part of every id given out: they never change.
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

        /// The object of a global id; none when there is none, or none that the caller may see.
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
        /// Invariant: loaders are never shared between requests, so never between tenants; after a write they are thrown
        /// away together with the snapshot.
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
                    // One yield is enough for all fields of a selection to have asked, since they are polled together.
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
