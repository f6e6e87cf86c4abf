//! The schema by introspection: its lists, and each field of what they list as a selection of its own.

use std::collections::{BTreeMap, BTreeSet};

use outlay_tests::{Answer, Client};
use serde_json::{Value, json};

/// What `spending` is grouped by, so that each field of a row has a value.
const SPENDING: &str = "spending(groupBy: [DEPARTMENT, CATEGORY, MEMBER, MERCHANT, MONTH], first: ";

/// The object types of the schema.
pub struct Schema {
    types: BTreeMap<String, Value>,
}

/// A type without its modifiers.
struct Bare<'a> {
    kind: &'a str,
    name: &'a str,
}

impl Schema {
    pub async fn read(client: &Client) -> Self {
        let ty = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
        let query = format!(
            "{{ __schema {{ types {{ name interfaces {{ name }} fields {{ name args {{ name }} type {{ {ty} }} }} }} }} }}"
        );
        let answer = client.run(&query, json!({})).await;
        let types = answer.data("__schema.types");
        let types = types.as_array().expect("types").iter();
        Self {
            types: types
                .map(|ty| (text(&ty["name"]).to_owned(), ty.clone()))
                .collect(),
        }
    }

    /// The types that have a global id.
    pub fn nouns(&self) -> BTreeSet<String> {
        let names = self.types.keys().filter(|name| self.is_noun(name));
        names.cloned().collect()
    }

    fn is_noun(&self, ty: &str) -> bool {
        let interfaces = self.types[ty]["interfaces"].as_array();
        let mut interfaces = interfaces.into_iter().flatten();
        interfaces.any(|interface| interface["name"] == "Node")
    }

    fn fields(&self, ty: &str) -> &[Value] {
        self.types[ty]["fields"].as_array().expect("an object")
    }

    /// The field of `Query` that shows one object of this type by its id.
    pub fn root(&self, ty: &str) -> Option<&str> {
        let mut fields = self.fields("Query").iter();
        let field = fields
            .find(|field| bare(field).name == ty && field["args"] == json!([{ "name": "id" }]));
        field.map(|field| text(&field["name"]))
    }

    /// Every list that is reached from `Query` without an object of a noun, and the rows of `spending`.
    pub fn lists(&self) -> Vec<List> {
        let mut lists = vec![List {
            steps: vec!["spending".to_owned()],
            call: SPENDING.to_owned(),
            ty: "Spending".to_owned(),
            node: "SpendingRow".to_owned(),
        }];
        self.find_lists("Query", &[], &mut lists);
        lists
    }

    fn find_lists(&self, ty: &str, steps: &[String], lists: &mut Vec<List>) {
        for field in self.fields(ty) {
            let (name, Bare { kind, name: inner }) = (text(&field["name"]), bare(field));
            let steps = [steps, &[name.to_owned()]].concat();
            if let Some(node) = inner.strip_suffix("Connection") {
                lists.push(List {
                    call: format!("{name}(first: "),
                    ty: inner.to_owned(),
                    node: node.to_owned(),
                    steps,
                });
            } else if kind == "OBJECT" && field["args"] == json!([]) && !self.is_noun(inner) {
                self.find_lists(inner, &steps, lists);
            }
        }
    }

    /// Each field of `ty`, and of the objects in it up to so many nouns away; an object is selected with all its scalars,
    /// and with each of its fields alone.
    pub fn selections(&self, ty: &str, nouns: usize) -> Vec<Selection> {
        let fields = self.fields(ty).iter();
        let mut selections: Vec<_> = fields
            .flat_map(|field| self.selections_of_field(ty, field, nouns))
            .collect();
        selections.push(Selection::leaf("__typename", ""));
        selections
    }

    fn selections_of_field(&self, ty: &str, field: &Value, nouns: usize) -> Vec<Selection> {
        let (name, Bare { kind, name: inner }) = (text(&field["name"]), bare(field));
        let arguments = arguments(ty, field);
        let own = [format!("{ty}.{name}")];
        let selection = |fields: String, inside: &[String]| Selection {
            field: name.to_owned(),
            arguments: arguments.to_owned(),
            fields,
            passes: [&own, inside].concat(),
        };
        if kind != "OBJECT" {
            return vec![selection(String::new(), &[])];
        }
        let (open, close, object) = match inner.strip_suffix("Connection") {
            Some(node) => (" { nodes { ", " } }", node),
            None => (" { ", " }", inner),
        };
        let nouns = match (self.is_noun(object), nouns) {
            (true, 0) => return Vec::new(),
            (true, nouns) => nouns - 1,
            (false, nouns) => nouns,
        };
        let each = self.selections(object, nouns);
        let scalars = each.iter().filter(|one| one.fields.is_empty());
        let scalars: Vec<_> = scalars.map(|one| one.field.as_str()).collect();
        let passes: Vec<_> = scalars
            .iter()
            .map(|scalar| format!("{object}.{scalar}"))
            .collect();
        let all = selection(format!("{open}{}{close}", scalars.join(" ")), &passes);
        let alone = each
            .iter()
            .map(|one| selection(format!("{open}{}{close}", one.plain()), &one.passes));
        alone.chain([all]).collect()
    }

    /// What a list has beside its rows.
    pub fn beside_rows(&self, list: &List) -> Vec<Selection> {
        let fields = self.fields(&list.ty).iter();
        fields
            .filter(|field| !["edges", "nodes", "rows"].contains(&text(&field["name"])))
            .flat_map(|field| self.selections_of_field(&list.ty, field, 0))
            .collect()
    }
}

fn arguments(ty: &str, field: &Value) -> &'static str {
    let arguments = field["args"].as_array().expect("arguments");
    let mut names = arguments.iter().map(|argument| text(&argument["name"]));
    if arguments.is_empty() {
        ""
    } else if names.any(|name| name == "first") {
        "(first: 5)"
    } else {
        panic!(
            "{ty}.{} has arguments that are not known here",
            field["name"]
        )
    }
}

fn bare(field: &Value) -> Bare<'_> {
    let mut ty = &field["type"];
    while !ty["ofType"].is_null() {
        ty = &ty["ofType"];
    }
    Bare {
        kind: text(&ty["kind"]),
        name: text(&ty["name"]),
    }
}

/// The name of a type or field as the database would spell it.
pub fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

/// A list of the schema.
#[derive(Clone)]
pub struct List {
    /// The fields that lead to it from `Query`, itself included.
    pub steps: Vec<String>,
    /// Its field with its arguments, up to the number of rows.
    call: String,
    /// The type of the list.
    pub ty: String,
    /// The type of its rows.
    pub node: String,
}

impl List {
    pub fn name(&self) -> &str {
        self.steps.last().expect("a step")
    }

    /// The field that holds its rows without cursors.
    pub fn rows_field(&self) -> &'static str {
        if self.is_connection() {
            "nodes"
        } else {
            "rows"
        }
    }

    pub fn is_connection(&self) -> bool {
        self.ty.ends_with("Connection")
    }

    /// A document that selects `body` of its first rows.
    pub fn document(&self, first: usize, body: &str) -> String {
        let (before, _) = self.steps.split_at(self.steps.len() - 1);
        let field = format!("{}{first}) {{ {body} }}", self.call);
        let nested = before
            .iter()
            .rev()
            .fold(field, |inner, step| format!("{step} {{ {inner} }}"));
        format!("{{ {nested} }}")
    }

    /// The rows in the answer to such a document.
    pub fn rows(&self, answer: &Answer, field: &str) -> Value {
        answer.data(&format!("{}.{field}", self.steps.join(".")))
    }
}

/// One field, with one selection inside it.
#[derive(Debug, Clone)]
pub struct Selection {
    pub field: String,
    arguments: String,
    fields: String,
    /// The fields that it selects, as `Type.field`.
    pub passes: Vec<String>,
}

impl Selection {
    fn leaf(field: &str, arguments: &str) -> Self {
        Self {
            field: field.to_owned(),
            arguments: arguments.to_owned(),
            fields: String::new(),
            passes: Vec::new(),
        }
    }

    pub fn plain(&self) -> String {
        self.with("")
    }

    pub fn with(&self, directive: &str) -> String {
        let Self {
            field,
            arguments,
            fields,
            ..
        } = self;
        format!("{field}{arguments}{directive}{fields}")
    }
}
