//! Hands cynic the schema: what does not fit it does not compile.

fn main() {
    cynic_codegen::register_schema("outlay")
        .from_sdl_file("../../schema.graphql")
        .and_then(cynic_codegen::registration::SchemaRegistration::as_default)
        .expect("the schema of Outlay");
}
