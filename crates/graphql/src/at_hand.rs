//! Rows of a list without a future for each field.
//!
//! async-graphql resolves every field by a future of its own, which costs more than what most fields do. The rows of a
//! page are known, and so is what was read ahead for them; an object whose whole selection is at hand is written
//! out here and now. Anything else (a directive, an argument, a row that was not read ahead, a fragment of a document that is
//! new) is left to async-graphql, with the same result.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    async_trait::async_trait,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
};

use crate::{context::RequestContext, loader::Ahead};

/// An object that knows the values of its fields, or of some.
pub(crate) trait AtHand: OutputType + Send {
    /// The fields that it knows.
    const FIELDS: &'static [&'static str];

    /// The value of a field without arguments; none when it must be resolved.
    fn at_hand(&self, field: &str, selection: &SelectionSet, ahead: &Ahead) -> Option<Value>;
}

impl<T: AtHand + Sync> AtHand for &T {
    const FIELDS: &'static [&'static str] = T::FIELDS;

    fn at_hand(&self, field: &str, selection: &SelectionSet, ahead: &Ahead) -> Option<Value> {
        T::at_hand(self, field, selection, ahead)
    }
}

/// The fields of an object that are at hand: values, or what [`object`] and [`nullable`] say of nested rows.
///
/// `at_hand! { Thing, |thing, selection, ahead| "name" => thing.name(), … }`
macro_rules! at_hand {
    ($object:ty, |$row:pat_param, $selection:pat_param, $ahead:pat_param|
     $($field:literal => $value:expr,)*) => {
        impl crate::at_hand::AtHand for $object {
            const FIELDS: &'static [&'static str] = &[$($field),*];

            fn at_hand(
                &self,
                field: &str,
                selection: &async_graphql::parser::types::SelectionSet,
                ahead: &crate::loader::Ahead,
            ) -> Option<async_graphql::Value> {
                let ($row, $selection, $ahead) = (self, selection, ahead);
                match field {
                    $($field => Some(async_graphql::Value::from($value)),)*
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use at_hand;

/// The field, if it is one and there is nothing to it but its name.
fn plain(selection: &Selection) -> Option<&Field> {
    let Selection::Field(Positioned { node: field, .. }) = selection else {
        return None;
    };
    (field.arguments.is_empty() && field.directives.is_empty()).then_some(field)
}

/// Whether every item of a selection is a plain field of which `judge` approves, given its name and its own selection.
pub(crate) fn every(selection: &SelectionSet, judge: impl Fn(&str, &SelectionSet) -> bool) -> bool {
    selection.items.iter().all(|item| {
        plain(&item.node).is_some_and(|field| {
            let name = field.name.node.as_str();
            name == "__typename" || judge(name, &field.selection_set.node)
        })
    })
}

/// Whether all that is selected of such an object will be at hand, before there is one; `nested` says so of a field that
/// has fields itself.
pub(crate) fn foreseen<T: AtHand>(
    selection: &SelectionSet,
    nested: impl Fn(&str, &SelectionSet) -> bool,
) -> bool {
    every(selection, |name, fields| {
        T::FIELDS.contains(&name) && (fields.items.is_empty() || nested(name, fields))
    })
}

/// What is selected of `row`, if all of it is at hand.
pub(crate) fn object<T: AtHand>(row: &T, selection: &SelectionSet, ahead: &Ahead) -> Option<Value> {
    let mut object = IndexMap::with_capacity(selection.items.len());
    for item in &selection.items {
        let field = plain(&item.node)?;
        let value = match field.name.node.as_str() {
            "__typename" => T::type_name().into_owned().into(),
            name => row.at_hand(name, &field.selection_set.node, ahead)?,
        };
        let twice = object.insert(field.response_key().node.clone(), value);
        if twice.is_some() {
            return None;
        }
    }
    Some(Value::Object(object))
}

/// The same for a row that may be missing.
pub(crate) fn nullable<T: AtHand>(
    row: Option<T>,
    selection: &SelectionSet,
    ahead: &Ahead,
) -> Option<Value> {
    row.map_or(Some(Value::Null), |row| object(&row, selection, ahead))
}

/// A row of a list: its values where they are at hand, else its resolvers.
pub(crate) struct Row<T>(pub(crate) T);

#[async_trait]
impl<T: AtHand> OutputType for Row<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let request = ctx.data_unchecked::<Arc<RequestContext>>();
        let snapshot = request.snapshot().ok();
        match snapshot.and_then(|snapshot| object(&self.0, &ctx.item.node, &snapshot.ahead)) {
            Some(value) => Ok(value),
            None => self.0.resolve(ctx, field).await,
        }
    }
}
