//! The permissions of each role.
//!
//! | | Owner | Admin | Finance | Approver | Member | Viewer |
//! |---|---|---|---|---|---|---|
//! | see departments, categories, budgets, colleagues | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |
//! | see expenses | all | all | all | own department's | own | all |
//! | see accounts and imports | ✓ | ✓ | ✓ | | | ✓ |
//! | enter expenses | for all | for all | for all | own | own | |
//! | comment on expenses that they see | ✓ | ✓ | ✓ | ✓ | ✓ | |
//! | approve and reject | all | all | all | own department's | | |
//! | reimburse, void, import | ✓ | ✓ | ✓ | | | |
//! | departments, categories, accounts, budgets | ✓ | ✓ | ✓ | | | |
//! | members, invitations, settings | ✓ | ✓ | | | | |
//! | owners | ✓ | | | | | |
//!
//! Members do not approve or reject their own expenses.

use outlay_entity::tenant::Role;

use crate::{Error, Result};

/// A permission that not every role grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See the expenses of all members.
    ReadAllExpenses,
    /// See accounts, their balances, and imports.
    ReadAccounts,
    /// Enter and change own expenses.
    EnterExpenses,
    /// Enter and change expenses of others.
    EnterForOthers,
    /// Comment on expenses that one may see.
    Comment,
    /// Approve and reject expenses of the own department.
    DecideDepartment,
    /// Approve and reject expenses of all departments.
    DecideAll,
    /// Reimburse and void.
    Settle,
    /// Import files of payments.
    Import,
    /// Change departments, categories, accounts and budgets.
    ManageBooks,
    /// Invite, change and deactivate members.
    ManageMembers,
    /// Grant the owner role, and change or deactivate owners.
    ManageOwners,
    /// Change the organization's name, branding and rules.
    ManageOrganization,
}

impl Permission {
    /// Whether the role grants the permission.
    #[must_use]
    pub fn is_granted_to(self, role: Role) -> bool {
        use Role::{Admin, Approver, Finance, Member, Owner, Viewer};
        match self {
            Self::ReadAllExpenses | Self::ReadAccounts => {
                matches!(role, Owner | Admin | Finance | Viewer)
            }
            Self::EnterExpenses | Self::Comment => {
                matches!(role, Owner | Admin | Finance | Approver | Member)
            }
            Self::DecideDepartment => matches!(role, Owner | Admin | Finance | Approver),
            Self::EnterForOthers
            | Self::DecideAll
            | Self::Settle
            | Self::Import
            | Self::ManageBooks => {
                matches!(role, Owner | Admin | Finance)
            }
            Self::ManageMembers | Self::ManageOrganization => matches!(role, Owner | Admin),
            Self::ManageOwners => matches!(role, Owner),
        }
    }

    /// Requires that the role grants the permission.
    ///
    /// # Errors
    /// `Forbidden`, naming what is not allowed.
    pub fn require(self, role: Role) -> Result<()> {
        if self.is_granted_to(role) {
            return Ok(());
        }
        Err(Error::Forbidden(format!(
            "Your role does not allow you to {}.",
            self.purpose()
        )))
    }

    /// The end of the sentence "Your role does not allow you to …".
    fn purpose(self) -> &'static str {
        match self {
            Self::ReadAllExpenses => "see the expenses of others",
            Self::ReadAccounts => "see accounts and imports",
            Self::EnterExpenses => "enter expenses",
            Self::Comment => "comment on expenses",
            Self::EnterForOthers => "enter expenses for others",
            Self::DecideDepartment | Self::DecideAll => "decide on expenses",
            Self::Settle => "reimburse or void expenses",
            Self::Import => "import payments",
            Self::ManageBooks => "change departments, categories, accounts or budgets",
            Self::ManageMembers => "manage members",
            Self::ManageOwners => "manage owners",
            Self::ManageOrganization => "change the organization",
        }
    }
}
