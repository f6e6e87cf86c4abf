//! The schema as a whole: its roots, and how one request is executed.

use std::sync::Arc;

use async_graphql::{
    MergedObject, Request, Response, SDLExportOptions, Schema, ServerError, ValidationMode,
    parser::types::{OperationDefinition, OperationType, Selection},
};
use futures::{StreamExt, stream::BoxStream};

use crate::{
    account::{AccountMutation, AccountQuery},
    budget::{BudgetMutation, BudgetQuery},
    category::{CategoryMutation, CategoryQuery},
    context::RequestContext,
    department::{DepartmentMutation, DepartmentQuery},
    document::{Document, Documents, InputTypes, was_executed},
    error::{ErrorCode, refusal},
    expense::{ExpenseMutation, ExpenseQuery},
    identity::{IdentityMutation, IdentityQuery},
    import::{ImportMutation, ImportQuery},
    live::{LiveQuery, SubscriptionRoot},
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
    LiveQuery,
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

type Roots = Schema<Query, Mutation, SubscriptionRoot>;

/// What becomes of a request over a transport that can answer more than once.
pub enum Execution {
    /// A query or a mutation was executed, or something was refused.
    Once(Box<Response>),
    /// A subscription was begun; dropped, it ends.
    Many(BoxStream<'static, Response>),
}

/// Outlay's schema: executes documents, and knows again those that it has found valid.
pub struct OutlaySchema {
    /// Validates before it executes.
    strict: Roots,
    /// The same for documents that were found valid before: only what could loop is looked at again.
    trusting: Roots,
    inputs: InputTypes,
    documents: Documents,
}

/// A request's document, and whether it was found valid before.
struct Prepared {
    document: Arc<Document>,
    is_known: bool,
}

/// How deeply selections may nest: the deepest sensible document needs eight.
const MAX_DEPTH: usize = 15;

impl OutlaySchema {
    /// Makes it; once a process.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the SDL is our own")]
    pub fn new() -> Self {
        let strict = roots(ValidationMode::Strict);
        let inputs = InputTypes::of(&written(&strict)).expect("what is written can be read");
        Self {
            strict,
            trusting: roots(ValidationMode::Fast),
            inputs,
            documents: Documents::new(),
        }
    }

    /// Executes one request, and gives its database connection back before the answer is written.
    pub async fn execute(&self, mut request: Request, context: RequestContext) -> Response {
        match self.prepare(&mut request) {
            Ok(prepared) => self.execute_prepared(request, prepared, context).await,
            Err(errors) => named(Response::from_errors(errors)),
        }
    }

    /// The same over a transport that can answer more than once: begins the subscription, if it is one.
    pub async fn begin(&self, mut request: Request, context: RequestContext) -> Execution {
        let prepared = match self.prepare(&mut request) {
            Ok(prepared) => prepared,
            Err(errors) => return once(named(Response::from_errors(errors))),
        };
        let operation = prepared
            .document
            .operation(request.operation_name.as_deref());
        let Some(operation) = operation.filter(|one| one.ty == OperationType::Subscription) else {
            return once(self.execute_prepared(request, prepared, context).await);
        };
        if !selects_one_field(operation) {
            let message = "A subscription selects one field, and selects it directly.";
            let error = refusal(outlay_domain::ErrorCode::Invalid, message);
            return once(Response::from_errors(vec![error]));
        }
        let roots = if prepared.is_known {
            &self.trusting
        } else {
            &self.strict
        };
        let context = Arc::new(context);
        let responses = roots.execute_stream(request.data(context.clone()));
        let responses = responses.then(move |response| {
            let context = context.clone();
            async move {
                // Each event is read on a snapshot of its own.
                context.release().await;
                named(response)
            }
        });
        Execution::Many(responses.boxed())
    }

    async fn execute_prepared(
        &self,
        request: Request,
        prepared: Prepared,
        context: RequestContext,
    ) -> Response {
        let context = Arc::new(context);
        let response = self.run(request.data(context.clone()), prepared).await;
        context.release().await;
        named(response)
    }

    /// Finds or reads the request's document, and checks what can be checked before validation.
    fn prepare(&self, request: &mut Request) -> Result<Prepared, Vec<ServerError>> {
        let known = self.documents.find(&request.query);
        let is_known = known.is_some();
        let document = known.map_or_else(|| Document::parse(&request.query).map(Arc::new), Ok);
        let document = document.map_err(|error| vec![error])?;
        if let Some(operation) = document.operation(request.operation_name.as_deref()) {
            self.inputs.check(operation, &request.variables)?;
        }
        document.give(request);
        Ok(Prepared { document, is_known })
    }

    async fn run(&self, request: Request, prepared: Prepared) -> Response {
        let Prepared { document, is_known } = prepared;
        if is_known {
            return self.trusting.execute(request).await;
        }
        let text = document
            .is_settled_by(&request.variables)
            .then(|| request.query.clone());
        let response = self.strict.execute(request).await;
        if let Some(text) = text
            && was_executed(&response)
        {
            self.documents.keep(text, document);
        }
        response
    }
}

impl Default for OutlaySchema {
    fn default() -> Self {
        Self::new()
    }
}

fn roots(validation: ValidationMode) -> Roots {
    Schema::build(Query::default(), Mutation::default(), SubscriptionRoot)
        .limit_depth(MAX_DEPTH)
        .validation_mode(validation)
        .finish()
}

/// The schema in the schema definition language, as it is kept in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    written(&roots(ValidationMode::Strict))
}

fn written(roots: &Roots) -> String {
    roots.sdl_with_options(SDLExportOptions::new().include_specified_by())
}

/// Whether a subscription is of one field, as the specification has it (section 5.2.3.1). Spread, it would be overlooked.
fn selects_one_field(operation: &OperationDefinition) -> bool {
    matches!(
        &operation.selection_set.node.items[..],
        [item] if matches!(item.node, Selection::Field(_))
    )
}

fn once(response: Response) -> Execution {
    Execution::Once(Box::new(response))
}

fn named(mut response: Response) -> Response {
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use async_graphql::parser::{
        parse_schema,
        types::{TypeDefinition, TypeKind, TypeSystemDefinition},
    };

    /// The types of the schema by name; that there are any shows that it can be built.
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
