//! The program behind `cargo xtask bench`. The parts of the benchmark start it again, as the server
//! and as measured processes.

use std::process::ExitCode;

fn main() -> ExitCode {
    bench::main()
}
