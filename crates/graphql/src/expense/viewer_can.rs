//! The actions that the caller can take on an expense, and the reasons for those that are not possible.

use outlay_derive::fields;
use outlay_domain::{
    Context,
    expense::{
        Approve, Reimburse, Reject, Reopen, Standing, Step, Submit, Void, Withdraw, check_change,
        check_step,
    },
};

use crate::error::ErrorCode;

/// Whether the caller can take an action now.
#[derive(Debug, Clone)]
pub struct Permitted(outlay_domain::Result<()>);

/// Whether the caller can take an action now.
#[fields]
impl Permitted {
    /// Whether the action is possible.
    fn allowed(&self) -> bool {
        self.0.is_ok()
    }

    /// The code that the action would be rejected with: `FORBIDDEN` when the role does not allow it, `CONFLICT` when the
    /// status does not. `null` when it is allowed.
    fn code(&self) -> Option<ErrorCode> {
        self.0.as_ref().err().map(|error| error.code().into())
    }

    /// Message for people that describes why the action is not possible; `null` when it is allowed.
    fn reason(&self) -> Option<String> {
        self.0.as_ref().err().map(ToString::to_string)
    }
}

/// The actions that the caller can take on an expense in its present state. An action that is allowed can still fail when
/// a budget blocks it or another request changes the expense first.
#[derive(Debug, Clone, Copy)]
pub struct ExpensePermissions(pub(super) Standing);

impl ExpensePermissions {
    fn step<S: Step>(self, cx: &Context) -> Permitted {
        Permitted(check_step::<S>(cx, self.0))
    }
}

/// The actions that the caller can take on an expense in its present state. An action that is allowed can still fail when
/// a budget blocks it or another request changes the expense first.
#[fields]
impl ExpensePermissions {
    /// Change it, by `updateExpense`.
    fn update(&self, cx: &Context) -> Permitted {
        Permitted(check_change(cx, self.0))
    }

    /// Delete it, by `deleteExpense`.
    fn delete(&self, cx: &Context) -> Permitted {
        Permitted(check_change(cx, self.0))
    }

    /// Submit it for approval, by `submitExpense`.
    fn submit(&self, cx: &Context) -> Permitted {
        self.step::<Submit>(cx)
    }

    /// Withdraw it, by `withdrawExpense`.
    fn withdraw(&self, cx: &Context) -> Permitted {
        self.step::<Withdraw>(cx)
    }

    /// Approve it, by `approveExpense`.
    fn approve(&self, cx: &Context) -> Permitted {
        self.step::<Approve>(cx)
    }

    /// Reject it, by `rejectExpense`.
    fn reject(&self, cx: &Context) -> Permitted {
        self.step::<Reject>(cx)
    }

    /// Turn it into a draft again, by `reopenExpense`.
    fn reopen(&self, cx: &Context) -> Permitted {
        self.step::<Reopen>(cx)
    }

    /// Record that it was paid back, by `reimburseExpense`.
    fn reimburse(&self, cx: &Context) -> Permitted {
        self.step::<Reimburse>(cx)
    }

    /// Remove it from the books, by `voidExpense`.
    fn void(&self, cx: &Context) -> Permitted {
        self.step::<Void>(cx)
    }
}
