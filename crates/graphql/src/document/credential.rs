//! Fields that check or set a credential (`@credential` in the schema). An operation may select at most one, so that one
//! request can guess at most one credential.

use std::collections::HashSet;

use async_graphql::{
    Name, ServerError,
    parser::types::{
        ExecutableDocument, OperationType, Selection, SelectionSet, ServiceDocument, TypeKind,
        TypeSystemDefinition,
    },
};

use super::{Document, Operation, limits::Limit};

/// The fields of `Mutation` marked with `@credential`.
pub(crate) struct Credentials(HashSet<Name>);

impl Credentials {
    /// Reads them from a schema.
    pub(crate) fn of(schema: &ServiceDocument) -> Self {
        let fields = schema.definitions.iter().filter_map(|definition| {
            let TypeSystemDefinition::Type(ty) = definition else {
                return None;
            };
            match &ty.node.kind {
                TypeKind::Object(object) if ty.node.name.node == "Mutation" => Some(&object.fields),
                _ => None,
            }
        });
        let marked = fields.flatten().filter(|field| {
            let mut directives = field.node.directives.iter();
            directives.any(|directive| directive.node.name.node == "credential")
        });
        Self(marked.map(|field| field.node.name.node.clone()).collect())
    }

    /// Whether an operation selects one of them.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` when it selects more than one. Aliases, fragments and fields that a directive would skip count.
    pub(crate) fn check(
        &self,
        document: &Document,
        operation: Operation<'_>,
    ) -> Result<bool, ServerError> {
        let operation = &operation.definition.node;
        if operation.ty != OperationType::Mutation {
            return Ok(false);
        }
        let count = self.count(&document.parsed, &operation.selection_set.node);
        let limit = Limit {
            name: "credentials",
            counted: "fields that check or set a credential in one operation",
            maximum: 1,
        };
        limit.check(count).map(|()| count > 0)
    }

    /// The number of marked fields in a selection set. The work is bounded by the limit on fields, which counts each spread
    /// of a fragment.
    fn count(&self, document: &ExecutableDocument, set: &SelectionSet) -> u64 {
        let items = set.items.iter().map(|item| match &item.node {
            Selection::Field(field) => u64::from(self.0.contains(&field.node.name.node)),
            Selection::InlineFragment(fragment) => {
                self.count(document, &fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.node.fragment_name.node);
                fragment.map_or(0, |fragment| {
                    self.count(document, &fragment.node.selection_set.node)
                })
            }
        });
        items.sum()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use async_graphql::parser::{
        parse_schema,
        types::{BaseType, ServiceDocument, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
    };

    use super::Credentials;
    use crate::{Limits, document::Document, schema::sdl};

    fn schema() -> ServiceDocument {
        parse_schema(sdl()).expect("a valid SDL")
    }

    fn check(document: &str) -> Option<bool> {
        let document = Document::parse(document, &Limits::default()).expect("a document");
        let operation = document.operation(None).expect("one operation");
        let checked = Credentials::of(&schema()).check(&document, operation);
        match checked {
            Ok(selects_one) => Some(selects_one),
            Err(error) => {
                let extensions = error.extensions.expect("extensions");
                assert_eq!(extensions.get("limit"), Some(&"credentials".into()));
                None
            }
        }
    }

    #[test]
    fn an_operation_selects_one_credential_at_most_whatever_its_form() {
        for (document, expected) in [
            ("{ viewer { user { id } } }", Some(false)),
            ("mutation { signOut { signedOut } }", Some(false)),
            ("mutation { signIn { user { id } } }", Some(true)),
            (
                "mutation { signIn { user { id } } signOut { signedOut } }",
                Some(true),
            ),
            (
                "mutation { ...F } fragment F on Mutation { signIn { user { id } } }",
                Some(true),
            ),
            ("mutation { a: signIn { b } c: signIn { b } }", None),
            ("mutation { signIn { b } signIn { b } }", None),
            ("mutation { signIn { b } refreshSession { b } }", None),
            (
                "mutation { signIn { b } ... on Mutation { ... { signUp { b } } } }",
                None,
            ),
            (
                "mutation { signIn { b } ...F } fragment F on Mutation { acceptInvitation { b } }",
                None,
            ),
            (
                "mutation { ...F ...F } fragment F on Mutation { signIn { b } }",
                None,
            ),
            (
                "mutation { signIn { b } c: signIn @skip(if: true) { b } }",
                None,
            ),
        ] {
            assert_eq!(check(document), expected, "{document}");
        }
    }

    /// Names of input fields that hold a credential.
    const SECRET: [&str; 5] = ["password", "token", "secret", "passkey", "otp"];

    fn named(ty: &Type) -> &str {
        match &ty.base {
            BaseType::Named(name) => name,
            BaseType::List(item) => named(item),
        }
    }

    fn takes_secret<'a>(
        types: &HashMap<&str, &'a TypeDefinition>,
        ty: &'a Type,
        seen: &mut HashSet<&'a str>,
    ) -> bool {
        let name = named(ty);
        if !seen.insert(name) {
            return false;
        }
        let Some(TypeKind::InputObject(input)) = types.get(name).map(|ty| &ty.kind) else {
            return false;
        };
        input.fields.iter().any(|field| {
            let name = field.node.name.node.to_lowercase();
            SECRET.iter().any(|secret| name.contains(secret))
                || takes_secret(types, &field.node.ty.node, seen)
        })
    }

    #[test]
    fn every_mutation_that_takes_a_credential_is_marked_and_no_other() {
        let schema = schema();
        let types: HashMap<_, _> = schema
            .definitions
            .iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.as_str(), &ty.node)),
                _ => None,
            })
            .collect();
        let TypeKind::Object(mutation) = &types["Mutation"].kind else {
            panic!("Mutation is an object");
        };
        let taking = mutation.fields.iter().filter(|field| {
            field.node.arguments.iter().any(|argument| {
                let name = argument.node.name.node.to_lowercase();
                SECRET.iter().any(|secret| name.contains(secret))
                    || takes_secret(&types, &argument.node.ty.node, &mut HashSet::new())
            })
        });
        let taking: HashSet<_> = taking.map(|field| field.node.name.node.clone()).collect();
        assert!(taking.len() >= 4, "{taking:?}");
        assert_eq!(Credentials::of(&schema).0, taking);
    }
}
