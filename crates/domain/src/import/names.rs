//! Finds the departments and categories that a file names, and creates missing ones on request.

use std::collections::{BTreeMap, HashMap};

use outlay_entity::{
    Id,
    tenant::{CategoryId, DepartmentId, category, department},
};
use sea_orm::{ActiveValue::Set, EntityTrait, QuerySelect};

use super::{ImportProblem, Survey};
use crate::{Result, WriteContext, noun::Noun};

/// Ids by lower-case name, which is how the unique indexes compare.
#[derive(Debug, Default)]
pub(super) struct Names {
    departments: HashMap<String, DepartmentId>,
    categories: HashMap<String, CategoryId>,
}

impl Names {
    /// Reads the existing departments and categories.
    pub(super) async fn read(cx: &WriteContext) -> Result<Self> {
        let departments: Vec<(String, DepartmentId)> = department::Entity::find()
            .select_only()
            .columns([department::Column::Name, department::Column::Id])
            .into_tuple()
            .all(cx.db())
            .await?;
        let categories: Vec<(String, CategoryId)> = category::Entity::find()
            .select_only()
            .columns([category::Column::Name, category::Column::Id])
            .into_tuple()
            .all(cx.db())
            .await?;
        Ok(Self {
            departments: by_name(departments),
            categories: by_name(categories),
        })
    }

    pub(super) fn department(&self, name: Option<&str>) -> Option<DepartmentId> {
        self.departments.get(&name?.to_lowercase()).copied()
    }

    pub(super) fn category(&self, name: Option<&str>) -> Option<CategoryId> {
        self.categories.get(&name?.to_lowercase()).copied()
    }

    /// Reports each missing name, at the line where it first occurs.
    pub(super) fn report_missing(&self, survey: &mut Survey) {
        let mut problems = missing(&survey.departments, &self.departments);
        problems.extend(missing(&survey.categories, &self.categories));
        problems.sort_by_key(|problem| problem.row);
        survey.bad_rows += problems.len() as u64;
        survey.report(problems.into_iter());
    }

    /// Creates a department or category for each missing name.
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

fn by_name<N>(rows: Vec<(String, Id<N>)>) -> HashMap<String, Id<N>> {
    rows.into_iter()
        .map(|(name, id)| (name.to_lowercase(), id))
        .collect()
}

/// The names that do not exist yet.
fn missing<N: Noun>(
    names: &BTreeMap<String, u64>,
    known: &HashMap<String, Id<N>>,
) -> Vec<ImportProblem> {
    let noun = N::NAME;
    let unknown = names
        .iter()
        .filter(|(name, _)| !known.contains_key(&name.to_lowercase()));
    let problem = |(name, row): (&String, &u64)| ImportProblem {
        row: *row,
        column: None,
        code: format!("UNKNOWN_{}", noun.to_uppercase()),
        message: format!("There is no {noun} “{name}”: create it first, or set createMissing."),
    };
    unknown.map(problem).collect()
}

/// Adds the missing names to `known`, regardless of case, and returns them with their new ids.
fn new_names<N>(
    known: &mut HashMap<String, Id<N>>,
    named: &BTreeMap<String, u64>,
) -> Vec<(Id<N>, String)> {
    let mut new = Vec::new();
    for name in named.keys() {
        known.entry(name.to_lowercase()).or_insert_with(|| {
            let id = Id::generate();
            new.push((id, name.clone()));
            id
        });
    }
    new
}
