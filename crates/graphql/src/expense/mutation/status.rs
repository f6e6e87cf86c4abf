//! The steps of an expense's life: one mutation each.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use outlay_domain::{
    expense::{Approve, ChangeStatus, Reimburse, Reject, Reopen, Step, Submit, Void, Withdraw},
    value::Reason,
};

use super::write;
use crate::{
    error::{Answer, UserError, answer},
    expense::Expense,
    id::Kind,
};

/// Input and payload of a step that needs nothing but the expense, or a reason too.
macro_rules! step {
    ($name:literal, $input:ident, $payload:ident $(, $reason:ident: $reason_doc:literal)?) => {
        #[doc = concat!("Which expense to ", $name, ".")]
        #[derive(InputObject)]
        pub struct $input {
            /// Global id of the expense.
            id: ID,
            /// The version that the decision is about.
            version: i32,
            $(
                #[doc = $reason_doc]
                $reason: String,
            )?
            /// Makes a repeated request safe: the same key gives the first answer again.
            idempotency_key: Option<String>,
        }

        #[doc = concat!("What became of the request to ", $name, " an expense.")]
        #[derive(SimpleObject)]
        pub struct $payload {
            /// The expense as it is now; null when there are errors.
            expense: Option<Expense>,
            /// What to mend in the input; empty when it was done.
            errors: Vec<UserError>,
        }

        impl $input {
            async fn take<S: Step>(&self, ctx: &Context<'_>) -> Answer<$payload> {
                let done = async {
                    let id = Kind::Expense.parse("id", &self.id)?;
                    let reason: Option<Reason> = None;
                    $(let reason = reason.or(Some(Reason::parse(stringify!($reason), &self.$reason)?));)?
                    let step = ChangeStatus::<S>::new(id, self.version, reason);
                    write(ctx, &step, self.idempotency_key.as_deref()).await
                };
                answer(done.await, |row, errors| $payload { expense: row.map(Into::into), errors })
            }
        }
    };
}

step!("submit", SubmitExpenseInput, SubmitExpensePayload);
step!("withdraw", WithdrawExpenseInput, WithdrawExpensePayload);
step!("approve", ApproveExpenseInput, ApproveExpensePayload);
step!("reject", RejectExpenseInput, RejectExpensePayload, reason: "Why, for its member to read; 1 to 2,000 characters.");
step!("reopen", ReopenExpenseInput, ReopenExpensePayload);
step!("reimburse", ReimburseExpenseInput, ReimburseExpensePayload);
step!("void", VoidExpenseInput, VoidExpensePayload, reason: "Why, for the record; 1 to 2,000 characters.");

#[derive(Default)]
pub struct ExpenseStatusMutation;

#[Object]
impl ExpenseStatusMutation {
    /// Asks for a decision on a draft. By its member, or finance.
    async fn submit_expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draft.")] input: SubmitExpenseInput,
    ) -> Answer<SubmitExpensePayload> {
        input.take::<Submit>(ctx).await
    }

    /// Takes a submitted expense back to a draft. By its member, or finance.
    async fn withdraw_expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which submitted expense.")] input: WithdrawExpenseInput,
    ) -> Answer<WithdrawExpensePayload> {
        input.take::<Withdraw>(ctx).await
    }

    /// Accepts a submitted expense. By owners, admins and finance, and by approvers in their own department; never by
    /// the member who spent it.
    async fn approve_expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which submitted expense.")] input: ApproveExpenseInput,
    ) -> Answer<ApproveExpensePayload> {
        input.take::<Approve>(ctx).await
    }

    /// Refuses a submitted expense, with a reason. By those who may approve it.
    async fn reject_expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which submitted expense, and why.")] input: RejectExpenseInput,
    ) -> Answer<RejectExpensePayload> {
        input.take::<Reject>(ctx).await
    }

    /// Takes a rejected expense up again, as a draft. By its member, or finance.
    async fn reopen_expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rejected expense.")] input: ReopenExpenseInput,
    ) -> Answer<ReopenExpensePayload> {
        input.take::<Reopen>(ctx).await
    }

    /// Records that an approved expense was paid back. By owners, admins and finance.
    async fn reimburse_expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which approved expense.")] input: ReimburseExpenseInput,
    ) -> Answer<ReimburseExpensePayload> {
        input.take::<Reimburse>(ctx).await
    }

    /// Strikes an expense that was not paid back from the books; it stays to be read. By owners, admins and finance.
    async fn void_expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which expense, and why.")] input: VoidExpenseInput,
    ) -> Answer<VoidExpensePayload> {
        input.take::<Void>(ctx).await
    }
}
