//! The life of an expense: who may take it from which state to which.
//!
//! ```text
//! DRAFT ──submit──▶ SUBMITTED ──approve──▶ APPROVED ──reimburse──▶ REIMBURSED
//!   ▲  ◀──withdraw──     │
//!   └──reopen── REJECTED ◀┘ reject              any but REIMBURSED ──void──▶ VOIDED
//! ```

use outlay_entity::tenant::{
    ExpenseId,
    ExpenseStatus::{self, Approved, Draft, Reimbursed, Rejected, Submitted, Voided},
    expense::{ActiveModel, Entity, Model},
};
use sea_orm::ActiveValue::Set;
use serde::Serialize;

use super::{Standing, lock, require_entry};
use crate::{
    Action, Command, Context, Error, Result, WriteContext, budget, permission::Permission,
    value::Reason, write,
};

/// One arrow of the diagram: the rules of the command that takes it.
pub trait Step: Command<Output = Model> {
    /// The states that it starts from.
    const FROM: &'static [ExpenseStatus];
    /// The state that it leads to.
    const TO: ExpenseStatus;

    /// Whether the caller, who may see the expense, may take it.
    ///
    /// # Errors
    /// `Forbidden`, with the reason.
    fn allow(cx: &Context, expense: Standing) -> Result<()>;
}

/// Declares steps: `Step Action [from] => to by rule`, where the rule decides whether the caller may take it; `reason` after it
/// adds the reason that the step takes.
macro_rules! steps {
    ($(
        $(#[$doc:meta])*
        $step:ident $action:ident [$($from:ident),+] => $to:ident by $allow:ident $(, $reason:ident)?;
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize)]
        pub struct $step {
            /// The expense.
            pub id: ExpenseId,
            /// The version that the caller has seen.
            pub version: i32,
            $(
                /// Why.
                pub $reason: Reason,
            )?
        }

        impl Step for $step {
            const FROM: &'static [ExpenseStatus] = &[$($from),+];
            const TO: ExpenseStatus = $to;

            fn allow(cx: &Context, expense: Standing) -> Result<()> {
                $allow(cx, expense)
            }
        }

        impl Command for $step {
            type Output = Model;
            const ACTION: Action = Action::$action;

            /// The rule authorizes once the expense is found: for a caller who may not see it, it does not exist.
            fn authorize(&self, _: &Context) -> Result<()> {
                Ok(())
            }

            async fn run(&self, cx: &WriteContext) -> Result<Model> {
                let reason: Option<&Reason> = None;
                $(let reason = reason.or(Some(&self.$reason));)?
                take::<Self>(cx, self.id, self.version, reason).await
            }
        }
    )*};
}

steps! {
    /// A member submits a draft for approval.
    Submit ExpenseSubmit [Draft] => Submitted by require_entry;
    /// A member withdraws an expense that is not decided yet.
    Withdraw ExpenseWithdraw [Submitted] => Draft by require_entry;
    /// An approver approves.
    Approve ExpenseApprove [Submitted] => Approved by require_decision;
    /// An approver rejects, with a reason.
    Reject ExpenseReject [Submitted] => Rejected by require_decision, reason;
    /// A member reopens a rejected expense.
    Reopen ExpenseReopen [Rejected] => Draft by require_entry;
    /// Finance has paid it back.
    Reimburse ExpenseReimburse [Approved] => Reimbursed by require_settlement;
    /// Finance removes it from the books, with a reason.
    Void ExpenseVoid [Draft, Submitted, Approved, Rejected] => Voided by require_settlement, reason;
}

fn require_decision(cx: &Context, expense: Standing) -> Result<()> {
    if expense.member_id == cx.member_id() {
        return Err(Error::Forbidden(
            "Nobody decides on an expense of their own.".into(),
        ));
    }
    if cx.can(Permission::DecideAll) {
        return Ok(());
    }
    cx.require(Permission::DecideDepartment)?;
    if expense.department_id.is_some() && expense.department_id == cx.department_id() {
        return Ok(());
    }
    Err(Error::Forbidden(
        "You decide on expenses of your own department only.".into(),
    ))
}

fn require_settlement(cx: &Context, _: Standing) -> Result<()> {
    cx.require(Permission::Settle)
}

/// Takes an expense one step on.
async fn take<S: Step>(
    cx: &WriteContext,
    id: ExpenseId,
    version: i32,
    reason: Option<&Reason>,
) -> Result<Model> {
    let old = lock(cx, id, version, S::allow).await?;
    require_state::<S>(Standing::of(&old))?;
    let now = cx.now();
    let mut row = ActiveModel {
        status: Set(S::TO),
        ..Default::default()
    };
    match S::TO {
        Submitted => row.submitted_at = Set(Some(now)),
        Approved | Rejected | Voided => {
            row.decided_at = Set(Some(now));
            row.decided_by = Set(Some(cx.member_id()));
            row.decision_reason = Set(reason.cloned().map(Into::into));
        }
        Draft => {
            row.submitted_at = Set(None);
            row.decided_at = Set(None);
            row.decided_by = Set(None);
        }
        Reimbursed => {}
    }
    let new = write::update::<Entity>(cx, &old, row).await?;
    budget::check_change(cx, Some(&old), Some(&new)).await?;
    Ok(new)
}

/// Whether the caller may take this step on an expense in its present state. Taking it can still fail: when another change
/// comes first, or a blocking budget has no money left.
///
/// # Errors
/// Why not.
pub fn check_step<S: Step>(cx: &Context, expense: Standing) -> Result<()> {
    S::allow(cx, expense)?;
    require_state::<S>(expense)
}

fn require_state<S: Step>(expense: Standing) -> Result<()> {
    if S::FROM.contains(&expense.status) {
        return Ok(());
    }
    let message = format!(
        "The expense is {}, so this cannot be done to it.",
        word(expense.status)
    );
    Err(Error::conflict("id", message))
}

fn word(status: ExpenseStatus) -> &'static str {
    match status {
        Draft => "a draft",
        Submitted => "submitted",
        Approved => "approved",
        Rejected => "rejected",
        Reimbursed => "reimbursed",
        Voided => "voided",
    }
}
