//! The server as the tests run it.

fn main() -> std::process::ExitCode {
    outlay_server::cli::main()
}
