//! The server program that the tests run.

fn main() -> std::process::ExitCode {
    outlay_server::cli::main()
}
