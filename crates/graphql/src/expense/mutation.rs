//! Mutations of expenses.

use async_graphql::{ID, MaybeUndefined, MergedObject};
use outlay_domain::expense::{
    Approve, CreateExpense, DeleteExpense, Reimburse, Reject, Reopen, Submit, UpdateExpense, Void,
    Withdraw,
};

use super::{CommentMutation, Expense};
use crate::{
    input::input,
    money::MoneyInput,
    payload::{deletion, mutations, payload},
    scalar::{Date, Decimal},
};

input! {
    /// A new expense.
    CreateExpenseInput => CreateExpense {
        /// The amount; negative for a refund.
        amount: MoneyInput,
        /// Units of the base currency for one unit of the amount's currency, with at most nine decimals. Required when the
        /// currencies differ; omit it otherwise.
        exchange_rate: Option<Decimal>,
        /// Day of the purchase.
        spent_on: Date,
        /// The payee, 1 to 200 characters.
        merchant: String,
        /// Purpose, at most 2,000 characters.
        description: Option<String>,
        /// Number of the receipt or transaction, at most 100 characters.
        reference: Option<String>,
        /// Global id of the category; none when omitted.
        category_id: Option<ID>,
        /// Global id of the department that it is for; the department of the member when omitted.
        department_id: Option<ID>,
        /// Global id of the budget to charge; none when omitted. When the organization blocks overspending, the budget must have
        /// enough left. A refund counts only after its approval.
        budget_id: Option<ID>,
        /// Global id of the member who spent it; the caller when omitted. Only owners, admins and finance create expenses of
        /// other members.
        member_id: Option<ID>,
    }
}

input! {
    /// Changes to a draft. Omitted fields stay unchanged, `null` removes a value.
    UpdateExpenseInput => UpdateExpense, of "expense" {
        /// The amount; negative for a refund.
        amount: Option<MoneyInput>,
        /// Units of the base currency for one unit of the amount's currency, with at most nine decimals. Required together with
        /// an amount in another currency; omit it otherwise.
        exchange_rate: Option<Decimal>,
        /// Day of the purchase.
        spent_on: Option<Date>,
        /// The payee, 1 to 200 characters.
        merchant: Option<String>,
        /// Purpose, at most 2,000 characters.
        description: Option<String>,
        /// Number of the receipt or transaction, at most 100 characters; `null` for none.
        reference: MaybeUndefined<String>,
        /// Global id of the category; `null` for none.
        category_id: MaybeUndefined<ID>,
        /// Global id of the department that it is for; `null` for none.
        department_id: MaybeUndefined<ID>,
        /// Global id of the budget to charge; `null` for none.
        budget_id: MaybeUndefined<ID>,
    }
}

deletion! {
    DeleteExpenseInput, DeleteExpensePayload "deleteExpense", "expense": DeleteExpense
}

/// Inputs of mutations that change the status.
macro_rules! steps {
    ($($input:ident $step:ident $verb:literal;)*) => {$(
        input! {
            #[doc = concat!("The expense to ", $verb, ".")]
            $input => $step, of "expense" {}
        }
    )*};
}

steps! {
    SubmitExpenseInput Submit "submit";
    WithdrawExpenseInput Withdraw "withdraw";
    ApproveExpenseInput Approve "approve";
    ReopenExpenseInput Reopen "reopen";
    ReimburseExpenseInput Reimburse "reimburse";
}

input! {
    /// The expense to reject, and the reason.
    RejectExpenseInput => Reject, of "expense" {
        /// The reason, shown to its member, 1 to 2,000 characters.
        reason: String,
    }
}

input! {
    /// The expense to void, and the reason.
    VoidExpenseInput => Void, of "expense" {
        /// The reason, for the record, 1 to 2,000 characters.
        reason: String,
    }
}

payload! {
    CreateExpensePayload "createExpense", UpdateExpensePayload "updateExpense",
    SubmitExpensePayload "submitExpense", WithdrawExpensePayload "withdrawExpense",
    ApproveExpensePayload "approveExpense", RejectExpensePayload "rejectExpense",
    ReopenExpensePayload "reopenExpense", ReimburseExpensePayload "reimburseExpense",
    VoidExpensePayload "voidExpense": expense Expense
}

mutations! {
    /// Mutations of drafts.
    DraftMutation;
    /// Creates an expense as a draft. For all roles but viewers.
    create_expense(CreateExpenseInput) -> CreateExpensePayload by write;
    /// Changes a draft: the caller's own, or any for owners, admins and finance.
    update_expense(UpdateExpenseInput) -> UpdateExpensePayload by write;
    /// Deletes a draft: the caller's own, or any for owners, admins and finance. Expenses that were submitted are voided
    /// instead.
    delete_expense(DeleteExpenseInput) -> DeleteExpensePayload by delete;
}

mutations! {
    /// Mutations of the status of expenses.
    StatusMutation;
    /// Submits a draft for approval. For its member, and for owners, admins and finance.
    submit_expense(SubmitExpenseInput) -> SubmitExpensePayload by write;
    /// Turns a submitted expense into a draft again. For its member, and for owners, admins and finance.
    withdraw_expense(WithdrawExpenseInput) -> WithdrawExpensePayload by write;
    /// Approves a submitted expense. For owners, admins and finance, and for approvers in their own department; never for
    /// the member who spent it.
    approve_expense(ApproveExpenseInput) -> ApproveExpensePayload by write;
    /// Rejects a submitted expense, with a reason. For callers who may approve it.
    reject_expense(RejectExpenseInput) -> RejectExpensePayload by write;
    /// Turns a rejected expense into a draft again. For its member, and for owners, admins and finance.
    reopen_expense(ReopenExpenseInput) -> ReopenExpensePayload by write;
    /// Records that an approved expense was paid back. For owners, admins and finance.
    reimburse_expense(ReimburseExpenseInput) -> ReimburseExpensePayload by write;
    /// Removes an expense that was not paid back from the books; it stays visible. For owners, admins and finance.
    void_expense(VoidExpenseInput) -> VoidExpensePayload by write;
}

/// Mutations of expenses.
#[derive(MergedObject, Default)]
pub struct ExpenseMutation(DraftMutation, StatusMutation, CommentMutation);
