//! The schema as a whole: its roots, and how one request is executed.

use std::sync::Arc;

use async_graphql::{
    EmptySubscription, MergedObject, Request, Response, SDLExportOptions, Schema, SchemaBuilder,
    ValidationMode, Value, parser::types::OperationType, value,
};

use crate::{
    account::{AccountMutation, AccountQuery},
    budget::{BudgetMutation, BudgetQuery},
    category::{CategoryMutation, CategoryQuery},
    context::RequestContext,
    department::{DepartmentMutation, DepartmentQuery},
    document::{
        Document, Documents, InputTypes, Limits, Persisted, Prices, TrustedDocuments, was_executed,
    },
    error::{ErrorCode, refusal},
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

type Roots = Schema<Query, Mutation, EmptySubscription>;

/// What an operator may set about the schema.
#[derive(Debug, Clone)]
pub struct SchemaSettings {
    /// What a document may ask for.
    pub limits: Limits,
    /// Whether clients may ask for the schema itself; without it, errors suggest no names either.
    pub introspection: bool,
    /// The only documents that run; any, where there is no list.
    pub trusted: Option<TrustedDocuments>,
}

impl Default for SchemaSettings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            introspection: true,
            trusted: None,
        }
    }
}

/// Outlay's schema: executes documents, and knows again those that it has found valid.
pub struct OutlaySchema {
    /// Validates before it executes.
    strict: Roots,
    /// The same for documents that were found valid before: only what could loop is looked at again.
    trusting: Roots,
    inputs: InputTypes,
    prices: Prices,
    documents: Documents,
    persisted: Persisted,
    settings: SchemaSettings,
}

/// A request within all limits, ready to be executed.
pub struct Prepared {
    request: Request,
    document: Arc<Document>,
    /// Whether the document was found valid before.
    is_known: bool,
    operation: Option<OperationType>,
    cost: u64,
}

impl Prepared {
    /// What kind of operation it asks for; none where its document holds no such operation, which execution will say.
    #[must_use]
    pub fn operation(&self) -> Option<OperationType> {
        self.operation
    }

    /// What it costs, in points.
    #[must_use]
    pub fn cost(&self) -> u64 {
        self.cost
    }
}

/// The request's extension that asks for the cost, and the answer's that tells it.
const COST: &str = "cost";

impl OutlaySchema {
    /// Makes it; once a process.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the SDL is our own")]
    pub fn new(settings: SchemaSettings) -> Self {
        let roots = |validation| {
            let roots = build(validation);
            if settings.introspection {
                roots.finish()
            } else {
                roots.disable_suggestions().finish()
            }
        };
        let strict = roots(ValidationMode::Strict);
        let sdl = written(&strict);
        Self {
            strict,
            trusting: roots(ValidationMode::Fast),
            inputs: InputTypes::of(&sdl).expect("what is written can be read"),
            prices: Prices::of(&sdl).expect("what is written can be read"),
            documents: Documents::new(),
            persisted: Persisted::new(settings.trusted.clone()),
            settings,
        }
    }

    /// Finds the request's document, and checks it and the variables against everything that needs no data.
    ///
    /// # Errors
    /// The answer, when the request is refused.
    #[expect(
        clippy::result_large_err,
        reason = "it is written out at once, and most requests are not refused"
    )]
    pub fn prepare(&self, mut request: Request) -> Result<Prepared, Response> {
        let refused = |error| named(Response::from_errors(vec![error]));
        let limits = &self.settings.limits;
        self.persisted.resolve(&mut request).map_err(refused)?;
        let known = self.documents.find(&request.query);
        let is_known = known.is_some();
        let document =
            known.map_or_else(|| Document::parse(&request.query, limits).map(Arc::new), Ok);
        let document = document.map_err(refused)?;
        if document.introspects() && !self.settings.introspection {
            return Err(refused(refusal(
                outlay_domain::ErrorCode::Forbidden,
                "This server does not tell its schema.",
            )));
        }
        let operation = document.operation(request.operation_name.as_deref());
        let mut cost = 0;
        if let Some(operation) = operation {
            let variables = &request.variables;
            let checked = self.inputs.check(operation, variables);
            checked.map_err(|errors| named(Response::from_errors(errors)))?;
            let priced = document.cost(operation, variables, &self.prices, limits);
            cost = priced.map_err(refused)?;
        }
        Ok(Prepared {
            operation: operation.map(|operation| operation.ty),
            request,
            document,
            is_known,
            cost,
        })
    }

    /// Executes one request, and gives its database connection back before the answer is written.
    pub async fn execute(&self, prepared: Prepared, context: RequestContext) -> Response {
        let context = Arc::new(context);
        let tells_cost = prepared.request.extensions.get(COST) == Some(&Value::Boolean(true));
        let cost = prepared.cost;
        let mut response = self.run(prepared, context.clone()).await;
        context.release().await;
        if tells_cost {
            let told = value!({ "requested": cost, "maximum": self.settings.limits.cost });
            response.extensions.insert(COST.to_owned(), told);
        }
        named(response)
    }

    async fn run(&self, prepared: Prepared, context: Arc<RequestContext>) -> Response {
        let Prepared {
            mut request,
            document,
            is_known,
            ..
        } = prepared;
        document.give(&mut request);
        let request = request.data(context);
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

fn build(validation: ValidationMode) -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .validation_mode(validation)
}

/// The schema in the schema definition language, as it is kept in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    written(&build(ValidationMode::Strict).finish())
}

fn written(roots: &Roots) -> String {
    roots.sdl_with_options(SDLExportOptions::new().include_specified_by())
}

/// Gives each error its code.
fn named(mut response: Response) -> Response {
    response.errors.iter_mut().for_each(name_code);
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
