//! The schema as a whole: its roots, and how one request is executed.

use async_graphql::{EmptySubscription, MergedObject, Request, Response, SDLExportOptions, Schema};

use crate::{
    account::{AccountMutation, AccountQuery},
    budget::{BudgetMutation, BudgetQuery},
    category::{CategoryMutation, CategoryQuery},
    context::RequestContext,
    department::{DepartmentMutation, DepartmentQuery},
    error::ErrorCode,
    expense::{ExpenseMutation, ExpenseQuery},
    identity::{IdentityMutation, IdentityQuery},
    import::{ImportMutation, ImportQuery},
    member::{MemberMutation, MemberQuery},
    node::NodeQuery,
    organization::{OrganizationMutation, OrganizationQuery},
};

/// Everything that can be read. A query sees one snapshot of one organization's data.
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
);

/// Everything that can be written. Each field is one transaction, done before the next field begins.
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

/// Outlay's schema.
pub type OutlaySchema = Schema<Query, Mutation, EmptySubscription>;

/// How deeply selections may nest: the deepest sensible document needs eight.
const MAX_DEPTH: usize = 15;

/// Makes the schema; once a process.
#[must_use]
pub fn build() -> OutlaySchema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_depth(MAX_DEPTH)
        .finish()
}

/// The schema in the schema definition language, as it is kept in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    build().sdl_with_options(SDLExportOptions::new().include_specified_by())
}

/// Executes one request, and gives its database connection back before the answer is written.
pub async fn execute(schema: &OutlaySchema, request: Request, context: RequestContext) -> Response {
    let context = std::sync::Arc::new(context);
    let mut response = schema.execute(request.data(context.clone())).await;
    context.release().await;
    for error in &mut response.errors {
        name_code(error);
    }
    response
}

/// Errors of the document itself, which no resolver has named, are the client's.
fn name_code(error: &mut async_graphql::ServerError) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set(
            "code",
            outlay_domain::ErrorCode::from(ErrorCode::Invalid).as_str(),
        );
    }
}
