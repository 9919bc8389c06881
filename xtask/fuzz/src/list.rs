//! Prints the targets, one a line, each with the folders of inputs to begin with: for `cargo xtask fuzz`.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for target in fuzz::TARGETS {
        writeln!(out, "{} {}", target.name, target.seeds.join(" "))?;
    }
    Ok(())
}
