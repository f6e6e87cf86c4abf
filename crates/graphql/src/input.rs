//! Inputs of mutations, parsed into commands. All errors of an input are reported together.

use async_graphql::{ID, MaybeUndefined};
use outlay_domain::{
    Error, Result,
    entity::{Id, tenant},
    value::{
        BrandColor, Code, Email, ExchangeRate, LogoUrl, Money, Name, Note, Phone, Reason, Remark,
        SearchText, Slug,
    },
};

use crate::{
    id,
    member::Role,
    money::MoneyInput,
    noun::Registered,
    organization::RuleAction,
    scalar::{Date, Decimal},
};

/// A value of an input that can be converted into a value of the domain.
pub(crate) trait Parse<T>: Sized {
    /// Parses the value of an input field.
    ///
    /// # Errors
    /// `Invalid`, with the field.
    fn parse(self, field: &str) -> Result<T>;
}

/// Implements `Parse` for texts by the rules of the domain.
macro_rules! texts {
    ($($ty:ty),*) => {$(
        impl Parse<$ty> for String {
            fn parse(self, field: &str) -> Result<$ty> {
                <$ty>::parse(field, &self)
            }
        }
    )*};
}

texts!(
    BrandColor, Code, Email, LogoUrl, Name, Note, Phone, Reason, Remark, SearchText, Slug
);

/// Implements `Parse` for values that are always valid.
macro_rules! values {
    ($($from:ty => $to:ty: |$value:ident| $parsed:expr;)*) => {$(
        impl Parse<$to> for $from {
            fn parse(self, _: &str) -> Result<$to> {
                let $value = self;
                Ok($parsed)
            }
        }
    )*};
}

values! {
    i32 => i32: |value| value;
    Date => chrono::NaiveDate: |date| date.0;
    Role => tenant::Role: |role| role.into();
    RuleAction => tenant::RuleAction: |action| action.into();
}

impl Parse<Money> for MoneyInput {
    fn parse(self, field: &str) -> Result<Money> {
        Self::parse(&self, field)
    }
}

impl Parse<ExchangeRate> for Decimal {
    fn parse(self, field: &str) -> Result<ExchangeRate> {
        ExchangeRate::parse(field, self.0)
    }
}

impl<N: Registered> Parse<Id<N>> for ID {
    fn parse(self, field: &str) -> Result<Id<N>> {
        id::parse(field, &self)
    }
}

impl<A: Parse<B>, B> Parse<Option<B>> for Option<A> {
    fn parse(self, field: &str) -> Result<Option<B>> {
        self.map(|value| value.parse(field)).transpose()
    }
}

/// An absent field leaves a value unchanged, null removes it.
impl<A: Parse<B>, B> Parse<Option<Option<B>>> for MaybeUndefined<A> {
    fn parse(self, field: &str) -> Result<Option<Option<B>>> {
        match self {
            Self::Undefined => Ok(None),
            Self::Null => Ok(Some(None)),
            Self::Value(value) => value.parse(field).map(|value| Some(Some(value))),
        }
    }
}

/// Parses the fields of one input, and collects their errors.
#[derive(Default)]
pub(crate) struct Parsing(Vec<Error>);

impl Parsing {
    /// Parses a field, whose name is in `snake_case`. Returns `None` and collects the error when it is invalid.
    pub(crate) fn field<A: Parse<B>, B>(&mut self, field: &str, value: A) -> Option<B> {
        self.keep(value.parse(&camel_case(field)))
    }

    fn keep<T>(&mut self, parsed: Result<T>) -> Option<T> {
        parsed.map_err(|error| self.0.push(error)).ok()
    }

    /// Returns the parsed input, or the collected errors.
    pub(crate) fn finish<T>(self, parsed: Option<T>) -> std::result::Result<T, Vec<Error>> {
        match parsed {
            Some(parsed) if self.0.is_empty() => Ok(parsed),
            _ => Err(self.0),
        }
    }
}

/// The name of a field in the schema.
fn camel_case(name: &str) -> String {
    let mut words = name.trim_start_matches("r#").split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        name + &initial.to_uppercase() + rest
    })
}

/// An input that can be parsed into a command.
pub(crate) trait Input {
    /// The command.
    type Command;

    /// Parses all fields.
    ///
    /// # Errors
    /// The errors of all fields.
    fn parse(self) -> std::result::Result<Self::Command, Vec<Error>>;

    /// Takes the idempotency key, which is not parsed yet.
    fn take_key(&mut self) -> Option<String>;
}

/// Declares the input of a mutation, with the fields of its command: `CreateThingInput => CreateThing {…}`.
///
/// Adds `idempotencyKey`; `of "thing"` adds the `id` and `version` of the row to change.
macro_rules! input {
    (
        $(#[$doc:meta])*
        $input:ident => $command:ty $(, of $noun:literal)? {
            $($(#[$field_doc:meta])* $field:ident: $ty:ty,)*
        }
    ) => {
        $crate::input::input! { @declare
            [$(#[$doc])*] $input => $command
            { $(id version $noun)? }
            { $($(#[$field_doc])* $field: $ty,)* }
        }
    };
    (@declare [$(#[$doc:meta])*] $input:ident => $command:ty {} { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* }) => {
        $crate::input::input! { @struct
            [$(#[$doc])*] $input => $command
            { $($(#[$field_doc])* $field: $ty,)* }
        }
    };
    (@declare [$(#[$doc:meta])*] $input:ident => $command:ty { id version $noun:literal } { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* }) => {
        $crate::input::input! { @struct
            [$(#[$doc])*] $input => $command
            {
                #[doc = concat!("Global id of the ", $noun, ".")]
                id: async_graphql::ID,
                /// The version that the caller has read. The change is rejected with `CONFLICT` when there is a newer one.
                version: i32,
                $($(#[$field_doc])* $field: $ty,)*
            }
        }
    };
    (@struct [$(#[$doc:meta])*] $input:ident => $command:ty { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(async_graphql::InputObject)]
        pub struct $input {
            $($(#[$field_doc])* $field: $ty,)*
            /// Makes a retry safe: a repeated request with the same key returns the first result. 1 to 100 characters.
            idempotency_key: Option<String>,
        }

        impl $crate::input::Input for $input {
            type Command = $command;

            fn parse(self) -> std::result::Result<$command, Vec<outlay_domain::Error>> {
                type Command = $command;
                let mut parsing = $crate::input::Parsing::default();
                $(let $field = parsing.field(stringify!($field), self.$field);)*
                let command = (|| Some(Command { $($field: $field?,)* }))();
                parsing.finish(command)
            }

            fn take_key(&mut self) -> Option<String> {
                self.idempotency_key.take()
            }
        }
    };
}
pub(crate) use input;
