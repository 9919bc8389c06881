//! The program behind `cargo xtask bench`, and each process that it starts to be measured.

use std::process::ExitCode;

fn main() -> ExitCode {
    bench::main()
}
