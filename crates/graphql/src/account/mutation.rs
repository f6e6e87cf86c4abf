//! Writing accounts.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use outlay_domain::{
    account::{CreateAccount, DeleteAccount, UpdateAccount},
    value::Name,
};

use super::Account;
use crate::{
    context::ContextExt,
    error::{Answer, UserError, answer},
    id::Kind,
    money::MoneyInput,
};

/// A new account.
#[derive(InputObject)]
pub struct CreateAccountInput {
    /// Its name, 1 to 200 characters, unique in the organization whatever the case.
    name: String,
    /// What it holds at first, in the organization's base currency; negative when overdrawn.
    opening_balance: MoneyInput,
    /// Makes a repeated request safe: the same key gives the first answer again. 1 to 100 characters.
    idempotency_key: Option<String>,
}

impl CreateAccountInput {
    fn parse(&self) -> outlay_domain::Result<CreateAccount> {
        Ok(CreateAccount {
            name: Name::parse("name", &self.name)?,
            opening_balance: self.opening_balance.parse("openingBalance")?,
        })
    }
}

/// A change of an account; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateAccountInput {
    /// Global id of the account.
    id: ID,
    /// The version that the change is made to.
    version: i32,
    /// Its name.
    name: Option<String>,
    /// What it held at first, in the organization's base currency.
    opening_balance: Option<MoneyInput>,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

impl UpdateAccountInput {
    fn parse(&self) -> outlay_domain::Result<UpdateAccount> {
        Ok(UpdateAccount {
            id: Kind::Account.parse("id", &self.id)?,
            version: self.version,
            name: self
                .name
                .as_ref()
                .map(|name| Name::parse("name", name))
                .transpose()?,
            opening_balance: self
                .opening_balance
                .as_ref()
                .map(|money| money.parse("openingBalance"))
                .transpose()?,
        })
    }
}

/// Which account to delete.
#[derive(InputObject)]
pub struct DeleteAccountInput {
    /// Global id of the account.
    id: ID,
    /// The version that the caller has seen.
    version: i32,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

/// What became of `createAccount`.
#[derive(SimpleObject)]
pub struct CreateAccountPayload {
    /// The new account; null when there are errors.
    account: Option<Account>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `updateAccount`.
#[derive(SimpleObject)]
pub struct UpdateAccountPayload {
    /// The account as it is now; null when there are errors.
    account: Option<Account>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `deleteAccount`.
#[derive(SimpleObject)]
pub struct DeleteAccountPayload {
    /// Global id of the account that is gone; null when there are errors.
    deleted_id: Option<ID>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// Mutations of accounts.
#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes an account. For owners, admins and finance.
    async fn create_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new account.")] input: CreateAccountInput,
    ) -> Answer<CreateAccountPayload> {
        let done = async {
            ctx.request()
                .write(&input.parse()?, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| CreateAccountPayload {
            account: row.map(Into::into),
            errors,
        })
    }

    /// Changes an account. For owners, admins and finance.
    async fn update_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateAccountInput,
    ) -> Answer<UpdateAccountPayload> {
        let done = async {
            ctx.request()
                .write(&input.parse()?, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| UpdateAccountPayload {
            account: row.map(Into::into),
            errors,
        })
    }

    /// Deletes an account that no budget is paid from. For owners, admins and finance.
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account.")] input: DeleteAccountInput,
    ) -> Answer<DeleteAccountPayload> {
        let done = async {
            let id = Kind::Account.parse("id", &input.id)?;
            let command = DeleteAccount {
                id,
                version: input.version,
            };
            ctx.request()
                .write(&command, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |deleted, errors| DeleteAccountPayload {
            deleted_id: deleted.map(|gone| Kind::Account.id(gone.0)),
            errors,
        })
    }
}
