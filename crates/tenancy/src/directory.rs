//! Which organizations there are and who belongs to them, in memory, and right within a second everywhere.

use std::{collections::HashSet, num::NonZeroUsize, sync::Arc};

use lru::LruCache;
use outlay_entity::{
    shared::{domain, organization},
    tenant::{MemberStatus, member},
};
use parking_lot::Mutex;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait,
    FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, Statement,
};
use uuid::Uuid;

use crate::{
    MemberEntry, TenancyError, Tenant, TenantAccess, TenantId,
    listener::CHANNEL,
    qualify::qualify,
    signals::{Signals, Topic},
};

/// Entries of each kind kept in memory.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(20_000).expect("not zero");

/// Something in the directory that is not as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryChange {
    /// An organization was renamed, suspended, resumed or made.
    Organization(TenantId),
    /// A member's role, department or status changed: the organization and the user.
    Member(TenantId, Uuid),
    /// A session was ended.
    Session(Uuid),
}

impl DirectoryChange {
    pub(crate) fn parse(payload: &str) -> Option<Self> {
        let mut words = payload.split(' ');
        let (kind, id) = (words.next()?, words.next()?);
        let change = match kind {
            "organization" => Self::Organization(id.parse().ok()?),
            "member" => Self::Member(id.parse().ok()?, words.next()?.parse().ok()?),
            "session" => Self::Session(id.parse().ok()?),
            _ => return None,
        };
        words.next().is_none().then_some(change)
    }

    fn payload(self) -> String {
        match self {
            Self::Organization(id) => format!("organization {id}"),
            Self::Member(organization, user) => format!("member {organization} {user}"),
            Self::Session(id) => format!("session {id}"),
        }
    }

    /// Tells every server process, when the transaction of `connection` commits.
    ///
    /// # Errors
    /// The database's own.
    pub async fn announce(self, connection: &impl ConnectionTrait) -> Result<(), DbErr> {
        let values = [CHANNEL.into(), self.payload().into()];
        let notify =
            Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_notify($1, $2)", values);
        connection.execute_raw(notify).await.map(drop)
    }
}

/// The directory: looked up by id, slug or host, kept in memory while changes are being followed.
///
/// Invariant: a look-up may take a control connection, whatever was in memory a moment before, so a caller holds no
/// connection. What a transaction needs of the directory is looked up before it begins.
pub struct Directory {
    shared: DatabaseConnection,
    cache: Mutex<Cache>,
    signals: Arc<Signals>,
}

struct Cache {
    /// Counts the changes seen: what was read before a change is not kept after it.
    generation: u64,
    /// False while no changes reach us; then nothing is kept.
    is_listening: bool,
    tenants: LruCache<TenantId, Arc<Tenant>>,
    names: LruCache<Name, TenantId>,
    members: LruCache<(TenantId, Uuid), Arc<MemberEntry>>,
    revoked: HashSet<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Slug(String),
    Host(String),
}

impl Directory {
    pub(crate) fn new(shared: DatabaseConnection, signals: Arc<Signals>) -> Self {
        let cache = Cache {
            generation: 0,
            is_listening: false,
            tenants: LruCache::new(CAPACITY),
            names: LruCache::new(CAPACITY),
            members: LruCache::new(CAPACITY),
            revoked: HashSet::new(),
        };
        Self {
            shared,
            cache: Mutex::new(cache),
            signals,
        }
    }

    /// The organization of this slug, suspended or not.
    ///
    /// # Errors
    /// The database's own.
    pub async fn find_by_slug(&self, slug: &str) -> Result<Option<Arc<Tenant>>, TenancyError> {
        let slug = slug.to_lowercase();
        let filter = organization::Column::Slug.eq(slug.as_str());
        self.find_by_name(Name::Slug(slug), filter).await
    }

    /// The organization of this custom host name, suspended or not.
    ///
    /// # Errors
    /// The database's own.
    pub async fn find_by_host(&self, host: &str) -> Result<Option<Arc<Tenant>>, TenancyError> {
        let host = host.to_lowercase();
        let ids = domain::Entity::find()
            .select_only()
            .column(domain::Column::OrganizationId)
            .filter(domain::Column::Host.eq(host.as_str()))
            .into_query();
        self.find_by_name(Name::Host(host), organization::Column::Id.in_subquery(ids))
            .await
    }

    async fn find_by_name(
        &self,
        name: Name,
        filter: impl sea_orm::sea_query::IntoCondition,
    ) -> Result<Option<Arc<Tenant>>, TenancyError> {
        let generation = {
            let mut cache = self.cache.lock();
            let id = cache.names.get(&name).copied();
            if let Some(tenant) = id.and_then(|id| cache.tenants.get(&id)) {
                return Ok(Some(tenant.clone()));
            }
            cache.generation
        };
        let row = organization::Entity::find()
            .filter(filter)
            .one(&self.shared)
            .await?;
        Ok(row.map(|row| {
            let tenant = Arc::new(Tenant::new(&row));
            let mut cache = self.cache.lock();
            if cache.is_listening && cache.generation == generation {
                cache.names.put(name, row.id);
                cache.tenants.put(row.id, tenant.clone());
            }
            tenant
        }))
    }

    /// The number of organizations, suspended ones included.
    ///
    /// # Errors
    /// The database's own.
    pub async fn count(&self) -> Result<u64, TenancyError> {
        Ok(organization::Entity::find().count(&self.shared).await?)
    }

    /// The organization of this id, suspended or not.
    ///
    /// # Errors
    /// The database's own.
    pub async fn find(&self, id: TenantId) -> Result<Option<Arc<Tenant>>, TenancyError> {
        let generation = {
            let mut cache = self.cache.lock();
            if let Some(tenant) = cache.tenants.get(&id) {
                return Ok(Some(tenant.clone()));
            }
            cache.generation
        };
        let row = organization::Entity::find_by_id(id)
            .one(&self.shared)
            .await?;
        Ok(row.map(|row| {
            let tenant = Arc::new(Tenant::new(&row));
            let mut cache = self.cache.lock();
            if cache.is_listening && cache.generation == generation {
                cache.tenants.put(id, tenant.clone());
            }
            tenant
        }))
    }

    /// Proof that the user is an active member of the organization.
    ///
    /// # Errors
    /// [`TenancyError::UnknownTenant`] when there is no such organization or the user is no active member of it,
    /// which look the same from outside; [`TenancyError::Suspended`]; the database's own.
    pub async fn access(
        &self,
        organization: TenantId,
        user: Uuid,
    ) -> Result<TenantAccess, TenancyError> {
        let tenant = self
            .find(organization)
            .await?
            .ok_or(TenancyError::UnknownTenant)?;
        let member = self
            .find_member(&tenant, user)
            .await?
            .ok_or(TenancyError::UnknownTenant)?;
        if tenant.is_suspended() {
            return Err(TenancyError::Suspended);
        }
        Ok(TenantAccess { tenant, member })
    }

    async fn find_member(
        &self,
        tenant: &Tenant,
        user: Uuid,
    ) -> Result<Option<Arc<MemberEntry>>, TenancyError> {
        let key = (tenant.id(), user);
        let generation = {
            let mut cache = self.cache.lock();
            if let Some(member) = cache.members.get(&key) {
                return Ok(Some(member.clone()));
            }
            cache.generation
        };
        let mut select = member::Entity::find()
            .filter(member::Column::UserId.eq(user))
            .filter(member::Column::Status.eq(MemberStatus::Active))
            .build(DbBackend::Postgres);
        select.sql = qualify(&select.sql, tenant.schema());
        let Some(row) = self.shared.query_one_raw(select).await? else {
            return Ok(None);
        };
        let member = Arc::new(MemberEntry::from(member::Model::from_query_result(
            &row, "",
        )?));
        let mut cache = self.cache.lock();
        if cache.is_listening && cache.generation == generation {
            cache.members.put(key, member.clone());
        }
        Ok(Some(member))
    }

    /// Whether the session was ended: signed out, or its refresh token used twice.
    #[must_use]
    pub fn is_revoked(&self, session: Uuid) -> bool {
        self.cache.lock().revoked.contains(&session)
    }

    /// Forgets what changed, and tells whoever relies on it to look again. The process that made a change calls this after its commit, to see it at once.
    pub fn invalidate(&self, change: DirectoryChange) {
        self.evict(change);
        let topic = match change {
            DirectoryChange::Organization(id) | DirectoryChange::Member(id, _) => {
                Topic::Directory(id)
            }
            DirectoryChange::Session(id) => Topic::Session(id),
        };
        self.signals.notify_local(topic, &"".into());
    }

    fn evict(&self, change: DirectoryChange) {
        let mut cache = self.cache.lock();
        cache.generation += 1;
        match change {
            DirectoryChange::Organization(id) => {
                cache.tenants.pop(&id);
                let stale: Vec<Name> = cache
                    .names
                    .iter()
                    .filter(|(_, tenant)| **tenant == id)
                    .map(|(name, _)| name.clone())
                    .collect();
                for name in stale {
                    cache.names.pop(&name);
                }
            }
            DirectoryChange::Member(organization, user) => {
                cache.members.pop(&(organization, user));
            }
            DirectoryChange::Session(id) => {
                cache.revoked.insert(id);
            }
        }
    }

    /// No changes reach us: keeps nothing from here on.
    pub(crate) fn pause(&self) {
        let mut cache = self.cache.lock();
        cache.generation += 1;
        cache.is_listening = false;
        cache.tenants.clear();
        cache.names.clear();
        cache.members.clear();
    }

    /// Changes reach us from now on: learns the sessions ended meanwhile, and keeps what it reads again.
    pub(crate) fn resume(&self, revoked: Vec<Uuid>) {
        let mut cache = self.cache.lock();
        cache.generation += 1;
        cache.is_listening = true;
        cache.revoked.extend(revoked);
    }
}

#[cfg(test)]
mod tests {
    use super::DirectoryChange;
    use crate::TenantId;
    use uuid::Uuid;

    #[test]
    fn a_change_is_parsed_from_its_own_payload() {
        let (a, b) = (TenantId::generate(), Uuid::now_v7());
        for change in [
            DirectoryChange::Organization(a),
            DirectoryChange::Member(a, b),
            DirectoryChange::Session(b),
        ] {
            assert_eq!(DirectoryChange::parse(&change.payload()), Some(change));
        }
    }

    #[test]
    fn other_payloads_are_rejected() {
        for payload in [
            "",
            "organization",
            "organization x",
            "member 0",
            "session  ",
        ] {
            assert_eq!(DirectoryChange::parse(payload), None, "{payload:?}");
        }
    }
}
