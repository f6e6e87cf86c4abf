# Shortcuts for common tasks. `just` lists them.
_default:
    @just --list

# Serve on the embedded database.
run *args:
    cargo run -- {{args}}

# Run the checks that every change must pass.
check: fmt lint test schema

fmt:
    cargo fmt --all --check

lint:
    cargo clippy --workspace --all-targets -- -D warnings

test *args:
    cargo test --workspace {{args}}

# Regenerate schema.graphql from the code.
schema-write:
    cargo run -q -- schema > schema.graphql

# Check that schema.graphql matches the code.
schema:
    cargo run -q -- schema | diff -u schema.graphql -

# Install and test every client against the debug build.
clients:
    OUTLAY_BIN=target/debug/outlay clients/check

# Check and build the playground page that the server embeds.
playground:
    cd web/playground && npm ci && npm run check && npm run build

# Check licences and advisories of the dependencies.
deny:
    cargo deny check

bench *args:
    cargo run --release -p outlay-bench -- {{args}}
