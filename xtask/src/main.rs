//! The project's own commands: `cargo xtask <command>`.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::main()
}
