//! The audit trail: one event for each write, in the write's own transaction.

use outlay_entity::tenant::audit_event;
use sea_orm::{ActiveValue::Set, EntityTrait};
use uuid::Uuid;

use super::Subject;
use crate::{Result, WriteContext};

pub(super) async fn record(cx: &WriteContext, action: &str, subject: &impl Subject) -> Result<()> {
    audit_event::Entity::insert(event(cx, action, subject))
        .exec_without_returning(cx.db())
        .await?;
    Ok(())
}

pub(super) fn event(
    cx: &WriteContext,
    action: &str,
    subject: &impl Subject,
) -> audit_event::ActiveModel {
    let mut changes = subject.state();
    if let Some(before) = cx.before()
        && let Some(changes) = changes.as_object_mut()
    {
        changes.insert("before".into(), before);
    }
    audit_event::ActiveModel {
        id: Set(Uuid::now_v7()),
        member_id: Set(Some(cx.member_id())),
        action: Set(action.to_owned()),
        subject_id: Set(subject.id()),
        version: Set(subject.version()),
        changes: Set(changes),
        request_id: Set(cx.request_id().map(str::to_owned)),
        ..Default::default()
    }
}
