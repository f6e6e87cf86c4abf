//! Replaces fragment spreads by the fields of the fragments, once, when a document is cached. Lists in documents with
//! fragments are then precomputed (`value.rs`) like those without.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, FragmentDefinition, OperationDefinition,
        Selection, SelectionSet,
    },
};

use super::types::{Types, root};

/// Returns the same document with as few fragments as possible. The document must be valid and within the limits.
pub(super) fn flatten(document: &ExecutableDocument, types: &Types) -> ExecutableDocument {
    let flattening = Flattening { document, types };
    let operation = |operation: &Positioned<OperationDefinition>| {
        let mut operation = operation.clone();
        let selected = &mut operation.node.selection_set.node;
        *selected = flattening.set(root(operation.node.ty), selected);
        operation
    };
    let operations = match &document.operations {
        DocumentOperations::Single(one) => DocumentOperations::Single(operation(one)),
        DocumentOperations::Multiple(many) => {
            let many = many
                .iter()
                .map(|(name, one)| (name.clone(), operation(one)));
            DocumentOperations::Multiple(many.collect())
        }
    };
    let mut fragments = HashMap::new();
    for (_, operation) in operations.iter() {
        let selected = &operation.node.selection_set.node;
        keep_spread(selected, &document.fragments, &mut fragments);
    }
    ExecutableDocument {
        operations,
        fragments,
    }
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Copies the fragments that a selection set still spreads, directly or through other fragments.
fn keep_spread(set: &SelectionSet, all: &Fragments, kept: &mut Fragments) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => keep_spread(&field.node.selection_set.node, all, kept),
            Selection::InlineFragment(inline) => {
                keep_spread(&inline.node.selection_set.node, all, kept);
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = all.get(name)
                    && !kept.contains_key(name)
                {
                    kept.insert(name.clone(), fragment.clone());
                    keep_spread(&fragment.node.selection_set.node, all, kept);
                }
            }
        }
    }
}

/// The number of fields and fragments in the operations of a document.
pub(super) fn size(document: &ExecutableDocument) -> usize {
    fn of(set: &SelectionSet) -> usize {
        let items = set.items.iter();
        items
            .map(|item| {
                1 + match &item.node {
                    Selection::Field(field) => of(&field.node.selection_set.node),
                    Selection::InlineFragment(inline) => of(&inline.node.selection_set.node),
                    Selection::FragmentSpread(_) => 0,
                }
            })
            .sum()
    }
    let operations = document.operations.iter();
    operations
        .map(|(_, operation)| of(&operation.node.selection_set.node))
        .sum()
}

struct Flattening<'a> {
    document: &'a ExecutableDocument,
    types: &'a Types,
}

impl Flattening<'_> {
    fn set(&self, ty: &str, set: &SelectionSet) -> SelectionSet {
        let mut items = Vec::with_capacity(set.items.len());
        self.write(ty, set, &mut items);
        SelectionSet { items }
    }

    fn write(&self, ty: &str, set: &SelectionSet, items: &mut Vec<Positioned<Selection>>) {
        for item in &set.items {
            let written = match &item.node {
                Selection::Field(field) => {
                    let mut field = field.clone();
                    self.field(ty, &mut field.node);
                    if self.is_repeated(ty, &field.node, items) {
                        continue;
                    }
                    Selection::Field(field)
                }
                selection => {
                    // Validation guarantees that a fragment spread on an object type applies to it.
                    if let Some(inner) = self.unconditional(selection)
                        && self.types.is_object(ty)
                    {
                        self.write(ty, inner, items);
                        continue;
                    }
                    selection.clone()
                }
            };
            items.push(Positioned::new(written, item.pos));
        }
    }

    fn field(&self, ty: &str, field: &mut Field) {
        let known = self.types.field(ty, &field.name.node);
        if let Some(of) = known.and_then(|known| known.of.as_ref()) {
            let selected = &mut field.selection_set.node;
            *selected = self.set(of, selected);
        }
    }

    /// The selection set of a fragment or a spread; `None` when it has directives.
    fn unconditional<'a>(&'a self, selection: &'a Selection) -> Option<&'a SelectionSet> {
        let (directives, selected) = match selection {
            Selection::Field(_) => return None,
            Selection::InlineFragment(fragment) => {
                let fragment = &fragment.node;
                (&fragment.directives, &fragment.selection_set)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = self
                    .document
                    .fragments
                    .get(&spread.node.fragment_name.node)?;
                if !fragment.node.directives.is_empty() {
                    return None;
                }
                (&spread.node.directives, &fragment.node.selection_set)
            }
        };
        directives.is_empty().then_some(&selected.node)
    }

    /// Whether the items already contain this field, without arguments, directives or subfields, such as the `id` of most
    /// fragments. A field with a weight is kept, because the cost counts each occurrence.
    fn is_repeated(&self, ty: &str, field: &Field, items: &[Positioned<Selection>]) -> bool {
        let is_free = |field: &Field| {
            let known = self.types.field(ty, &field.name.node);
            known.is_none_or(|known| known.weight == 0)
        };
        let is_bare = |field: &Field| {
            field.arguments.is_empty()
                && field.directives.is_empty()
                && field.selection_set.node.items.is_empty()
        };
        is_bare(field)
            && is_free(field)
            && items.iter().any(|item| match &item.node {
                Selection::Field(other) => {
                    is_bare(&other.node)
                        && other.node.response_key().node == field.response_key().node
                }
                _ => false,
            })
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{
        Name,
        parser::{parse_query, parse_schema},
    };

    use super::flatten;
    use crate::document::Types;

    #[test]
    fn only_fragments_that_are_still_spread_are_kept() {
        let types = parse_schema("type Query { a: Query b: String }").expect("a schema");
        let document = parse_query(
            "query($v: Boolean!) { ...F a { ...G @include(if: $v) } }
            fragment F on Query { b } fragment G on Query { a { ...H } } fragment H on Query { b }",
        );
        let flat = flatten(&document.expect("a document"), &Types::of(&types));
        let mut names: Vec<_> = flat.fragments.keys().collect();
        names.sort_unstable();
        assert_eq!(names, [&Name::new("G"), &Name::new("H")]);
    }
}
