//! Registers the schema with cynic, which checks all calls against it at compile time.

fn main() {
    cynic_codegen::register_schema("outlay")
        .from_sdl_file("../../schema.graphql")
        .and_then(cynic_codegen::registration::SchemaRegistration::as_default)
        .expect("the schema of Outlay");
}
