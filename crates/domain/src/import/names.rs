//! The departments and categories that a file names: found, or made when asked.

use std::collections::{BTreeMap, HashMap};

use outlay_entity::tenant::{category, department};
use sea_orm::{ActiveValue::Set, EntityTrait, QuerySelect};
use uuid::Uuid;

use super::{ImportProblem, Survey};
use crate::{Result, WriteContext};

/// Ids by name in lower case, as the unique indexes compare.
#[derive(Debug, Default)]
pub(super) struct Names {
    departments: HashMap<String, Uuid>,
    categories: HashMap<String, Uuid>,
}

impl Names {
    /// What is there before the import.
    pub(super) async fn read(cx: &WriteContext) -> Result<Self> {
        let departments: Vec<(String, Uuid)> = department::Entity::find()
            .select_only()
            .columns([department::Column::Name, department::Column::Id])
            .into_tuple()
            .all(cx.db())
            .await?;
        let categories: Vec<(String, Uuid)> = category::Entity::find()
            .select_only()
            .columns([category::Column::Name, category::Column::Id])
            .into_tuple()
            .all(cx.db())
            .await?;
        let by_name = |rows: Vec<(String, Uuid)>| {
            rows.into_iter().map(|(name, id)| (name.to_lowercase(), id))
        };
        Ok(Self {
            departments: by_name(departments).collect(),
            categories: by_name(categories).collect(),
        })
    }

    pub(super) fn department(&self, name: Option<&str>) -> Option<Uuid> {
        self.departments.get(&name?.to_lowercase()).copied()
    }

    pub(super) fn category(&self, name: Option<&str>) -> Option<Uuid> {
        self.categories.get(&name?.to_lowercase()).copied()
    }

    /// Reports each name that is not there, at the line where it first stands.
    pub(super) fn report_missing(&self, survey: &mut Survey) {
        let missing = |names: &BTreeMap<String, u64>, known: &HashMap<String, Uuid>, noun: &str| {
            let unknown = names
                .iter()
                .filter(|(name, _)| !known.contains_key(&name.to_lowercase()));
            let problem = |(name, row): (&String, &u64)| ImportProblem {
                row: *row,
                column: None,
                code: format!("UNKNOWN_{}", noun.to_uppercase()),
                message: format!(
                    "There is no {noun} “{name}”: make it first, or set createMissing."
                ),
            };
            unknown.map(problem).collect::<Vec<_>>()
        };
        let mut problems = missing(&survey.departments, &self.departments, "department");
        problems.extend(missing(&survey.categories, &self.categories, "category"));
        problems.sort_by_key(|problem| problem.row);
        survey.bad_rows += problems.len() as u64;
        survey.report(problems.into_iter());
    }

    /// Makes each name that is not there.
    pub(super) async fn create_missing(
        &mut self,
        cx: &WriteContext,
        survey: &Survey,
    ) -> Result<()> {
        let departments = new_names(&mut self.departments, &survey.departments);
        if !departments.is_empty() {
            let rows = departments
                .into_iter()
                .map(|(id, name)| department::ActiveModel {
                    id: Set(id),
                    name: Set(name),
                    ..Default::default()
                });
            department::Entity::insert_many(rows)
                .exec_without_returning(cx.db())
                .await?;
        }
        let categories = new_names(&mut self.categories, &survey.categories);
        if !categories.is_empty() {
            let rows = categories
                .into_iter()
                .map(|(id, name)| category::ActiveModel {
                    id: Set(id),
                    name: Set(name),
                    ..Default::default()
                });
            category::Entity::insert_many(rows)
                .exec_without_returning(cx.db())
                .await?;
        }
        Ok(())
    }
}

/// The names that are new, whatever the case, with the ids that they get.
fn new_names(
    known: &mut HashMap<String, Uuid>,
    named: &BTreeMap<String, u64>,
) -> Vec<(Uuid, String)> {
    let mut new = Vec::new();
    for name in named.keys() {
        known.entry(name.to_lowercase()).or_insert_with(|| {
            let id = Uuid::now_v7();
            new.push((id, name.clone()));
            id
        });
    }
    new
}
