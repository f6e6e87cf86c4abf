//! Checks input values, from variables or literals, against their types (GraphQL, section 3.13).

use std::fmt;

use async_graphql::{
    ErrorExtensionValues, Name, Number, Pos, ServerError,
    indexmap::IndexMap,
    parser::types::{BaseType, Type},
};
use async_graphql_value::{ConstValue, Value};

use super::types::{InputField, InputType, Types};
use crate::scalar;

/// An error of an input value, with the path inside the value.
pub(super) struct InvalidValue {
    path: String,
    message: String,
}

impl InvalidValue {
    pub(super) fn new(path: String, message: String) -> Self {
        Self { path, message }
    }

    /// Converts it into an error about this `kind` of value, with a location in the document.
    pub(super) fn into_error(self, kind: &str, pos: Pos) -> ServerError {
        let Self { path, message } = self;
        let mut error = ServerError::new(format!("{kind}{path}: {message}."), Some(pos));
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("field", path);
        error.extensions = Some(extensions);
        error
    }
}

/// The path of a value, which is formatted only for an error.
pub(super) enum Path<'a> {
    Root(&'a Name),
    Field(&'a Path<'a>, &'a Name),
    Item(&'a Path<'a>, usize),
}

impl Path<'_> {
    pub(super) fn error(&self, message: String) -> InvalidValue {
        InvalidValue::new(self.to_string(), message)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => write!(f, "{name}"),
            Self::Field(of, name) => write!(f, "{of}.{name}"),
            Self::Item(of, index) => write!(f, "{of}.{index}"),
        }
    }
}

/// An input value of a client.
pub(super) trait InputValue: Sized {
    /// The form of the value.
    fn shape(&self) -> Shape<'_, Self>;

    /// The name of the enum value, if it can be one.
    fn enum_value(&self) -> Option<&str>;

    /// Checks the value against the custom scalar of this name.
    ///
    /// # Errors
    /// The description of valid values.
    fn check_own_scalar(&self, name: &str) -> Result<(), &'static str>;
}

/// The form of a value from variables or literals.
pub(super) enum Shape<'a, V> {
    /// A variable, whose type is checked at its declaration.
    Variable,
    Null,
    Number(&'a Number),
    String,
    Boolean,
    List(&'a [V]),
    Object(&'a IndexMap<Name, V>),
    /// Any other value, which matches only enums.
    Other,
}

/// A value from variables.
impl InputValue for ConstValue {
    fn shape(&self) -> Shape<'_, Self> {
        match self {
            Self::Null => Shape::Null,
            Self::Number(number) => Shape::Number(number),
            Self::String(_) => Shape::String,
            Self::Boolean(_) => Shape::Boolean,
            Self::Enum(_) | Self::Binary(_) => Shape::Other,
            Self::List(items) => Shape::List(items),
            Self::Object(fields) => Shape::Object(fields),
        }
    }

    /// JSON represents an enum value as a string.
    fn enum_value(&self) -> Option<&str> {
        match self {
            Self::Enum(name) => Some(name),
            Self::String(name) => Some(name),
            _ => None,
        }
    }

    fn check_own_scalar(&self, name: &str) -> Result<(), &'static str> {
        scalar::check(name, self)
    }
}

/// A literal in the document.
impl InputValue for Value {
    fn shape(&self) -> Shape<'_, Self> {
        match self {
            Self::Variable(_) => Shape::Variable,
            Self::Null => Shape::Null,
            Self::Number(number) => Shape::Number(number),
            Self::String(_) => Shape::String,
            Self::Boolean(_) => Shape::Boolean,
            Self::Enum(_) | Self::Binary(_) => Shape::Other,
            Self::List(items) => Shape::List(items),
            Self::Object(fields) => Shape::Object(fields),
        }
    }

    fn enum_value(&self) -> Option<&str> {
        match self {
            Self::Enum(name) => Some(name),
            _ => None,
        }
    }

    fn check_own_scalar(&self, name: &str) -> Result<(), &'static str> {
        let value = self.clone().into_const();
        value.map_or(Ok(()), |value| scalar::check(name, &value))
    }
}

impl Types {
    /// Checks a value against a type. Variables inside the value are accepted.
    pub(super) fn fits<V: InputValue>(
        &self,
        value: &V,
        ty: &Type,
        path: &Path<'_>,
    ) -> Result<(), InvalidValue> {
        match (value.shape(), &ty.base) {
            (Shape::Variable, _) => Ok(()),
            (Shape::Null, _) if ty.nullable => Ok(()),
            (Shape::Null, _) => Err(path.error(format!("null is not allowed for type {ty}"))),
            (Shape::List(items), BaseType::List(item)) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, value)| self.fits(value, item, &Path::Item(path, index))),
            // A single value is coerced to a list of one item.
            (_, BaseType::List(item)) => self.fits(value, item, path),
            (_, BaseType::Named(name)) => self.fits_named(value, name, path),
        }
    }

    fn fits_named<V: InputValue>(
        &self,
        value: &V,
        name: &Name,
        path: &Path<'_>,
    ) -> Result<(), InvalidValue> {
        let Some(ty) = self.input(name) else {
            return Err(path.error(format!("there is no input type {name}")));
        };
        match (ty, value.shape()) {
            (InputType::Object { fields, one_of }, Shape::Object(given)) => {
                if let Some(unknown) = given.keys().find(|field| !fields.contains_key(*field)) {
                    return Err(path.error(format!("{name} has no field {unknown}")));
                }
                let is_null = |value: &V| matches!(value.shape(), Shape::Null);
                if *one_of && (given.len() != 1 || given.values().any(is_null)) {
                    return Err(path.error(format!("{name} takes exactly one of its fields")));
                }
                fields
                    .iter()
                    .try_for_each(|(field, InputField { ty, has_default })| {
                        let path = Path::Field(path, field);
                        match given.get(field) {
                            Some(value) => self.fits(value, ty, &path),
                            None if ty.nullable || *has_default => Ok(()),
                            None => Err(path.error(format!("{ty} is required"))),
                        }
                    })
            }
            (InputType::Object { .. }, _) => Err(path.error(format!("{name} is an object"))),
            (InputType::Enum(values), _) => {
                if value.enum_value().is_some_and(|one| values.contains(one)) {
                    return Ok(());
                }
                let mut values: Vec<_> = values.iter().map(Name::as_str).collect();
                values.sort_unstable();
                Err(path.error(format!("{name} is one of {}", values.join(", "))))
            }
            (InputType::Scalar, given) => {
                if !fits_scalar(&given, name) {
                    return Err(path.error(format!("this is not of type {name}")));
                }
                value.check_own_scalar(name).map_err(|notation| {
                    path.error(format!("this is not of type {name}: expected {notation}"))
                })
            }
        }
    }
}

/// Checks the built-in scalars of GraphQL (section 3.5).
fn fits_scalar<V>(value: &Shape<'_, V>, name: &Name) -> bool {
    match (name.as_str(), value) {
        ("Int", Shape::Number(number)) => number
            .as_i64()
            .is_some_and(|number| i32::try_from(number).is_ok()),
        ("Float", value) => matches!(value, Shape::Number(_)),
        ("ID", Shape::Number(number)) => number.is_i64() || number.is_u64(),
        ("String" | "ID", value) => matches!(value, Shape::String),
        ("Boolean", value) => matches!(value, Shape::Boolean),
        ("Int", _) => false,
        _ => true,
    }
}
