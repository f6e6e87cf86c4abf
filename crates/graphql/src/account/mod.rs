//! Accounts in the schema.

mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use outlay_domain::{account, entity::tenant::account::Model};

use crate::{
    at_hand::at_hand, connection::connection, context::ContextExt, directive::cost, error::problem,
    id::Kind, money::Money, scalar::DateTime,
};

pub use mutation::AccountMutation;
pub use query::AccountQuery;

/// A source of funds, which budgets are paid from.
#[derive(Clone)]
pub struct Account(Arc<Model>);

impl From<Model> for Account {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

impl From<Arc<Model>> for Account {
    fn from(row: Arc<Model>) -> Self {
        Self(row)
    }
}

/// A source of funds, which budgets are paid from.
#[Object]
impl Account {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Account.id(self.0.id)
    }

    /// Its name, unique in the organization whatever the case.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it held at first.
    async fn opening_balance(&self, ctx: &Context<'_>) -> Result<Money> {
        let base = ctx
            .snapshot()?
            .cx()
            .base_currency()
            .map_err(|error| problem(&error))?;
        Ok(Money::new(self.0.opening_balance, base))
    }

    /// The opening balance less what is charged to the budgets that it pays; negative when overdrawn. A purchase is charged
    /// from the draft on; a refund (a negative amount) once it is approved. Rejected and voided expenses are not charged.
    #[graphql(directive = cost::apply("2".to_owned()))]
    async fn balance(&self, ctx: &Context<'_>) -> Result<Money> {
        let snapshot = ctx.snapshot()?;
        let charged = snapshot
            .account_charged(self.0.id)
            .await?
            .unwrap_or_default();
        let base = snapshot
            .cx()
            .base_currency()
            .map_err(|error| problem(&error))?;
        Ok(Money::new(self.0.opening_balance - charged, base))
    }

    /// Counts its changes; send it with the next one.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

at_hand! { Account, |Self(row), _, _|
    "id" => Kind::Account.id(row.id).0,
    "name" => row.name.as_str(),
    "version" => row.version,
}

connection! {
    /// Accounts by name.
    AccountConnection, AccountEdge of Account = Model,
    filter: (), |cx, _filter| account::count(cx)
}
