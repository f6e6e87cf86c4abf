//! The audit trail: one event for each write, in the same transaction.

use outlay_entity::{
    Id,
    tenant::{BudgetId, DepartmentId, ExpenseStatus, MemberId, audit_event},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::Serialize;
use uuid::Uuid;

use super::Subject;
use crate::{Action, Result, WriteContext, expense::Standing};

/// The state of an expense before a write, as far as events need it: who was allowed to see it, and the amount that it
/// charged. It is stored as `before` in the audit event, where the event log reads it (`live/log.rs`).
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Before {
    pub(crate) member_id: MemberId,
    pub(crate) department_id: Option<DepartmentId>,
    pub(crate) budget_id: Option<BudgetId>,
    pub(crate) status: ExpenseStatus,
    pub(crate) base_amount: Decimal,
}

/// The expense that a child row belongs to. The event is about the expense, and visible to those who may see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent {
    pub(crate) id: Uuid,
    pub(crate) version: i32,
    pub(crate) standing: Standing,
}

/// The written values, as stored in the audit event.
#[derive(Serialize)]
struct Changes {
    #[serde(flatten)]
    state: serde_json::Value,
    /// The properties of the parent expense that decide who receives the event of a child row.
    #[serde(flatten)]
    standing: Option<Standing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Before>,
}

pub(super) async fn record(
    cx: &WriteContext,
    action: Action,
    subject: &impl Subject,
) -> Result<()> {
    audit_event::Entity::insert(event(cx, action, subject)?)
        .exec_without_returning(cx.db())
        .await?;
    Ok(())
}

pub(super) fn event(
    cx: &WriteContext,
    action: Action,
    subject: &impl Subject,
) -> Result<audit_event::ActiveModel> {
    let parent = cx.parent();
    let changes = Changes {
        state: subject.state(),
        standing: parent.map(|parent| parent.standing),
        before: cx.before(),
    };
    Ok(audit_event::ActiveModel {
        id: Set(Id::generate()),
        member_id: Set(Some(cx.member_id())),
        action: Set(action.as_str().to_owned()),
        subject_id: Set(parent.map_or_else(|| subject.audited(), |parent| parent.id)),
        version: Set(parent.map_or_else(|| subject.version(), |parent| Some(parent.version))),
        changes: Set(serde_json::to_value(changes).map_err(crate::Error::internal)?),
        request_id: Set(cx.request_id().map(str::to_owned)),
        ..Default::default()
    })
}
