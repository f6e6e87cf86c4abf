//! Variables without a value: the argument or input field that they stand for is absent, which is not null.

use outlay_tests::{Client, Org, Transport, expense};
use reqwest::{Method, multipart};
use serde_json::{Value, json};

/// An update, and what it can remove: each field with its type, and what shows that it is there.
struct Update {
    mutation: &'static str,
    noun: &'static str,
    fields: &'static [(&'static str, &'static str, &'static str)],
}

const EXPENSE: Update = Update {
    mutation: "updateExpense",
    noun: "expense",
    fields: &[
        ("reference", "String", "reference"),
        ("categoryId", "ID", "category { id }"),
        ("departmentId", "ID", "department { id }"),
        ("budgetId", "ID", "budget { id }"),
    ],
};

const DEPARTMENT: Update = Update {
    mutation: "updateDepartment",
    noun: "department",
    fields: &[
        ("parentId", "ID", "parent { id }"),
        ("headId", "ID", "head { id }"),
    ],
};

const MEMBER: Update = Update {
    mutation: "updateMember",
    noun: "member",
    fields: &[
        ("departmentId", "ID", "department { id }"),
        ("managerId", "ID", "manager { id }"),
        ("employeeId", "String", "employeeId"),
    ],
};

const ORGANIZATION: Update = Update {
    mutation: "updateOrganization",
    noun: "organization",
    fields: &[
        ("businessEmail", "String", "businessEmail"),
        ("businessPhone", "String", "businessPhone"),
        ("brandColor", "String", "brandColor"),
        ("logoUrl", "String", "logoUrl"),
    ],
};

impl Update {
    /// The mutation with a variable for each field, inside an input object of the document.
    fn document(&self, id: bool) -> String {
        let Self {
            mutation,
            noun,
            fields,
        } = self;
        let of = |one: fn(&(&str, &str, &str)) -> String| {
            let each: Vec<_> = fields.iter().map(one).collect();
            each.join(" ")
        };
        let declared = of(|(name, ty, _)| format!("${name}: {ty}"));
        let given = of(|(name, _, _)| format!("{name}: ${name}"));
        let shown = of(|(_, _, shown)| (*shown).to_owned());
        let (declared_id, given_id) = if id {
            ("$id: ID!", "id: $id")
        } else {
            ("", "")
        };
        format!(
            "mutation({declared_id} $version: Int! {declared}) {{
                {mutation}(input: {{ {given_id} version: $version {given} }}) {{
                    {noun} {{ version {shown} }} errors {{ code field message }} }} }}"
        )
    }

    /// Sets every field, leaves each out over every transport, removes them by null.
    async fn try_out(&self, client: &Client, id: Option<&str>, version: u64, values: Value) {
        let document = self.document(id.is_some());
        let path = format!("/data/{}/{}", self.mutation, self.noun);
        let variables = |version: u64, values: &Value| {
            let mut variables = values.clone();
            variables["version"] = version.into();
            if let Some(id) = id {
                variables["id"] = id.into();
            }
            variables
        };
        let done = |response: Value| {
            let mut row = response.pointer(&path).cloned().unwrap_or_default();
            assert!(row.is_object(), "{}: {response}", self.mutation);
            let version = row["version"].take().as_u64().expect("a version");
            (version, row)
        };
        let set = client
            .run(&document, variables(version, &values))
            .await
            .body;
        let (mut version, full) = done(set);
        for (name, _, shown) in self.fields {
            let shown = shown.split(' ').next().unwrap_or_default();
            assert!(!full[shown].is_null(), "{name} is set: {full}");
        }
        for transport in Transport::WRITING {
            // Spaces make it another document: new the first time, known the second.
            let document = format!("{document}{}", " ".repeat(transport as usize + 1));
            for time in ["first", "second"] {
                let variables = variables(version, &json!({}));
                let response = transport.run(client, &document, variables).await;
                let (next, row) = done(response);
                assert_eq!(row, full, "{} by {transport:?}, {time} time", self.mutation);
                version = next;
            }
        }
        let mut nulls = json!({});
        for (name, _, _) in self.fields {
            nulls[name] = Value::Null;
        }
        let removed = client.run(&document, variables(version, &nulls)).await;
        let (_, empty) = done(removed.body);
        let mut values = empty.as_object().expect("an object").values();
        assert!(values.all(Value::is_null), "{empty}");
    }
}

#[tokio::test]
async fn an_update_leaves_unchanged_what_has_no_value() {
    let org = Org::new().await;
    let owner = &org.owner;
    let viewer = owner.run("{ viewer { member { id } } }", json!({})).await;
    let manager = viewer.data("viewer.member.id");
    let (parent, department) = (
        org.department("Company").await,
        org.department("Sales").await,
    );
    let category = org.category("Travel").await;
    let account = org.account("Bank", "1000").await;
    let budget = org.budget(&department, &account, "500").await;
    let expense = org.expense("Rail", "12.50").await;
    let values = json!({
        "reference": "R-1", "categoryId": category, "departmentId": department, "budgetId": budget,
    });
    EXPENSE.try_out(owner, Some(&expense), 1, values).await;
    let values = json!({ "parentId": parent, "headId": manager });
    DEPARTMENT
        .try_out(owner, Some(&department), 1, values)
        .await;
    let member = org.member("MEMBER").await;
    let viewer = member
        .run("{ viewer { member { id version } } }", json!({}))
        .await;
    let (id, version) = (
        viewer.data("viewer.member.id"),
        viewer.data("viewer.member.version"),
    );
    let values = json!({ "departmentId": department, "managerId": manager, "employeeId": "E-1" });
    let (id, version) = (id.as_str(), version.as_u64().expect("a version"));
    MEMBER.try_out(owner, id, version, values).await;
    let values = json!({
        "businessEmail": "hello@example.org", "businessPhone": "+49 30 1234567",
        "brandColor": "#0a7f5c", "logoUrl": "https://example.org/logo.png",
    });
    ORGANIZATION.try_out(owner, None, 1, values).await;
}

#[tokio::test]
async fn an_update_of_one_field_leaves_the_others() {
    let org = Org::new().await;
    let department = org.department("Sales").await;
    let mut input = expense("Rail", "12.50");
    input["departmentId"] = json!(department);
    let id = org.make("createExpense", input, "expense").await;
    let document = "mutation($i: ID!, $v: Int!, $m: String, $d: ID) {
        updateExpense(input: {id: $i, version: $v, merchant: $m, departmentId: $d}) {
            expense { merchant department { id } } errors { code } } }";
    for (version, merchant) in [(1, "Bus"), (2, "Taxi")] {
        let variables = json!({ "i": id, "v": version, "m": merchant });
        let answer = org.owner.run(document, variables).await;
        let expected = json!({ "merchant": merchant, "department": { "id": department } });
        assert_eq!(
            answer.data("updateExpense.expense"),
            expected,
            "{}",
            answer.body
        );
    }
}

const IMPORT: &str = "mutation Run($file: Upload!, $mapping: ImportMappingInput!, $dry: Boolean, $create: Boolean) {
    importExpenses(input: { file: $file, mapping: $mapping, currencyCode: \"EUR\", dryRun: $dry, createMissing: $create }) {
        import { status } errors { code field message } } }";

async fn import(client: &Client, document: &str, more: Value) -> Value {
    let mut variables = json!({
        "file": null, "mapping": { "spentOn": "Date", "amount": "Amount", "merchant": "Who" },
    });
    let more = more.as_object().cloned().unwrap_or_default();
    variables.as_object_mut().expect("an object").extend(more);
    let operations = json!({ "query": document, "variables": variables }).to_string();
    let file = multipart::Part::text("Date,Amount,Who\n2026-01-05,10.00,Rail\n").file_name("a.csv");
    let form = multipart::Form::new()
        .text("operations", operations)
        .text("map", r#"{"0": ["variables.file"]}"#)
        .part("0", file);
    let request = client.request(Method::POST, "/graphql").multipart(form);
    let response = request
        .header("graphql-require-preflight", "1")
        .send()
        .await;
    response.expect("a response").json().await.expect("JSON")
}

#[tokio::test]
async fn a_default_of_the_schema_applies_where_a_variable_has_no_value() {
    let org = Org::new().await;
    let status = "/data/importExpenses/import/status";
    for time in ["first", "second"] {
        let dry = import(&org.owner, IMPORT, json!({ "dry": true })).await;
        assert_eq!(
            dry.pointer(status),
            Some(&json!("CHECKED")),
            "{time}: {dry}"
        );
    }
    // The default of the variable comes before that of the schema.
    let document = IMPORT.replace("$dry: Boolean", "$dry: Boolean = true");
    let dry = import(&org.owner, &document, json!({})).await;
    assert_eq!(dry.pointer(status), Some(&json!("CHECKED")), "{dry}");
    let run = import(&org.owner, IMPORT, json!({})).await;
    assert_eq!(run.pointer(status), Some(&json!("COMPLETED")), "{run}");
    for document in [IMPORT, &document] {
        let null = import(&org.owner, document, json!({ "dry": null })).await;
        let error = &null["errors"][0];
        assert_eq!(null.get("data"), None, "{null}");
        assert_eq!(error["extensions"]["code"], "INVALID");
        assert_eq!(error["extensions"]["field"], "input.dryRun");
        assert_eq!(
            error["message"],
            "Argument input.dryRun: $dry is null, but the type is Boolean!; omit the variable to use the default."
        );
    }
}
