//! The size of a document, with each fragment counted at each spread. Validation and execution follow spreads: forty
//! fragments that each spread the next one twice would take them practically forever. This module visits each fragment once.

use std::collections::HashMap;

use async_graphql::{
    Name, ServerError,
    parser::types::{ExecutableDocument, Field, FragmentSpread, Selection, SelectionSet},
};
use outlay_domain::ErrorCode;

use super::limits::{Limit, Limits};
use crate::error::refusal;

/// List fields of the introspection schema that lead from types to types. Three levels reach everything; each further
/// level multiplies the size of the response.
const TYPE_LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];
const MAX_TYPE_LISTS: u64 = 3;

/// The maximum number of `__schema` selections: one returns the whole schema.
const MAX_SCHEMAS: u64 = 1;

/// The size of a selection set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    depth: u64,
    /// The number of fields on the first level.
    width: u64,
    fields: u64,
    aliases: u64,
    directives: u64,
    /// The number of nested [`TYPE_LISTS`].
    type_lists: u64,
    /// The number of `__schema` selections in one operation.
    schemas: u64,
    pub(super) introspects: bool,
}

impl Extent {
    /// The size of a whole document. It includes all operations, because all of them are validated.
    pub(super) fn of(document: &ExecutableDocument) -> Result<Self, ServerError> {
        let mut fragments = Fragments {
            document,
            measured: HashMap::new(),
        };
        let mut whole = Self::default();
        for (_, operation) in document.operations.iter() {
            let selected = fragments.set(&operation.node.selection_set.node)?;
            let width = whole.width.max(selected.width);
            let schemas = whole.schemas.max(selected.schemas);
            whole = Self {
                width,
                schemas,
                ..whole.beside(selected)
            };
        }
        Ok(whole)
    }

    pub(super) fn check(&self, limits: &Limits) -> Result<(), ServerError> {
        let limit = |name, counted, maximum| Limit {
            name,
            counted,
            maximum,
        };
        limit("depth", "levels of fields", limits.depth).check(self.depth)?;
        limit("fields", "fields", limits.fields).check(self.fields)?;
        limit("rootFields", "root fields", limits.root_fields).check(self.width)?;
        limit("aliases", "aliases", limits.aliases).check(self.aliases)?;
        limit("directives", "directives", limits.directives).check(self.directives)?;
        let counted = "lists of types inside each other";
        limit("introspection", counted, MAX_TYPE_LISTS).check(self.type_lists)?;
        limit("schemas", "selections of __schema", MAX_SCHEMAS).check(self.schemas)
    }

    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            width: self.width.saturating_add(other.width),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            type_lists: self.type_lists.max(other.type_lists),
            schemas: self.schemas.saturating_add(other.schemas),
            introspects: self.introspects || other.introspects,
        }
    }

    fn under(self, field: &Field) -> Self {
        let name = field.name.node.as_str();
        let begins = matches!(name, "__schema" | "__type");
        let is_list = TYPE_LISTS.contains(&name);
        Self {
            depth: self.depth.saturating_add(1),
            width: 1,
            fields: self.fields.saturating_add(1),
            aliases: self.aliases.saturating_add(field.alias.is_some().into()),
            directives: self
                .directives
                .saturating_add(field.directives.len() as u64),
            type_lists: self.type_lists.saturating_add(is_list.into()),
            schemas: self.schemas.saturating_add((name == "__schema").into()),
            introspects: self.introspects || begins,
        }
    }

    fn with_directives(self, count: usize) -> Self {
        Self {
            directives: self.directives.saturating_add(count as u64),
            ..self
        }
    }
}

struct Fragments<'a> {
    document: &'a ExecutableDocument,
    /// The sizes of fragments; `None` while a fragment is being measured.
    measured: HashMap<&'a Name, Option<Extent>>,
}

impl<'a> Fragments<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Result<Extent, ServerError> {
        let mut whole = Extent::default();
        for item in &set.items {
            let one = match &item.node {
                Selection::Field(field) => {
                    let inner = self.set(&field.node.selection_set.node)?;
                    inner.under(&field.node)
                }
                Selection::InlineFragment(fragment) => {
                    let inner = self.set(&fragment.node.selection_set.node)?;
                    inner.with_directives(fragment.node.directives.len())
                }
                Selection::FragmentSpread(spread) => {
                    let inner = self.spread(&spread.node)?;
                    inner.with_directives(spread.node.directives.len())
                }
            };
            whole = whole.beside(one);
        }
        Ok(whole)
    }

    fn spread(&mut self, spread: &'a FragmentSpread) -> Result<Extent, ServerError> {
        let name = &spread.fragment_name.node;
        match self.measured.get(name) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => {
                let message = format!("The fragment {name} spreads itself.");
                return Err(refusal(ErrorCode::Invalid, message));
            }
            None => {}
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            // Validation reports the unknown fragment. It counts as a field, so that the number of such spreads is bounded too.
            return Ok(Extent {
                fields: 1,
                ..Extent::default()
            });
        };
        self.measured.insert(name, None);
        let extent = self.set(&fragment.node.selection_set.node)?;
        self.measured.insert(name, Some(extent));
        Ok(extent)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::Extent;

    fn extent(document: &str) -> Extent {
        let document = parse_query(document).expect("a document");
        Extent::of(&document).expect("no cycle")
    }

    #[test]
    fn fragments_count_where_they_are_spread() {
        let spread = extent("{ ...A ...A @x } fragment A on Q { ... on Q @y { b: a { c } d } }");
        let expected = Extent {
            depth: 2,
            width: 4,
            fields: 6,
            aliases: 2,
            directives: 3,
            ..Extent::default()
        };
        assert_eq!(spread, expected);
    }

    #[test]
    fn operations_are_wide_one_by_one_and_large_together() {
        let both = extent("query A { a b } query B { c { d } }");
        assert_eq!((both.width, both.fields, both.depth), (2, 4, 2));
    }

    #[test]
    fn a_bomb_of_fragments_is_measured_without_going_off() {
        let fragments = (1..100).map(|to| {
            let from = to - 1;
            format!("fragment F{from} on Q {{ ...F{to} ...F{to} }}")
        });
        let fragments: Vec<_> = fragments.collect();
        let bomb = format!(
            "{{ ...F0 }} fragment F99 on Q {{ a }} {}",
            fragments.join(" ")
        );
        assert_eq!(extent(&bomb).fields, u64::MAX);
        let unknown = bomb.replace("fragment F99 on Q { a }", "");
        assert_eq!(extent(&unknown).fields, u64::MAX);
    }

    #[test]
    fn a_fragment_that_spreads_itself_is_named() {
        let cycle = "{ ...A } fragment A on Q { b { ...C } } fragment C on Q { ...A }";
        let document = parse_query(cycle).expect("a document");
        let error = Extent::of(&document).expect_err("a cycle");
        assert_eq!(error.message, "The fragment A spreads itself.");
    }

    #[test]
    fn introspection_is_seen() {
        let deep = extent("{ __schema { types { fields { type { fields { name } } } } } }");
        assert_eq!((deep.introspects, deep.type_lists), (true, 2));
        assert!(!extent("{ __typename }").introspects);
        let spread = extent(
            "{ a: __schema { description } ...B } fragment B on Query { __schema { description } }",
        );
        assert_eq!(spread.schemas, 2);
        let operations =
            "query A { __schema { description } } query B { __schema { description } }";
        assert_eq!(extent(operations).schemas, 1);
    }
}
