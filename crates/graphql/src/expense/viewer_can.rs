//! What a page may offer: each change of an expense, and why not.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};
use outlay_domain::{
    Context,
    entity::tenant::expense::Model,
    expense::{
        Approve, Reimburse, Reject, Reopen, Step, Submit, Void, Withdraw, check_change, check_step,
    },
};

use crate::{error::ErrorCode, loader::Snapshot};

/// Whether the viewer may do something now.
#[derive(SimpleObject)]
pub struct Permitted {
    /// Whether it would be done.
    allowed: bool,
    /// The code that it would be refused with: `FORBIDDEN` when the role does not allow it, `CONFLICT` when the state does
    /// not. Null when it is allowed.
    code: Option<ErrorCode>,
    /// Why not, for people; null when it is allowed.
    reason: Option<String>,
}

impl From<outlay_domain::Result<()>> for Permitted {
    fn from(checked: outlay_domain::Result<()>) -> Self {
        let error = checked.err();
        Self {
            allowed: error.is_none(),
            code: error.as_ref().map(|error| error.code().into()),
            reason: error.map(|error| error.to_string()),
        }
    }
}

/// What the viewer may do with an expense as it is now. A budget that blocks can still refuse, and so can the change of
/// another who is faster.
pub struct ExpensePermissions {
    snapshot: Arc<Snapshot>,
    expense: Arc<Model>,
}

impl ExpensePermissions {
    pub(super) fn new(snapshot: Arc<Snapshot>, expense: Arc<Model>) -> Self {
        Self { snapshot, expense }
    }

    fn cx(&self) -> &Context {
        self.snapshot.cx()
    }

    fn step<S: Step>(&self) -> Permitted {
        check_step::<S>(self.cx(), &self.expense).into()
    }
}

/// What the viewer may do with an expense as it is now. A budget that blocks can still refuse, and so can the change of
/// another who is faster.
#[Object]
impl ExpensePermissions {
    /// Change it, by `updateExpense`.
    async fn update(&self) -> Permitted {
        check_change(self.cx(), &self.expense).into()
    }

    /// Delete it, by `deleteExpense`.
    async fn delete(&self) -> Permitted {
        check_change(self.cx(), &self.expense).into()
    }

    /// Ask for a decision, by `submitExpense`.
    async fn submit(&self) -> Permitted {
        self.step::<Submit>()
    }

    /// Take it back, by `withdrawExpense`.
    async fn withdraw(&self) -> Permitted {
        self.step::<Withdraw>()
    }

    /// Accept it, by `approveExpense`.
    async fn approve(&self) -> Permitted {
        self.step::<Approve>()
    }

    /// Refuse it, by `rejectExpense`.
    async fn reject(&self) -> Permitted {
        self.step::<Reject>()
    }

    /// Take it up again, by `reopenExpense`.
    async fn reopen(&self) -> Permitted {
        self.step::<Reopen>()
    }

    /// Say that it is paid back, by `reimburseExpense`.
    async fn reimburse(&self) -> Permitted {
        self.step::<Reimburse>()
    }

    /// Strike it from the books, by `voidExpense`.
    async fn void(&self) -> Permitted {
        self.step::<Void>()
    }
}
