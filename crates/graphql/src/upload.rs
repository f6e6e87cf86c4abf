//! Files of a request, sent by the GraphQL multipart request specification.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    Context, InputType, InputValueError, InputValueResult, UploadValue, Value,
    registry::{MetaType, MetaTypeId, Registry},
};
use outlay_domain::{Error, Result};

/// The prefix that async-graphql writes into the variable of a file, before the index of the file.
const MARK: &str = "#__graphql_file__:";

/// A file of the request, by its index.
///
/// Replaces async-graphql's `Upload`, which has no description and panics when a client forges the index.
pub(crate) struct Upload(usize);

impl Upload {
    /// Opens the file of an input field.
    ///
    /// # Errors
    /// `Invalid`, with the field, when the request has no such file.
    pub(crate) fn open(&self, field: &str, ctx: &Context<'_>) -> Result<UploadValue> {
        let file = ctx.query_env.uploads.get(self.0);
        let file =
            file.ok_or_else(|| Error::invalid(field, "The request does not contain this file."))?;
        file.try_clone().map_err(Error::internal)
    }
}

impl InputType for Upload {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        "Upload".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::Scalar, |_| MetaType::Scalar {
            name: Self::type_name().into_owned(),
            description: Some(
                "A file, sent as a part of the request by the GraphQL multipart request specification. Set its variable \
                 to `null`."
                    .to_owned(),
            ),
            is_valid: Some(Arc::new(|value| matches!(value, Value::String(_)))),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            specified_by_url: Some(
                "https://github.com/jaydenseric/graphql-multipart-request-spec".to_owned(),
            ),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        })
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let number = match &value {
            Some(Value::String(text)) => text.strip_prefix(MARK).and_then(|text| text.parse().ok()),
            _ => None,
        };
        number
            .map(Self)
            .ok_or_else(|| InputValueError::custom("Expected a file of a multipart request."))
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }
}
