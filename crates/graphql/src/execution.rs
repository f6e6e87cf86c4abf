//! Execution of a request: finds its document, runs all checks that need no data, and executes the operation.

use std::sync::Arc;

use async_graphql::{
    Request, Response, ServerError, ValidationMode, Value,
    parser::{parse_schema, types::OperationType},
    value,
};
use futures::{StreamExt, stream::BoxStream};

use crate::{
    context::RequestContext,
    document::{Credentials, Document, Documents, Limits, Persisted, TrustedDocuments, Types},
    error::{ErrorCode, refusal},
    schema::{Roots, ValidateOnly, build, sdl_of},
};

/// The result of a request over a transport that can send several responses.
pub enum Execution {
    /// The response to a query or a mutation, or to a rejected request.
    Once(Box<Response>),
    /// The responses of a subscription. Dropping the stream ends it.
    Many(BoxStream<'static, Response>),
}

/// Settings of the schema, for operators.
#[derive(Debug, Clone)]
pub struct SchemaSettings {
    /// Limits of documents and operations.
    pub limits: Limits,
    /// Whether introspection is allowed. When it is not, error messages suggest no names either.
    pub introspection: bool,
    /// The documents that may be executed; `None` allows all documents.
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

/// Outlay's schema: validates and executes documents, and caches valid ones.
pub struct OutlaySchema {
    /// Validates documents, and does not execute them.
    validating: Roots,
    /// Executes valid documents: validation is reduced to checks against endless recursion.
    executing: Roots,
    types: Types,
    credentials: Credentials,
    documents: Documents,
    persisted: Persisted,
    settings: SchemaSettings,
}

/// A request within all limits: a document, the name of one of its operations, and coerced variables. The document is not
/// validated yet unless it is cached.
pub struct Prepared {
    /// The request. A variable that is missing in it has neither a value nor a default.
    request: Request,
    document: Arc<Document>,
    /// Whether the document is cached, and therefore valid.
    is_known: bool,
    operation: Option<OperationType>,
    cost: u64,
    checks_credential: bool,
}

impl Prepared {
    /// The type of the operation; `None` when the document has no such operation, which execution reports.
    #[must_use]
    pub fn operation(&self) -> Option<OperationType> {
        self.operation
    }

    /// The cost of the operation, in points.
    #[must_use]
    pub fn cost(&self) -> u64 {
        self.cost
    }

    /// Whether the operation selects a field that checks or sets a credential.
    #[must_use]
    pub fn checks_credential(&self) -> bool {
        self.checks_credential
    }
}

/// The extension that requests the cost of the operation, and that returns it in the response.
const COST: &str = "cost";

impl OutlaySchema {
    /// Builds the schema. Call it once for each process.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the SDL is our own")]
    pub fn new(settings: SchemaSettings) -> Self {
        let validating = build(ValidationMode::Strict).extension(ValidateOnly);
        let validating = if settings.introspection {
            validating.finish()
        } else {
            validating.disable_suggestions().finish()
        };
        let types = parse_schema(sdl_of(&validating)).expect("the schema's own SDL is valid");
        Self {
            validating,
            executing: build(ValidationMode::Fast).finish(),
            types: Types::of(&types),
            credentials: Credentials::of(&types),
            documents: Documents::new(),
            persisted: Persisted::new(settings.trusted.clone()),
            settings,
        }
    }

    /// Finds the request's document, coerces the variables, and runs all checks that need no data.
    ///
    /// # Errors
    /// The response, when the request is rejected.
    #[expect(
        clippy::result_large_err,
        reason = "the error is sent immediately, and most requests succeed"
    )]
    pub fn prepare(&self, mut request: Request) -> Result<Prepared, Response> {
        let reject = |error| rejection(vec![error]);
        let limits = &self.settings.limits;
        self.persisted.resolve(&mut request).map_err(reject)?;
        let known = self.documents.find(&request.query);
        let is_known = known.is_some();
        let document = match known {
            Some(document) => document,
            None => Arc::new(self.read(&request.query)?),
        };
        let operation = document.operation(request.operation_name.as_deref());
        let (mut cost, mut checks_credential) = (0, false);
        if let Some(operation) = operation {
            let checked = self.credentials.check(&document, operation);
            checks_credential = checked.map_err(reject)?;
            let variables = &mut request.variables;
            let coerced = document.coerce(operation, variables, &self.types);
            coerced.map_err(rejection)?;
            let priced = document.cost(operation, variables, &self.types, limits);
            cost = priced.map_err(reject)?;
        }
        Ok(Prepared {
            operation: operation.map(|operation| operation.ty()),
            request,
            document,
            is_known,
            cost,
            checks_credential,
        })
    }

    /// Parses a document that is not cached, and runs the checks that async-graphql's validation lacks.
    #[expect(
        clippy::result_large_err,
        reason = "the error is sent immediately, and most requests succeed"
    )]
    fn read(&self, text: &str) -> Result<Document, Response> {
        let document = Document::parse(text, &self.settings.limits);
        let mut document = document.map_err(|error| rejection(vec![error]))?;
        if document.introspects() && !self.settings.introspection {
            return Err(rejection(vec![refusal(
                outlay_domain::ErrorCode::Forbidden,
                "Introspection is disabled on this server.",
            )]));
        }
        document.check(&self.types).map_err(rejection)?;
        Ok(document)
    }

    /// Executes one request, and releases its database connection before the response is sent.
    pub async fn execute(&self, prepared: Prepared, context: RequestContext) -> Response {
        let context = Arc::new(context);
        let tells_cost = prepared.request.extensions.get(COST) == Some(&Value::Boolean(true));
        let cost = prepared.cost;
        let run = self.run(prepared, context.clone());
        let mut response = context.gate().run(run).await;
        context.release().await;
        if tells_cost {
            let told = value!({ "requested": cost, "maximum": self.settings.limits.cost });
            response.extensions.insert(COST.to_owned(), told);
        }
        with_codes(response)
    }

    /// The same over a transport that can send several responses: starts the operation if it is a subscription.
    pub async fn begin(&self, prepared: Prepared, context: RequestContext) -> Execution {
        if prepared.operation != Some(OperationType::Subscription) {
            return once(self.execute(prepared, context).await);
        }
        let request = match self.executable(prepared).await {
            Ok(request) => request,
            Err(response) => return once(with_codes(*response)),
        };
        let context = Arc::new(context);
        let request = request.data(context.clone());
        let responses = self.executing.execute_stream(request).boxed();
        let responses = context.gate().clone().run_stream(responses);
        let responses = responses.then(move |response| {
            let context = context.clone();
            async move {
                // The next event is read on its own snapshot.
                context.release().await;
                with_codes(response)
            }
        });
        Execution::Many(responses.boxed())
    }

    async fn run(&self, prepared: Prepared, context: Arc<RequestContext>) -> Response {
        match self.executable(prepared).await {
            Ok(request) => self.executing.execute(request.data(context)).await,
            Err(response) => *response,
        }
    }

    /// Validates the document unless it is cached, and sets the operation to execute on the request.
    async fn executable(&self, prepared: Prepared) -> Result<Request, Box<Response>> {
        let Prepared {
            mut request,
            document,
            is_known,
            ..
        } = prepared;
        if !is_known {
            let mut validated = Request::new("");
            validated.operation_name.clone_from(&request.operation_name);
            validated.set_parsed_query(document.to_validate());
            let response = self.validating.execute(validated).await;
            if response.is_err() {
                return Err(Box::new(response));
            }
            let text = std::mem::take(&mut request.query);
            self.documents.keep(text, &document, &self.types);
        }
        let name = request.operation_name.take();
        if let Some(operation) = document.operation(name.as_deref()) {
            let executable = document.executable(operation, &request.variables);
            let executable = executable.map_err(|error| Response::from_errors(vec![error]))?;
            request.set_parsed_query(executable);
        } else {
            request.operation_name = name;
            request.set_parsed_query(document.to_validate());
        }
        Ok(request)
    }
}

fn once(response: Response) -> Execution {
    Execution::Once(Box::new(response))
}

fn rejection(errors: Vec<ServerError>) -> Response {
    with_codes(Response::from_errors(errors))
}

/// Sets the code of each error that has none.
fn with_codes(mut response: Response) -> Response {
    response.errors.iter_mut().for_each(set_code);
    response
}

/// Sets the code `INVALID` on an error without a code: no resolver returned it, so the document is invalid.
fn set_code(error: &mut ServerError) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set(
            "code",
            outlay_domain::ErrorCode::from(ErrorCode::Invalid).as_str(),
        );
    }
}
