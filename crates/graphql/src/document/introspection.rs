//! The cost of introspection. Its response is known before execution, because it is the schema: the values are counted
//! exactly, each selection set once for each type.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{
        BaseType, ExecutableDocument, FieldDefinition, InputValueDefinition, Selection,
        SelectionSet, ServiceDocument, Type, TypeKind, TypeSystemDefinition,
    },
};

/// The weight of each introspection field, in hundredths of a point. It takes no database access.
const VALUE: u64 = 5;

/// The parts of a schema that introspection returns.
pub(super) struct Introspected {
    types: HashMap<Name, NamedType>,
    /// The types of the arguments of each directive.
    directives: Vec<Vec<Type>>,
}

#[derive(Default)]
struct NamedType {
    fields: Vec<TypeField>,
    /// The types of the input fields.
    inputs: Vec<Type>,
    enum_values: usize,
    interfaces: Vec<Name>,
    possible_types: Vec<Name>,
}

struct TypeField {
    ty: Type,
    arguments: Vec<Type>,
}

/// An object of the introspection schema.
#[derive(Clone, Copy)]
enum Node<'a> {
    Schema,
    Named(&'a Name),
    /// A list type, or a non-null type unless `is_inner`.
    Wrapper {
        ty: &'a Type,
        is_inner: bool,
    },
    Field(&'a TypeField),
    InputValue(&'a Type),
    EnumValue,
    Directive(&'a [Type]),
}

impl Introspected {
    pub(super) fn of(schema: &ServiceDocument) -> Self {
        let mut types: HashMap<Name, NamedType> = HashMap::new();
        let mut directives = Vec::new();
        for definition in &schema.definitions {
            match definition {
                TypeSystemDefinition::Type(ty) => {
                    let name = &ty.node.name.node;
                    let described = NamedType::of(&ty.node.kind);
                    for interface in &described.interfaces {
                        let interface = types.entry(interface.clone()).or_default();
                        interface.possible_types.push(name.clone());
                    }
                    let possible_types = types.remove(name).unwrap_or_default().possible_types;
                    let described = NamedType {
                        possible_types,
                        ..described
                    };
                    types.insert(name.clone(), described);
                }
                TypeSystemDefinition::Directive(directive) => {
                    directives.push(input_types(&directive.node.arguments));
                }
                TypeSystemDefinition::Schema(_) => {}
            }
        }
        Self { types, directives }
    }

    /// The cost of a selection on `__schema`, in hundredths of a point.
    pub(super) fn schema(&self, set: &SelectionSet, document: &ExecutableDocument) -> u64 {
        self.cost(Node::Schema, set, document)
    }

    /// The cost of a selection on `__type(name:)`, in hundredths of a point.
    pub(super) fn ty(&self, name: &Name, set: &SelectionSet, document: &ExecutableDocument) -> u64 {
        self.cost(Node::Named(name), set, document)
    }

    fn cost(&self, node: Node<'_>, set: &SelectionSet, document: &ExecutableDocument) -> u64 {
        let mut count = Count {
            schema: self,
            document,
            counted: HashMap::new(),
        };
        count.node(node, set).saturating_mul(VALUE)
    }

    /// The objects that a field of an object returns; empty when it returns a scalar value.
    fn children<'a>(&'a self, node: Node<'a>, field: &str) -> Vec<Node<'a>> {
        let inputs = |types: &'a [Type]| types.iter().map(Node::InputValue).collect();
        let named = |names: &'a [Name]| names.iter().map(Node::Named).collect();
        match (node, field) {
            (Node::Schema, "types") => self.types.keys().map(Node::Named).collect(),
            (Node::Schema, "directives") => {
                let directives = self.directives.iter();
                directives.map(|types| Node::Directive(types)).collect()
            }
            (Node::Schema, _) => {
                let root = match field {
                    "queryType" => "Query",
                    "mutationType" => "Mutation",
                    "subscriptionType" => "Subscription",
                    _ => return Vec::new(),
                };
                let root = self.types.get_key_value(root);
                root.map(|(name, _)| Node::Named(name))
                    .into_iter()
                    .collect()
            }
            (Node::Named(name), _) => {
                let Some(ty) = self.types.get(name) else {
                    return Vec::new();
                };
                match field {
                    "fields" => ty.fields.iter().map(Node::Field).collect(),
                    "inputFields" => inputs(&ty.inputs),
                    "enumValues" => vec![Node::EnumValue; ty.enum_values],
                    "interfaces" => named(&ty.interfaces),
                    "possibleTypes" => named(&ty.possible_types),
                    _ => Vec::new(),
                }
            }
            (Node::Wrapper { ty, is_inner }, "ofType") => match &ty.base {
                BaseType::List(item) if ty.nullable || is_inner => vec![Node::reference(item)],
                BaseType::Named(name) => vec![Node::Named(name)],
                BaseType::List(_) => vec![Node::Wrapper { ty, is_inner: true }],
            },
            (Node::Field(field), "type") => vec![Node::reference(&field.ty)],
            (Node::InputValue(ty), "type") => vec![Node::reference(ty)],
            (Node::Field(field), "args") => inputs(&field.arguments),
            (Node::Directive(arguments), "args") => inputs(arguments),
            (
                Node::Wrapper { .. }
                | Node::Field(_)
                | Node::InputValue(_)
                | Node::EnumValue
                | Node::Directive(_),
                _,
            ) => Vec::new(),
        }
    }
}

impl NamedType {
    fn of(kind: &TypeKind) -> Self {
        let names = |names: &[Positioned<Name>]| names.iter().map(|one| one.node.clone()).collect();
        match kind {
            TypeKind::Object(ty) => Self {
                fields: fields(&ty.fields),
                interfaces: names(&ty.implements),
                ..Self::default()
            },
            TypeKind::Interface(ty) => Self {
                fields: fields(&ty.fields),
                interfaces: names(&ty.implements),
                ..Self::default()
            },
            TypeKind::Union(ty) => Self {
                possible_types: names(&ty.members),
                ..Self::default()
            },
            TypeKind::Enum(ty) => Self {
                enum_values: ty.values.len(),
                ..Self::default()
            },
            TypeKind::InputObject(ty) => Self {
                inputs: input_types(&ty.fields),
                ..Self::default()
            },
            TypeKind::Scalar => Self::default(),
        }
    }
}

fn fields(definitions: &[Positioned<FieldDefinition>]) -> Vec<TypeField> {
    let fields = definitions.iter().map(|field| TypeField {
        ty: field.node.ty.node.clone(),
        arguments: input_types(&field.node.arguments),
    });
    fields.collect()
}

fn input_types(definitions: &[Positioned<InputValueDefinition>]) -> Vec<Type> {
    let types = definitions.iter().map(|input| input.node.ty.node.clone());
    types.collect()
}

impl<'a> Node<'a> {
    fn reference(ty: &'a Type) -> Self {
        match &ty.base {
            BaseType::Named(name) if ty.nullable => Self::Named(name),
            BaseType::Named(_) | BaseType::List(_) => Self::Wrapper {
                ty,
                is_inner: false,
            },
        }
    }
}

/// Counts the values of a response.
struct Count<'a> {
    schema: &'a Introspected,
    document: &'a ExecutableDocument,
    /// The number of values of a selection set on a named type. Types refer to each other; without this memo, counting
    /// would take time proportional to the size of the response.
    counted: HashMap<(*const SelectionSet, &'a Name), u64>,
}

impl<'a> Count<'a> {
    fn node(&mut self, node: Node<'a>, set: &SelectionSet) -> u64 {
        let Node::Named(name) = node else {
            return self.set(node, set);
        };
        let key = (std::ptr::from_ref(set), name);
        if let Some(known) = self.counted.get(&key) {
            return *known;
        }
        let count = self.set(node, set);
        self.counted.insert(key, count);
        count
    }

    /// Counts the object itself and its selected fields.
    fn set(&mut self, node: Node<'a>, set: &SelectionSet) -> u64 {
        set.items.iter().fold(1, |count, item| {
            let values = match &item.node {
                Selection::Field(field) => {
                    let set = &field.node.selection_set.node;
                    let children = self.schema.children(node, &field.node.name.node);
                    let children = children.into_iter().map(|child| self.node(child, set));
                    children.fold(1, u64::saturating_add)
                }
                Selection::InlineFragment(fragment) => {
                    self.set(node, &fragment.node.selection_set.node)
                }
                Selection::FragmentSpread(spread) => {
                    let document = self.document;
                    let name = &spread.node.fragment_name.node;
                    let fragment = document.fragments.get(name);
                    fragment.map_or(0, |fragment| {
                        self.set(node, &fragment.node.selection_set.node)
                    })
                }
            };
            count.saturating_add(values)
        })
    }
}
