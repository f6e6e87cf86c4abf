//! Generated members of every role.

use anyhow::Result;
use outlay_domain::{
    BulkLoad,
    entity::tenant::{
        MemberStatus,
        Role::{self, Admin, Approver, Finance, Member, Viewer},
        member,
    },
};

use super::{books::Books, random::Random};

/// The roles of the other members, repeated in this order.
const ROLES: &[Role] = &[
    Admin, Finance, Approver, Member, Viewer, Member, Approver, Member, Member,
];

const FIRST_NAMES: &[&str] = &[
    "Aisha", "Ben", "Chiara", "Dmitri", "Elif", "Femi", "Greta", "Hiro", "Ines", "Jonas", "Kavya",
    "Liam", "Mei", "Noor", "Oskar", "Priya",
];

const LAST_NAMES: &[&str] = &[
    "Adeyemi", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Hughes", "Ivanova",
    "Jensen", "Kowalski", "Larsen", "Moreau", "Nakamura", "O'Brien", "Patel",
];

/// The members of an organization.
pub(super) struct People {
    /// Members who create expenses; the owner is first.
    pub(super) spenders: Vec<member::Model>,
    /// Members who decide on expenses; the owner is first.
    pub(super) deciders: Vec<member::Model>,
    new: Vec<member::Model>,
}

impl People {
    pub(super) fn new(
        random: &mut Random,
        number: usize,
        books: &Books,
        owner: &member::Model,
    ) -> Self {
        let since = books.since();
        let roles = ROLES.iter().cycle().take(number - 1);
        let new: Vec<_> = roles
            .enumerate()
            .map(|(index, &role)| member::Model {
                id: random.id(since).into(),
                // The member has no user account, so nobody can sign in as this member.
                user_id: random.id(since),
                email: format!("member{}@{}", index + 2, domain(&owner.email)),
                display_name: format!("{} {}", random.of(FIRST_NAMES), random.of(LAST_NAMES)),
                role,
                status: MemberStatus::Active,
                department_id: Some(random.of(&books.departments).id),
                manager_id: Some(owner.id),
                employee_id: Some(format!("E-{:04}", index + 2)),
                version: 1,
                created_at: since,
                updated_at: since,
            })
            .collect();
        let everybody = || std::iter::once(owner).chain(&new);
        let spenders = everybody().filter(|member| member.role != Viewer);
        let deciders = everybody().filter(|member| !matches!(member.role, Member | Viewer));
        Self {
            spenders: spenders.cloned().collect(),
            deciders: deciders.cloned().collect(),
            new,
        }
    }

    pub(super) async fn insert(&self, load: &BulkLoad) -> Result<()> {
        Ok(load.insert(&self.new).await?)
    }
}

fn domain(email: &str) -> &str {
    email.split_once('@').map_or(email, |(_, domain)| domain)
}
