//! Accounts in the schema.

use outlay_derive::fields;
use outlay_domain::{
    Context, Delete, Result,
    account::{self as accounts, CreateAccount, UpdateAccount},
    entity::tenant::account,
};
use rust_decimal::Decimal;

use crate::{
    directive::cost,
    input::input,
    money::{Money, MoneyInput},
    payload::{deletion, mutations, payload},
    root::query,
};

/// A source of funds that pays budgets. Visible to owners, admins, finance and viewers.
#[fields(account)]
impl Account {
    /// Name, unique in the organization regardless of case.
    fn name(name: &str) -> &str {
        name
    }

    /// Balance before the first charge, in the organization's base currency.
    fn opening_balance(cx: &Context, opening_balance: Decimal) -> Result<Money> {
        Money::in_base(cx, opening_balance)
    }

    /// Current balance in the organization's base currency: the opening balance minus the charges to the budgets that the
    /// account pays; negative when overdrawn. Drafts are charged; rejected and voided expenses and refunds that are not
    /// approved are not.
    #[graphql(directive = cost::apply("2".to_owned()))]
    fn balance(cx: &Context, opening_balance: Decimal, charged: Decimal) -> Result<Money> {
        Money::in_base(cx, opening_balance - charged)
    }
}

query! {
    /// Queries about accounts.
    AccountQuery of Account;
    /// The organization's accounts, ordered by name. For owners, admins, finance and viewers; `null`, with the error
    /// `FORBIDDEN`, for others.
    accounts() -> Answer |cx, request, fetch| accounts::list(cx, request, fetch).await;
    /// The account with this id. `null` when it does not exist or the caller is not allowed to see it.
    account;
}

input! {
    /// A new account.
    CreateAccountInput => CreateAccount {
        /// Name, 1 to 200 characters, unique in the organization regardless of case.
        name: String,
        /// Balance before the first charge, in the organization's base currency; negative when overdrawn.
        opening_balance: MoneyInput,
    }
}

input! {
    /// Changes to an account. Omitted fields stay unchanged.
    UpdateAccountInput => UpdateAccount, of "account" {
        /// Name, 1 to 200 characters, unique in the organization regardless of case.
        name: Option<String>,
        /// Balance before the first charge, in the organization's base currency; negative when overdrawn.
        opening_balance: Option<MoneyInput>,
    }
}

payload! {
    CreateAccountPayload "createAccount", UpdateAccountPayload "updateAccount": account Account
}

deletion! {
    DeleteAccountInput, DeleteAccountPayload "deleteAccount", "account": Delete<account::Entity>
}

mutations! {
    /// Mutations of accounts.
    AccountMutation;
    /// Creates an account. For owners, admins and finance.
    create_account(CreateAccountInput) -> CreateAccountPayload by write;
    /// Changes an account. For owners, admins and finance.
    update_account(UpdateAccountInput) -> UpdateAccountPayload by write;
    /// Deletes an account that pays no budget. For owners, admins and finance.
    delete_account(DeleteAccountInput) -> DeleteAccountPayload by delete;
}
