//! Payloads of mutations: the changed object, or the errors that the caller can fix.

use async_graphql::Context;
use outlay_domain::{Command, Deleted, Error, Result, entity::Table, read::Fetched};

use crate::{
    context::ContextExt,
    error::{Answer, MAX_USER_ERRORS, UserError, found, is_fixable},
    input::Input,
    noun::{Object, Registered},
    select,
};

/// The payload of a mutation.
pub(crate) trait Payload: Sized {
    /// The value that the payload returns on success.
    type Shown;

    /// Creates the payload of a successful or a rejected write.
    fn new(shown: Option<Self::Shown>, errors: Vec<UserError>) -> Self;
}

/// Declares payloads that return a changed object: `CreateThingPayload, UpdateThingPayload: thing Thing`.
macro_rules! payload {
    ($($payload:ident $mutation:literal),*: $field:ident $object:ty) => {$(
        #[doc = concat!("Result of `", $mutation, "`.")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            /// The object after the change; `null` when there are errors.
            $field: Option<$object>,
            /// Errors that the caller can fix; empty on success.
            errors: Vec<$crate::error::UserError>,
        }

        impl $crate::payload::Payload for $payload {
            type Shown = $object;

            fn new(shown: Option<$object>, errors: Vec<$crate::error::UserError>) -> Self {
                Self { $field: shown, errors }
            }
        }

        impl $crate::payload::Shows for $payload {
            const FIELD: &'static str = stringify!($field);
        }
    )*};
}
pub(crate) use payload;

/// Declares the input and the payload of a mutation that deletes: `DeleteThingInput, DeleteThingPayload: thing::Entity`.
macro_rules! deletion {
    ($input:ident, $payload:ident $mutation:literal, $noun:literal: $command:ty) => {
        $crate::input::input! {
            #[doc = concat!("The ", $noun, " to delete.")]
            $input => $command, of $noun {}
        }

        #[doc = concat!("Result of `", $mutation, "`.")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            #[doc = concat!("Global id of the deleted ", $noun, "; `null` when there are errors.")]
            deleted_id: Option<async_graphql::ID>,
            /// Errors that the caller can fix; empty on success.
            errors: Vec<$crate::error::UserError>,
        }

        impl $crate::payload::Payload for $payload {
            type Shown = async_graphql::ID;

            fn new(
                shown: Option<async_graphql::ID>,
                errors: Vec<$crate::error::UserError>,
            ) -> Self {
                Self {
                    deleted_id: shown,
                    errors,
                }
            }
        }
    };
}
pub(crate) use deletion;

/// A payload that returns a row in a field.
pub(crate) trait Shows: Payload {
    /// The name of the field. It is a single word for all nouns, so it is the same in the schema.
    const FIELD: &'static str;
}

/// Executes the write of an input, and returns the written row.
pub(crate) async fn write<I, P>(ctx: &Context<'_>, mut input: I) -> Answer<P>
where
    I: Input<Command: Command<Output = Written<P>>>,
    P: Shows<Shown: Object>,
{
    let key = input.take_key();
    run(ctx, input.parse(), key.as_deref()).await
}

/// Executes a write if its input could be parsed, and returns the written row.
pub(crate) async fn run<C, P>(
    ctx: &Context<'_>,
    command: std::result::Result<C, Vec<Error>>,
    key: Option<&str>,
) -> Answer<P>
where
    C: Command<Output = Written<P>>,
    P: Shows<Shown: Object>,
{
    match command {
        Ok(command) => finish(execute::<P, _>(ctx, &command, key).await),
        Err(errors) => Some(Ok(failed(&errors))),
    }
}

/// The row of a payload's object, as a command returns it.
pub(crate) type Written<P> =
    <<<P as Payload>::Shown as Object>::Noun as outlay_domain::noun::Rows>::Model;

/// Executes a write, and reads the selected fields of the written row.
pub(crate) async fn execute<P, C>(
    ctx: &Context<'_>,
    command: &C,
    key: Option<&str>,
) -> Result<P::Shown>
where
    P: Shows<Shown: Object>,
    C: Command<Output = Written<P>>,
{
    let row = ctx.request().write(command, key).await?;
    show(ctx, P::FIELD, row).await
}

/// Reads the selected fields of a written row. Takes no statement when they include no relations and no derived columns.
pub(crate) async fn show<T: Object>(
    ctx: &Context<'_>,
    field: &str,
    row: <T::Noun as outlay_domain::noun::Rows>::Model,
) -> Result<T> {
    let (reading, alone) = select::of_field::<T>(ctx, field);
    let fetched = if reading.is_stored() {
        Fetched::from(<T::Noun as Table>::Row::from(row))
    } else {
        let snapshot = ctx.request().snapshot()?;
        let id = <T::Noun as Table>::id(&row);
        let found =
            outlay_domain::read::find::<T::Noun>(snapshot.cx(), id, &reading, alone).await?;
        // The write has made the row invisible to the caller, or another request has deleted it since.
        found.unwrap_or_else(|| Fetched::from(<T::Noun as Table>::Row::from(row)))
    };
    Ok(std::sync::Arc::new(fetched).into())
}

/// Executes the write of an input that deletes a row.
pub(crate) async fn delete<I, P, N>(ctx: &Context<'_>, mut input: I) -> Answer<P>
where
    I: Input<Command: Command<Output = Deleted<N>>>,
    P: Payload<Shown = async_graphql::ID>,
    N: Registered,
{
    let key = input.take_key();
    match input.parse() {
        Ok(command) => {
            let deleted = ctx.request().write(&command, key.as_deref()).await;
            finish(deleted.map(|Deleted(id)| crate::id::encode(id)))
        }
        Err(errors) => Some(Ok(failed(&errors))),
    }
}

/// The payload of a result, or an error of the field.
pub(crate) fn finish<P: Payload>(result: Result<P::Shown>) -> Answer<P> {
    found(match result {
        Ok(shown) => Ok(P::new(Some(shown), Vec::new())),
        Err(error) if is_fixable(&error) => Ok(failed(&[error])),
        Err(error) => Err(error),
    })
}

fn failed<P: Payload>(errors: &[Error]) -> P {
    let most = usize::try_from(MAX_USER_ERRORS).unwrap_or_default();
    P::new(
        None,
        errors.iter().take(most).map(UserError::from).collect(),
    )
}

/// Declares mutations with one input each: `create_thing(CreateThingInput) -> CreateThingPayload by write`, where `write`
/// and `delete` are the functions of this module.
macro_rules! mutations {
    (
        $(#[$doc:meta])* $mutations:ident;
        $($(#[$field_doc:meta])* $field:ident($input:ident) -> $payload:ident by $how:ident;)*
    ) => {
        $(#[$doc])*
        #[derive(Default)]
        pub struct $mutations;

        #[async_graphql::Object]
        impl $mutations {
            $(
                $(#[$field_doc])*
                async fn $field(
                    &self,
                    ctx: &async_graphql::Context<'_>,
                    #[graphql(desc = "The input of this mutation.")] input: $input,
                ) -> $crate::error::Answer<$payload> {
                    $crate::payload::$how(ctx, input).await
                }
            )*
        }
    };
}
pub(crate) use mutations;
