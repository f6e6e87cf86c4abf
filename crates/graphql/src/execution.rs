//! How one request is executed: found, checked against everything that needs no data, and run.

use std::sync::Arc;

use async_graphql::{
    Request, Response, ServerError, ValidationMode, Value,
    parser::{
        parse_schema,
        types::{OperationDefinition, OperationType, Selection},
    },
    value,
};
use futures::{StreamExt, stream::BoxStream};

use crate::{
    context::RequestContext,
    document::{
        Document, Documents, Limits, Persisted, TrustedDocuments, Types, check_variables,
        was_executed,
    },
    error::{ErrorCode, refusal},
    schema::{Roots, build, written},
};

/// What becomes of a request over a transport that can answer more than once.
pub enum Execution {
    /// A query or a mutation was executed, or something was refused.
    Once(Box<Response>),
    /// A subscription was begun; dropped, it ends.
    Many(BoxStream<'static, Response>),
}

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
    types: Types,
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
        let types = parse_schema(written(&strict)).expect("what is written can be read");
        Self {
            strict,
            trusting: roots(ValidationMode::Fast),
            types: Types::of(&types),
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
        let refused = |error| refused_all(vec![error]);
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
        if !is_known {
            document.check(&self.types).map_err(refused_all)?;
        }
        let operation = document.operation(request.operation_name.as_deref());
        let mut cost = 0;
        if let Some(operation) = operation {
            let variables = &request.variables;
            check_variables(&self.types, operation, variables).map_err(refused_all)?;
            let priced = document.cost(operation, variables, &self.types, limits);
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

    /// The same over a transport that can answer more than once: begins the subscription, if it is one.
    pub async fn begin(&self, prepared: Prepared, context: RequestContext) -> Execution {
        if prepared.operation != Some(OperationType::Subscription) {
            return once(self.execute(prepared, context).await);
        }
        let Prepared {
            mut request,
            document,
            is_known,
            ..
        } = prepared;
        let operation = document.operation(request.operation_name.as_deref());
        if !operation.is_some_and(selects_one_field) {
            let message = "A subscription selects one field, and selects it directly.";
            let error = refusal(outlay_domain::ErrorCode::Invalid, message);
            return once(Response::from_errors(vec![error]));
        }
        document.give(&mut request);
        let context = Arc::new(context);
        let responses = self
            .roots(is_known)
            .execute_stream(request.data(context.clone()));
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

    fn roots(&self, is_known: bool) -> &Roots {
        if is_known {
            &self.trusting
        } else {
            &self.strict
        }
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
        // Validation looks at variables too, but finds no more in them than was found before it.
        let text = (!is_known).then(|| request.query.clone());
        let response = self.roots(is_known).execute(request).await;
        if let Some(text) = text
            && was_executed(&response)
        {
            self.documents.keep(text, &document, &self.types);
        }
        response
    }
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

fn refused_all(errors: Vec<ServerError>) -> Response {
    named(Response::from_errors(errors))
}

/// Gives each error its code.
fn named(mut response: Response) -> Response {
    response.errors.iter_mut().for_each(name_code);
    response
}

/// Errors of the document itself, which no resolver has named, are the client's.
fn name_code(error: &mut ServerError) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set(
            "code",
            outlay_domain::ErrorCode::from(ErrorCode::Invalid).as_str(),
        );
    }
}
