//! What a page of expenses nests, read before its fields ask: members and budgets have departments of their own, and
//! reading those together with the page's takes one statement where fields that ask on their own take up to three.

use std::{collections::HashMap, sync::Arc};

use async_graphql::Context;
use outlay_domain::{entity::tenant::expense::Model, page::Page};
use uuid::Uuid;

use crate::loader::{Loaded, Snapshot};

/// Fills the loaders with what the selection will ask of this page. An error stays in its loader, for the field that
/// shows it.
pub(super) async fn read_ahead(ctx: &Context<'_>, snapshot: &Snapshot, page: &Page<Model>) {
    let selection = ctx.look_ahead();
    let lists = [
        selection.field("edges").field("node"),
        selection.field("nodes"),
    ];
    let wanted = |field: &str| lists.iter().any(|node| node.field(field).exists());
    let wanted_of = |field: &str, nested: &str| {
        let mut nodes = lists.iter();
        nodes.any(|node| node.field(field).field(nested).exists())
    };
    let ids = |id: fn(&Model) -> Option<Uuid>| {
        let rows = page.edges.iter();
        rows.filter_map(|edge| id(&edge.node)).collect::<Vec<_>>()
    };

    let (rows, ahead) = (snapshot, &snapshot.ahead);
    let mut departments = Vec::new();
    if wanted("member") {
        let members = rows.member.load_many(ids(|row| Some(row.member_id))).await;
        if wanted_of("member", "department") {
            departments.extend(found(&members).filter_map(|member| member.department_id));
        }
        ahead.member.keep(members);
    }
    if wanted("budget") {
        let budgets = rows.budget.load_many(ids(|row| row.budget_id)).await;
        if wanted_of("budget", "department") {
            departments.extend(found(&budgets).map(|budget| budget.department_id));
        }
        ahead.budget.keep(budgets);
    }
    if wanted("category") {
        let categories = ids(|row| row.category_id);
        ahead
            .category
            .keep(rows.category.load_many(categories).await);
    }
    if wanted("department") {
        departments.extend(ids(|row| row.department_id));
    }
    ahead
        .department
        .keep(rows.department.load_many(departments).await);
}

fn found<T>(rows: &HashMap<Uuid, Loaded<Arc<T>>>) -> impl Iterator<Item = &Arc<T>> {
    rows.values().filter_map(|row| row.as_ref().ok()?.as_ref())
}
