//! The life of an expense: who may take it from which state to which.
//!
//! ```text
//! DRAFT ──submit──▶ SUBMITTED ──approve──▶ APPROVED ──reimburse──▶ REIMBURSED
//!   ▲  ◀──withdraw──     │
//!   └──reopen── REJECTED ◀┘ reject              any but REIMBURSED ──void──▶ VOIDED
//! ```

use std::marker::PhantomData;

use outlay_entity::tenant::{
    ExpenseStatus::{self, Approved, Draft, Reimbursed, Rejected, Submitted, Voided},
    expense::{ActiveModel, Entity, Model},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use uuid::Uuid;

use super::{NOUN, lock, require_entry};
use crate::{
    Command, Context, Error, Result, WriteContext, budget, permission::Permission, value::Reason,
    write,
};

/// One arrow of the diagram.
pub trait Step: std::fmt::Debug + Send + Sync {
    /// For the audit trail.
    const ACTION: &'static str;
    /// The states that it starts from.
    const FROM: &'static [ExpenseStatus];
    /// The state that it leads to.
    const TO: ExpenseStatus;
    /// Who may take it, of those who may see the expense.
    ///
    /// # Errors
    /// `Forbidden`, with the reason.
    fn authorize(cx: &Context, expense: &Model) -> Result<()>;
}

macro_rules! steps {
    ($($(#[$doc:meta])* $step:ident $action:literal [$($from:ident),+] => $to:ident by $authorize:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $step;

        impl Step for $step {
            const ACTION: &'static str = $action;
            const FROM: &'static [ExpenseStatus] = &[$($from),+];
            const TO: ExpenseStatus = $to;
            fn authorize(cx: &Context, expense: &Model) -> Result<()> {
                $authorize(cx, expense)
            }
        }
    )*};
}

steps! {
    /// A member asks for a decision.
    Submit "expense.submit" [Draft] => Submitted by require_entry;
    /// A member takes back what is not decided yet.
    Withdraw "expense.withdraw" [Submitted] => Draft by require_entry;
    /// An approver accepts.
    Approve "expense.approve" [Submitted] => Approved by require_decision;
    /// An approver refuses, with a reason.
    Reject "expense.reject" [Submitted] => Rejected by require_decision;
    /// A member takes a rejected expense up again.
    Reopen "expense.reopen" [Rejected] => Draft by require_entry;
    /// Finance has paid it back.
    Reimburse "expense.reimburse" [Approved] => Reimbursed by require_settlement;
    /// Finance strikes it from the books, with a reason.
    Void "expense.void" [Draft, Submitted, Approved, Rejected] => Voided by require_settlement;
}

fn require_decision(cx: &Context, expense: &Model) -> Result<()> {
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

fn require_settlement(cx: &Context, _: &Model) -> Result<()> {
    cx.require(Permission::Settle)
}

/// Takes an expense one step on.
#[derive(Debug, Clone)]
pub struct ChangeStatus<S> {
    id: Uuid,
    version: i32,
    reason: Option<Reason>,
    step: PhantomData<S>,
}

impl<S: Step> ChangeStatus<S> {
    /// The step of this expense, which the caller has seen at this version; with a reason where one is wanted.
    #[must_use]
    pub fn new(id: Uuid, version: i32, reason: Option<Reason>) -> Self {
        Self {
            id,
            version,
            reason,
            step: PhantomData,
        }
    }
}

impl<S: Step> Command for ChangeStatus<S> {
    type Output = Model;
    const ACTION: &'static str = S::ACTION;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let old = lock(cx, self.id, self.version, S::authorize).await?;
        require_state::<S>(&old)?;
        let now = chrono::Utc::now();
        let mut row = ActiveModel {
            id: Set(self.id),
            status: Set(S::TO),
            version: Set(old.version + 1),
            updated_at: Set(now),
            ..Default::default()
        };
        match S::TO {
            Submitted => row.submitted_at = Set(Some(now)),
            Approved | Rejected | Voided => {
                row.decided_at = Set(Some(now));
                row.decided_by = Set(Some(cx.member_id()));
                row.decision_reason = Set(self.reason.clone().map(Into::into));
            }
            Draft => {
                row.submitted_at = Set(None);
                row.decided_at = Set(None);
                row.decided_by = Set(None);
            }
            Reimbursed => {}
        }
        let new = row.update(cx.db()).await?;
        budget::check_change(cx, Some(&old), Some(&new)).await?;
        Ok(new)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

/// Whether the member may take this step with an expense as it is; the same answer that taking it gives, but for what only
/// a transaction can tell: another's faster change, and money that a budget no longer has.
///
/// # Errors
/// Why not.
pub fn check_step<S: Step>(cx: &Context, expense: &Model) -> Result<()> {
    S::authorize(cx, expense)?;
    require_state::<S>(expense)
}

fn require_state<S: Step>(expense: &Model) -> Result<()> {
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
