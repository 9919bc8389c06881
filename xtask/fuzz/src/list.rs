//! Prints the targets for `cargo xtask fuzz`, one per line, each with the folders of its initial inputs.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for target in fuzz::TARGETS {
        writeln!(out, "{} {}", target.name, target.seeds.join(" "))?;
    }
    Ok(())
}
