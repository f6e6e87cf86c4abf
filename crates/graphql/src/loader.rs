//! What nests in a list is loaded in batches: one set of loaders for each snapshot of each request.
//!
//! Invariant: loaders are never shared between requests, so never between tenants; after a write they are thrown
//! away together with the snapshot.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use async_graphql::Context as GraphqlContext;
use dataloader::{BatchFn, cached::Loader};
use outlay_domain::{
    Context, Error, Result, account, budget, category, department, entity::tenant, expense, import,
    member,
};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    context::ContextExt,
    error::{Answer, problem},
};

/// What a loader answers: the row, none, or why it could not be read.
pub(crate) type Loaded<T> = std::result::Result<Option<T>, Arc<Error>>;

/// Rows of one kind that were read ahead, by id.
pub(crate) struct Rows<T>(RwLock<HashMap<Uuid, T>>);

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T: Clone> Rows<T> {
    fn get(&self, id: Uuid) -> Option<T> {
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        rows.get(&id).cloned()
    }

    /// The row of this id, or none where a row has none; not known when it was not read ahead.
    pub(crate) fn row<U: From<T>>(&self, id: Option<Uuid>) -> Option<Option<U>> {
        match id {
            Some(id) => Some(Some(self.get(id)?.into())),
            None => Some(None),
        }
    }

    pub(crate) fn keep(&self, rows: HashMap<Uuid, T>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        kept.extend(rows);
    }
}

/// Answers every key: with its value, with none, or with the one error that all of them share.
fn answers<T: Clone>(keys: &[Uuid], found: Result<HashMap<Uuid, T>>) -> HashMap<Uuid, Loaded<T>> {
    match found {
        Ok(mut found) => keys
            .iter()
            .map(|key| (*key, Ok(found.remove(key))))
            .collect(),
        Err(error) => {
            let error = Arc::new(error);
            keys.iter().map(|key| (*key, Err(error.clone()))).collect()
        }
    }
}

fn by_id<T>(rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Arc<T>> {
    rows.into_iter()
        .map(|row| (id(&row), Arc::new(row)))
        .collect()
}

macro_rules! loaders {
    ($($field:ident: $batch:ident => $value:ty = |$cx:ident, $keys:ident| $load:expr;)*) => {
        $(
            pub(crate) struct $batch(Arc<Context>);

            impl BatchFn<Uuid, Loaded<$value>> for $batch {
                async fn load(&mut self, $keys: &[Uuid]) -> HashMap<Uuid, Loaded<$value>> {
                    let $cx = &*self.0;
                    answers($keys, async { $load }.await)
                }
            }
        )*

        /// One snapshot of a tenant and the loaders that read from it.
        pub(crate) struct Snapshot {
            cx: Arc<Context>,
            $(pub(crate) $field: Loader<Uuid, Loaded<$value>, $batch>,)*
            pub(crate) ahead: Ahead,
        }

        /// What was read before fields ask for it.
        #[derive(Default)]
        pub(crate) struct Ahead {
            $(pub(crate) $field: Rows<$value>,)*
        }

        impl Snapshot {
            pub(crate) fn new(cx: Context) -> Self {
                let cx = Arc::new(cx);
                // One yield is enough for all fields of a selection to have asked, since they are polled in one go.
                Self {
                    $($field: Loader::new($batch(cx.clone())).with_yield_count(1),)*
                    ahead: Ahead::default(),
                    cx,
                }
            }

            $(
                pub(crate) async fn $field(&self, id: Uuid) -> async_graphql::Result<Option<$value>> {
                    let loaded = match self.ahead.$field.get(id) {
                        Some(row) => Ok(Some(row)),
                        // Boxed: it takes two kilobytes, which every field of every node would have to reserve.
                        None => Box::pin(self.$field.load(id)).await,
                    };
                    loaded.map_err(|error| problem(&error))
                }
            )*
        }
    };
}

loaders! {
    department: DepartmentBatch => Arc<tenant::department::Model> =
        |cx, keys| Ok(by_id(department::find_many(cx, keys).await?, |row| row.id));
    category: CategoryBatch => Arc<tenant::category::Model> =
        |cx, keys| Ok(by_id(category::find_many(cx, keys).await?, |row| row.id));
    account: AccountBatch => Arc<tenant::account::Model> =
        |cx, keys| Ok(by_id(account::find_many(cx, keys).await?, |row| row.id));
    budget: BudgetBatch => Arc<tenant::budget::Model> =
        |cx, keys| Ok(by_id(budget::find_many(cx, keys).await?, |row| row.id));
    member: MemberBatch => Arc<tenant::member::Model> =
        |cx, keys| Ok(by_id(member::find_many(cx, keys).await?, |row| row.id));
    expense: ExpenseBatch => Arc<tenant::expense::Model> =
        |cx, keys| Ok(by_id(expense::find_many(cx, keys).await?, |row| row.id));
    import: ImportBatch => Arc<tenant::import::Model> =
        |cx, keys| Ok(by_id(import::find_many(cx, keys).await?, |row| row.id));
    budget_spent: BudgetSpentBatch => Decimal = |cx, keys| budget::spent(cx, keys).await;
    account_charged: AccountChargedBatch => Decimal = |cx, keys| account::charged(cx, keys).await;
}

impl Snapshot {
    /// The domain's context of this snapshot.
    pub(crate) fn cx(&self) -> &Context {
        &self.cx
    }
}

/// Which row a field shows: one, none, or one whose id could not be read.
pub(crate) struct Wanted(Answer<Uuid>);

impl From<Uuid> for Wanted {
    fn from(id: Uuid) -> Self {
        Self(Some(Ok(id)))
    }
}

impl From<Option<Uuid>> for Wanted {
    fn from(id: Option<Uuid>) -> Self {
        Self(id.map(Ok))
    }
}

impl From<Result<Uuid>> for Wanted {
    fn from(id: Result<Uuid>) -> Self {
        Self(Some(id.map_err(|error| problem(&error))))
    }
}

/// For each kind of row a function that answers a nullable field with it.
macro_rules! rows {
    ($($row:ident)*) => {
        $(
            pub(crate) async fn $row<T: From<Arc<tenant::$row::Model>>>(
                ctx: &GraphqlContext<'_>,
                id: impl Into<Wanted>,
            ) -> Answer<T> {
                let Wanted(id) = id.into();
                let id = id?;
                let row = async { ctx.snapshot()?.$row(id?).await };
                Some(row.await.transpose()?.map(T::from))
            }
        )*
    };
}

rows! { department category account budget member expense import }
