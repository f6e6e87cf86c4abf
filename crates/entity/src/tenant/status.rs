//! The closed sets of words that tenant tables hold.

use sea_orm::entity::prelude::*;

use crate::word::words;

words! {
    /// The role of a member. `domain/src/permission.rs` lists the permissions of each role.
    Role {
        /// Everything, ownership included.
        Owner,
        /// Members, settings and all that finance may do.
        Admin,
        /// Accounts, budgets, imports, all expenses and their approval.
        Finance,
        /// Approval of the own department's expenses.
        Approver,
        /// Own expenses.
        Member,
        /// Reads all, writes nothing.
        Viewer,
    }

    /// Whether a member may use the organization.
    MemberStatus {
        /// May sign in.
        Active,
        /// May not; what the member did stays.
        Deactivated,
    }

    /// The state of an invitation.
    InvitationStatus {
        /// Not answered yet.
        Pending,
        /// Its receiver is a member now.
        Accepted,
        /// Taken back.
        Revoked,
    }

    /// Where an expense stands.
    ExpenseStatus {
        /// Being written by its member.
        Draft,
        /// Waiting for a decision.
        Submitted,
        /// Accepted, to be paid back.
        Approved,
        /// Refused; its member may revise it.
        Rejected,
        /// Paid back.
        Reimbursed,
        /// Struck from the books; kept to be read.
        Voided,
    }

    /// How an import ended.
    ImportStatus {
        /// A dry run: read whole, nothing written.
        Checked,
        /// Every line is an expense now.
        Completed,
        /// A line could not be read, so nothing was written.
        Failed,
    }

    /// The action when a business rule is violated.
    RuleAction {
        /// Lets it pass.
        Allow,
        /// Refuses.
        Block,
    }
}
