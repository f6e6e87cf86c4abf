//! Look-ahead: the columns and relations that SQL reads for the selected fields of an object.

use std::collections::HashMap;

use async_graphql::{
    Context, Name, OutputType, Positioned,
    parser::types::{Field, FragmentDefinition, Selection as Item, SelectionSet},
};
use outlay_domain::read::{Fetch, Reading};

use crate::{noun::Object, value::Fields};

/// The interface that all nouns implement.
const NODE: &str = "Node";

/// An object type for which every fragment applies, because only one type is possible in that position.
pub(crate) const ANY: &str = "";

/// A selection set, with the fragments of the document that it may spread.
#[derive(Clone, Copy)]
pub(crate) struct Selection<'a> {
    pub(crate) set: &'a SelectionSet,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
}

impl<'a> Selection<'a> {
    /// The selection set of the field that is being resolved.
    pub(crate) fn of_field(ctx: &'a Context<'_>) -> Self {
        Self {
            set: &ctx.item.node.selection_set.node,
            fragments: &ctx.query_env.fragments,
        }
    }

    /// Whether the field has no subfields.
    pub(crate) fn is_empty(self) -> bool {
        self.set.items.is_empty()
    }

    /// Calls `judge` for each selected field of an object of this type, with the selection set of the field. Fields that a
    /// directive will exclude are included. Returns whether `judge` returned true for all of them and none has arguments
    /// or directives or is in a fragment.
    pub(crate) fn every(self, ty: &str, judge: &mut dyn FnMut(&str, Self) -> bool) -> bool {
        let mut all = true;
        for item in &self.set.items {
            all &= match &item.node {
                Item::Field(field) => {
                    let field = &field.node;
                    let selected = Self {
                        set: &field.selection_set.node,
                        ..self
                    };
                    let name = field.name.node.as_str();
                    (name == "__typename" || judge(name, selected)) && is_plain(field)
                }
                Item::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|on| applies(&on.node.on.node, ty)) {
                        self.inside(&fragment.node.selection_set.node)
                            .every(ty, judge);
                    }
                    false
                }
                Item::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(&spread.node.fragment_name.node);
                    if let Some(fragment) = fragment
                        && applies(&fragment.node.type_condition.node.on.node, ty)
                    {
                        self.inside(&fragment.node.selection_set.node)
                            .every(ty, judge);
                    }
                    false
                }
            };
        }
        all
    }

    fn inside(self, set: &'a SelectionSet) -> Self {
        Self { set, ..self }
    }
}

/// Whether a fragment with this type condition applies to an object of type `ty`.
fn applies(condition: &Name, ty: &str) -> bool {
    ty == ANY || condition == ty || condition == NODE
}

/// Whether the field has no arguments and no directives.
pub(crate) fn is_plain(field: &Field) -> bool {
    field.arguments.is_empty() && field.directives.is_empty()
}

/// Adds the columns and relations of a selection set to a reading. Returns whether all selected fields can be precomputed
/// from it.
pub(crate) fn read<T: Fields + OutputType>(
    selection: Selection<'_>,
    reading: &mut Reading,
) -> bool {
    selection.every(&T::type_name(), &mut |field, selection| {
        T::read(field, selection, reading)
    })
}

/// The columns and relations to read for the rows of a connection, selected as `edges { node }` and as `nodes`.
pub(crate) fn of_list<T: Object>(ctx: &Context<'_>) -> Fetch {
    let mut reading = Reading::of::<T::Noun>();
    let mut counted = false;
    // Every other field of a connection takes another statement.
    let covered = Selection::of_field(ctx).every(ANY, &mut |field, selection| match field {
        "edges" => selection.every(ANY, &mut |field, selection| match field {
            "node" => read::<T>(selection, &mut reading),
            "cursor" => true,
            _ => false,
        }),
        "nodes" => read::<T>(selection, &mut reading),
        "pageInfo" => true,
        "totalCount" => {
            counted = true;
            true
        }
        _ => false,
    });
    Fetch {
        reading,
        counted,
        alone: covered && is_whole_operation(ctx),
    }
}

/// The columns and relations to read for the row of the resolved field.
pub(crate) fn of_row<T: Object>(ctx: &Context<'_>) -> Reading {
    let mut reading = Reading::of::<T::Noun>();
    read::<T>(Selection::of_field(ctx), &mut reading);
    reading
}

/// The columns and relations to read for the row of a subfield of the resolved field, such as that of a mutation's
/// payload. The second value is true when the operation reads this row with its relations, and nothing else.
pub(crate) fn of_field<T: Object>(ctx: &Context<'_>, name: &str) -> (Reading, bool) {
    let mut reading = Reading::of::<T::Noun>();
    let covered = Selection::of_field(ctx).every(ANY, &mut |field, selection| {
        field != name || read::<T>(selection, &mut reading)
    });
    (reading, covered && is_whole_operation(ctx))
}

/// Whether the resolved field is the only root field of the operation. A fragment may hold more.
pub(crate) fn is_whole_operation(ctx: &Context<'_>) -> bool {
    let operation = &ctx.query_env.operation.node;
    let items = &operation.selection_set.node.items[..];
    matches!(items, [item] if matches!(item.node, Item::Field(_)))
}
