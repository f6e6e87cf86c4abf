//! Actions: the names of writes in commands, the audit trail and events.

use sea_orm::{ColIdx, DbErr, QueryResult, TryGetError, TryGetable};

/// Declares the actions. Their names are stored in the audit trail and never change.
macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident = $name:literal,)*) => {
        /// The kind of a write. Its name is stored in the audit trail and with idempotency keys.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
        pub enum Action {
            $($(#[$doc])* #[serde(rename = $name)] $action,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$action),*];

            /// Its name, such as `expense.approve`: the noun and the verb.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }
        }
    };
}

actions! {
    /// Creates an account.
    AccountCreate = "account.create",
    /// Changes an account.
    AccountUpdate = "account.update",
    /// Deletes an account.
    AccountDelete = "account.delete",
    /// Creates a budget.
    BudgetCreate = "budget.create",
    /// Changes a budget.
    BudgetUpdate = "budget.update",
    /// Deletes a budget.
    BudgetDelete = "budget.delete",
    /// Creates a category.
    CategoryCreate = "category.create",
    /// Changes a category.
    CategoryUpdate = "category.update",
    /// Deletes a category.
    CategoryDelete = "category.delete",
    /// Creates a department.
    DepartmentCreate = "department.create",
    /// Changes a department.
    DepartmentUpdate = "department.update",
    /// Deletes a department.
    DepartmentDelete = "department.delete",
    /// Enters an expense.
    ExpenseCreate = "expense.create",
    /// Changes a draft.
    ExpenseUpdate = "expense.update",
    /// Deletes a draft.
    ExpenseDelete = "expense.delete",
    /// Submits an expense for approval.
    ExpenseSubmit = "expense.submit",
    /// Withdraws a submitted expense.
    ExpenseWithdraw = "expense.withdraw",
    /// Approves an expense.
    ExpenseApprove = "expense.approve",
    /// Rejects an expense.
    ExpenseReject = "expense.reject",
    /// Turns a rejected expense into a draft again.
    ExpenseReopen = "expense.reopen",
    /// Records that an expense was paid back.
    ExpenseReimburse = "expense.reimburse",
    /// Voids an expense.
    ExpenseVoid = "expense.void",
    /// Adds a comment to an expense.
    ExpenseAddComment = "expense.add_comment",
    /// Changes a comment of an expense.
    ExpenseUpdateComment = "expense.update_comment",
    /// Deletes a comment of an expense.
    ExpenseDeleteComment = "expense.delete_comment",
    /// Imports a file of payments.
    ImportRun = "import.run",
    /// Invites a member.
    MemberInvite = "member.invite",
    /// Revokes an invitation.
    MemberRevokeInvitation = "member.revoke_invitation",
    /// Accepts an invitation.
    MemberAcceptInvitation = "member.accept_invitation",
    /// Changes a member.
    MemberUpdate = "member.update",
    /// Deactivates a member.
    MemberDeactivate = "member.deactivate",
    /// Reactivates a member.
    MemberReactivate = "member.reactivate",
    /// Ends the caller's own membership.
    MemberLeave = "member.leave",
    /// Changes the organization.
    OrganizationUpdate = "organization.update",
}

impl Action {
    /// The action with this name; `None` for an action of a newer server.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.as_str() == name)
    }

    /// Whether the action is published to subscribers.
    #[must_use]
    pub fn is_published(self) -> bool {
        let (noun, _) = self.as_str().split_once('.').unwrap_or_default();
        matches!(noun, "expense" | "import")
    }
}

impl TryGetable for Action {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let name = String::try_get_by(row, index)?;
        Self::parse(&name).ok_or_else(|| DbErr::Type(format!("{name:?} is not an action")).into())
    }
}
