//! An in-memory cache of organizations and members. Changes made by any server process take effect within a second.

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

/// Maximum number of cached entries of each kind.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(20_000).expect("not zero");

/// A change of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryChange {
    /// An organization was created, renamed, suspended or resumed.
    Organization(TenantId),
    /// The role, department or status of a member changed: the organization and the user.
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

    /// Notifies every server process when the transaction of `connection` commits.
    ///
    /// # Errors
    /// Database errors.
    pub async fn announce(self, connection: &impl ConnectionTrait) -> Result<(), DbErr> {
        let values = [CHANNEL.into(), self.payload().into()];
        let notify =
            Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_notify($1, $2)", values);
        connection.execute_raw(notify).await.map(drop)
    }
}

/// The directory of organizations and members, by id, slug or host. Entries are cached only while the process receives
/// changes.
///
/// Invariant: a lookup may take a control connection even if the entry was cached a moment ago, so the caller must not
/// hold a connection. Look up everything that a transaction needs before it begins.
pub struct Directory {
    shared: DatabaseConnection,
    cache: Mutex<Cache>,
    signals: Arc<Signals>,
}

struct Cache {
    /// Incremented by each change. A row that was read before a change is not cached after it.
    generation: u64,
    /// Whether the process receives changes. If not, nothing is cached.
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

    /// Finds an organization by slug, including suspended ones.
    ///
    /// # Errors
    /// Database errors.
    pub async fn find_by_slug(&self, slug: &str) -> Result<Option<Arc<Tenant>>, TenancyError> {
        let slug = slug.to_lowercase();
        let filter = organization::Column::Slug.eq(slug.as_str());
        self.find_by_name(Name::Slug(slug), filter).await
    }

    /// Finds an organization by custom host name, including suspended ones.
    ///
    /// # Errors
    /// Database errors.
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

    /// Counts the organizations, including suspended ones.
    ///
    /// # Errors
    /// Database errors.
    pub async fn count(&self) -> Result<u64, TenancyError> {
        Ok(organization::Entity::find().count(&self.shared).await?)
    }

    /// Finds an organization by id, including suspended ones.
    ///
    /// # Errors
    /// Database errors.
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

    /// Verifies that the user is an active member of the organization.
    ///
    /// # Errors
    /// [`TenancyError::UnknownTenant`] when the organization does not exist or the user is not an active member, so
    /// that the caller cannot tell the two apart; [`TenancyError::Suspended`]; database errors.
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

    /// Whether the session was ended: by signing out, or because its refresh token was used twice.
    #[must_use]
    pub fn is_revoked(&self, session: Uuid) -> bool {
        self.cache.lock().revoked.contains(&session)
    }

    /// Removes the changed entries from the cache and notifies the subscribers in this process. The process that made a
    /// change calls this after its commit, so that the change takes effect there immediately.
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

    /// Stops caching and clears the cache, because changes are not received any more.
    pub(crate) fn pause(&self) {
        let mut cache = self.cache.lock();
        cache.generation += 1;
        cache.is_listening = false;
        cache.tenants.clear();
        cache.names.clear();
        cache.members.clear();
    }

    /// Starts caching again, because changes are received again. Adds the sessions that ended in the meantime.
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
