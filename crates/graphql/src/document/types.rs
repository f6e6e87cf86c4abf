//! What the schema says of its types, as far as a document is held against it before it runs: what a field answers and
//! weighs, and what arguments take. Read out of the SDL, so that clients and server know the same.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned, Value,
    parser::types::{
        BaseType, ConstDirective, FieldDefinition, InputValueDefinition, OperationType,
        ServiceDocument, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
    },
};

/// What a field of `Mutation` weighs, where the schema does not say: a transaction, and a fresh snapshot after it.
const MUTATION: u64 = 10;

/// The scalars that GraphQL itself has, which no schema defines (section 3.5).
const SCALARS: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

/// The types of a schema.
pub(crate) struct Types {
    /// Objects and interfaces.
    outputs: HashMap<Name, HashMap<Name, OutputField>>,
    objects: HashSet<Name>,
    inputs: HashMap<Name, InputType>,
    directives: HashMap<Name, InputFields>,
}

/// A field that can be selected.
pub(super) struct OutputField {
    /// In points of cost, once.
    pub(super) weight: u64,
    /// The type that it answers, where that has fields.
    pub(super) of: Option<Name>,
    pub(super) is_list: bool,
    pub(super) arguments: InputFields,
}

/// A type that an argument or a variable can have.
pub(super) enum InputType {
    Scalar,
    Enum(HashSet<Name>),
    Object {
        fields: InputFields,
        /// Exactly one field is given, and is not null.
        one_of: bool,
    },
}

/// Arguments, or the fields of an input object.
pub(super) type InputFields = HashMap<Name, InputField>;

pub(super) struct InputField {
    pub(super) ty: Type,
    pub(super) has_default: bool,
}

impl Types {
    /// Those of a schema.
    pub(crate) fn of(schema: &ServiceDocument) -> Self {
        let (mut types, mut directives) = (Vec::new(), HashMap::new());
        for definition in &schema.definitions {
            match definition {
                TypeSystemDefinition::Type(ty) => types.push(&ty.node),
                TypeSystemDefinition::Directive(directive) => {
                    let arguments = input_fields(&directive.node.arguments);
                    directives.insert(directive.node.name.node.clone(), arguments);
                }
                TypeSystemDefinition::Schema(_) => {}
            }
        }
        let composite: HashMap<_, _> = types
            .iter()
            .filter_map(|ty| Some((&ty.name.node, selectable(ty)?)))
            .collect();
        let outputs = composite.iter().map(|(name, fields)| {
            let field = |field: &FieldDefinition| {
                OutputField::of(name, field, |of| composite.contains_key(of))
            };
            let fields = fields
                .iter()
                .map(|one| (one.node.name.node.clone(), field(&one.node)));
            (Name::clone(name), fields.collect())
        });
        let objects = types
            .iter()
            .filter(|ty| matches!(ty.kind, TypeKind::Object(_)))
            .map(|ty| ty.name.node.clone());
        let scalars = SCALARS.map(|name| (Name::new(name), InputType::Scalar));
        let inputs = types
            .iter()
            .filter_map(|ty| Some((ty.name.node.clone(), InputType::of(ty)?)));
        Self {
            outputs: outputs.collect(),
            objects: objects.collect(),
            inputs: inputs.chain(scalars).collect(),
            directives,
        }
    }

    /// A field of an object or an interface; none for introspection, which has a limit of its own.
    pub(super) fn field(&self, ty: &str, name: &str) -> Option<&OutputField> {
        self.outputs.get(ty)?.get(name)
    }

    /// Whether it is the type of objects, not one that several have in common.
    pub(super) fn is_object(&self, ty: &str) -> bool {
        self.objects.contains(ty)
    }

    pub(super) fn input(&self, name: &str) -> Option<&InputType> {
        self.inputs.get(name)
    }

    /// What a directive takes.
    pub(super) fn directive(&self, name: &str) -> Option<&InputFields> {
        self.directives.get(name)
    }
}

impl OutputField {
    fn of(parent: &Name, field: &FieldDefinition, is_composite: impl Fn(&Name) -> bool) -> Self {
        let (name, is_list) = named(&field.ty.node);
        let of = is_composite(name).then(|| name.clone());
        let given = directive(&field.directives, "cost").and_then(|cost| {
            match &cost.get_argument("weight")?.node {
                Value::String(weight) => weight.parse().ok(),
                _ => None,
            }
        });
        let usual = match (&of, parent.as_str()) {
            (_, "Mutation") => MUTATION,
            (Some(_), _) => 1,
            (None, _) => 0,
        };
        Self {
            weight: given.unwrap_or(usual),
            of,
            is_list,
            arguments: input_fields(&field.arguments),
        }
    }
}

impl InputType {
    fn of(ty: &TypeDefinition) -> Option<Self> {
        match &ty.kind {
            TypeKind::Scalar => Some(Self::Scalar),
            TypeKind::Enum(of) => {
                let values = of.values.iter();
                let values = values.map(|one| one.node.value.node.clone());
                Some(Self::Enum(values.collect()))
            }
            TypeKind::InputObject(of) => Some(Self::Object {
                fields: input_fields(&of.fields),
                one_of: directive(&ty.directives, "oneOf").is_some(),
            }),
            TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_) => None,
        }
    }
}

/// The fields that a selection on this type can name, if it takes one.
fn selectable(ty: &TypeDefinition) -> Option<&[Positioned<FieldDefinition>]> {
    match &ty.kind {
        TypeKind::Object(ty) => Some(&ty.fields),
        TypeKind::Interface(ty) => Some(&ty.fields),
        _ => None,
    }
}

fn input_fields(definitions: &[Positioned<InputValueDefinition>]) -> InputFields {
    let fields = definitions.iter().map(|definition| {
        let field = InputField {
            ty: definition.node.ty.node.clone(),
            has_default: definition.node.default_value.is_some(),
        };
        (definition.node.name.node.clone(), field)
    });
    fields.collect()
}

fn directive<'a>(
    directives: &'a [Positioned<ConstDirective>],
    name: &str,
) -> Option<&'a ConstDirective> {
    let mut directives = directives.iter().map(|one| &one.node);
    directives.find(|one| one.name.node == name)
}

/// The type that an operation selects from.
pub(super) fn root(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

fn named(ty: &Type) -> (&Name, bool) {
    match &ty.base {
        BaseType::Named(name) => (name, false),
        BaseType::List(item) => (named(item).0, true),
    }
}
