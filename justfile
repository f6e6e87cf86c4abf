# Short names for what is done often; `just` lists them.
_default:
    @just --list

# Serve on the embedded database.
run *args:
    cargo run -- {{args}}

# Everything that a change must pass.
check: fmt lint test schema

fmt:
    cargo fmt --all --check

lint:
    cargo clippy --workspace --all-targets -- -D warnings

test *args:
    cargo test --workspace {{args}}

# Write schema.graphql anew from the code.
schema-write:
    cargo run -q -- schema > schema.graphql

# Whether schema.graphql is what the code says.
schema:
    cargo run -q -- schema | diff -u schema.graphql -

# Install and test every client against the debug build.
clients:
    OUTLAY_BIN=target/debug/outlay clients/check

# Build the page that the server embeds.
playground:
    cd web/playground && npm ci && npm run check && npm run build

# Licences and advisories of what we depend on.
deny:
    cargo deny check

bench *args:
    cargo run --release -p outlay-bench -- {{args}}
