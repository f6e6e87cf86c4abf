//! The types of the schema that the checks before execution need: the types and weights of fields, and the types of
//! arguments. They are read from the SDL, so that clients and server use the same information.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned, Value,
    parser::types::{
        BaseType, ConstDirective, FieldDefinition, InputValueDefinition, OperationType,
        ServiceDocument, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
    },
};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::introspection::Introspected;

/// One point of cost. Costs are computed in hundredths of a point.
pub(super) const POINT: u64 = 100;

/// The weight of a field of `Mutation` without `@cost`: it takes a transaction, and then a new snapshot.
const MUTATION: u64 = 10 * POINT;

/// The weight of a field that returns an object, without `@cost`.
const OBJECT: u64 = POINT;

/// The weight of a field that returns a scalar or an enum, without `@cost`: it takes no work, but space in the response.
pub(super) const VALUE: u64 = POINT / 10;

/// The built-in scalars of GraphQL (section 3.5), which the SDL does not define.
const SCALARS: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

/// The types of a schema.
pub(crate) struct Types {
    /// Objects and interfaces.
    outputs: HashMap<Name, HashMap<Name, OutputField>>,
    objects: HashSet<Name>,
    inputs: HashMap<Name, InputType>,
    directives: HashMap<Name, InputFields>,
    introspected: Introspected,
}

/// A field of an object or an interface.
pub(super) struct OutputField {
    /// The cost of resolving the field once, in hundredths of a point.
    pub(super) weight: u64,
    /// The type of the field; `None` for scalars and enums.
    pub(super) of: Option<Name>,
    pub(super) is_list: bool,
    /// `@listSize`: the maximum number of items in this list, or in the lists directly in this object.
    pub(super) list_size: Option<u64>,
    pub(super) arguments: InputFields,
}

/// A type of arguments and variables.
pub(super) enum InputType {
    Scalar,
    Enum(HashSet<Name>),
    Object {
        fields: InputFields,
        /// Whether exactly one field must be set, and not to null.
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
    /// Reads the types of a schema.
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
        let sizes: HashMap<_, _> = types
            .iter()
            .filter_map(|ty| Some((&ty.name.node, list_size(&ty.directives)?)))
            .collect();
        let outputs = composite.iter().map(|(name, fields)| {
            let field = |field: &FieldDefinition| {
                let mut output = OutputField::of(name, field, |of| composite.contains_key(of));
                if output.is_list && output.list_size.is_none() {
                    let of = output.of.as_ref();
                    output.list_size = of.and_then(|of| sizes.get(of).copied());
                }
                output
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
            introspected: Introspected::of(schema),
        }
    }

    /// The parts of the schema that introspection returns.
    pub(super) fn introspected(&self) -> &Introspected {
        &self.introspected
    }

    /// A field of an object or an interface; `None` for introspection fields and unknown fields.
    pub(super) fn field(&self, ty: &str, name: &str) -> Option<&OutputField> {
        self.outputs.get(ty)?.get(name)
    }

    /// Whether the type is an object type, not an interface.
    pub(super) fn is_object(&self, ty: &str) -> bool {
        self.objects.contains(ty)
    }

    pub(super) fn input(&self, name: &str) -> Option<&InputType> {
        self.inputs.get(name)
    }

    /// The arguments of a directive.
    pub(super) fn directive(&self, name: &str) -> Option<&InputFields> {
        self.directives.get(name)
    }
}

impl OutputField {
    fn of(parent: &Name, field: &FieldDefinition, is_composite: impl Fn(&Name) -> bool) -> Self {
        let (name, is_list) = named(&field.ty.node);
        let of = is_composite(name).then(|| name.clone());
        let usual = match (&of, parent.as_str()) {
            (_, "Mutation") => MUTATION,
            (Some(_), _) => OBJECT,
            (None, _) => VALUE,
        };
        Self {
            weight: weight(&field.directives).unwrap_or(usual),
            of,
            is_list,
            list_size: list_size(&field.directives),
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

/// The fields of an object or an interface type.
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

/// The weight of `@cost`, in hundredths of a point.
fn weight(directives: &[Positioned<ConstDirective>]) -> Option<u64> {
    let Value::String(weight) = &directive(directives, "cost")?.get_argument("weight")?.node else {
        return None;
    };
    let weight: Decimal = weight.parse().ok()?;
    (weight * Decimal::from(POINT)).to_u64()
}

/// The size of `@listSize`.
fn list_size(directives: &[Positioned<ConstDirective>]) -> Option<u64> {
    let size = directive(directives, "listSize")?.get_argument("assumedSize")?;
    match &size.node {
        Value::Number(size) => size.as_u64(),
        _ => None,
    }
}

/// The root type of an operation.
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
