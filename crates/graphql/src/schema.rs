//! The schema: its roots and its SDL.

use std::sync::Arc;

use async_graphql::{
    MergedObject, Response, SDLExportOptions, Schema, SchemaBuilder, ValidationMode,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};

use crate::{
    account::{AccountMutation, AccountQuery},
    budget::{BudgetMutation, BudgetQuery},
    category::{CategoryMutation, CategoryQuery},
    department::{DepartmentMutation, DepartmentQuery},
    expense::{ExpenseMutation, ExpenseQuery},
    identity::{IdentityMutation, IdentityQuery},
    import::{ImportMutation, ImportQuery},
    live::{LiveQuery, SubscriptionRoot},
    member::{MemberMutation, MemberQuery},
    node::NodeQuery,
    organization::{OrganizationMutation, OrganizationQuery},
};

/// Queries. All fields of an operation read the same snapshot of one organization's data.
///
/// Every field but `organizationProfile` requires an access token (`UNAUTHENTICATED`). Every field but `viewer` and
/// `organizationProfile` requires a session that is bound to an organization (`TENANT_REQUIRED`).
#[derive(MergedObject, Default)]
pub struct Query(
    NodeQuery,
    IdentityQuery,
    OrganizationQuery,
    MemberQuery,
    DepartmentQuery,
    CategoryQuery,
    AccountQuery,
    BudgetQuery,
    ExpenseQuery,
    ImportQuery,
    LiveQuery,
);

/// Mutations. Each field runs in its own transaction, which ends before the next field starts: an error in one field does
/// not roll back the others.
///
/// A payload has the errors that the caller can fix. Other errors, such as `FORBIDDEN`, are in the response's `errors`,
/// and the field is `null`.
#[derive(MergedObject, Default)]
pub struct Mutation(
    IdentityMutation,
    OrganizationMutation,
    MemberMutation,
    DepartmentMutation,
    CategoryMutation,
    AccountMutation,
    BudgetMutation,
    ExpenseMutation,
    ImportMutation,
);

pub(crate) type Roots = Schema<Query, Mutation, SubscriptionRoot>;

pub(crate) fn build(
    validation: ValidationMode,
) -> SchemaBuilder<Query, Mutation, SubscriptionRoot> {
    Schema::build(Query::default(), Mutation::default(), SubscriptionRoot)
        .validation_mode(validation)
}

/// Stops a request after the validation of its document.
pub(crate) struct ValidateOnly;

impl ExtensionFactory for ValidateOnly {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for ValidateOnly {
    async fn execute(
        &self,
        _: &ExtensionContext<'_>,
        _: Option<&str>,
        _: NextExecute<'_>,
    ) -> Response {
        Response::default()
    }
}

/// The schema in the schema definition language, as stored in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    sdl_of(&build(ValidationMode::Strict).finish())
}

pub(crate) fn sdl_of(roots: &Roots) -> String {
    roots.sdl_with_options(SDLExportOptions::new().include_specified_by())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use async_graphql::parser::{
        parse_schema,
        types::{TypeDefinition, TypeKind, TypeSystemDefinition},
    };

    /// The types of the schema by name. Fails when the schema cannot be built.
    fn types() -> HashMap<String, TypeDefinition> {
        let document = parse_schema(super::sdl()).expect("a valid SDL");
        let definitions = document.definitions.into_iter();
        let types = definitions.filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.to_string(), ty.node)),
            _ => None,
        });
        types.collect()
    }

    #[test]
    fn a_mutation_that_fails_takes_no_other_with_it() {
        let TypeKind::Object(mutation) = &types()["Mutation"].kind else {
            panic!("Mutation is an object");
        };
        let required: Vec<_> = mutation
            .fields
            .iter()
            .filter(|field| !field.node.ty.node.nullable)
            .map(|field| field.node.name.node.as_str())
            .collect();
        assert!(required.is_empty(), "not nullable: {required:?}");
    }

    #[test]
    fn every_scalar_says_what_it_is() {
        let types = types();
        for name in ["CurrencyCode", "Date", "DateTime", "Decimal", "Upload"] {
            let scalar = &types[name];
            let mut directives = scalar.directives.iter();
            let specified = directives.any(|one| one.node.name.node == "specifiedBy");
            assert!(scalar.description.is_some(), "{name} has no description");
            assert!(specified, "{name} has no specification");
        }
    }
}
