//! An empty program that gets a provider crate and the quick start of the crate's README, and the sandbox that
//! the program calls.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use workspace::{Cargo, Package, files::write};

use crate::{files, readmes::Block};

/// The beginning of the quick start's first line. The rest of the line is for rustdoc.
const FENCE: &str = "```rust";

/// The beginning of the last line that the sandbox prints before its log.
const READY: &str = "Ctrl-C";

/// Makes the program below this folder, and runs it. The variables make the program's client call the sandbox.
pub(crate) fn run(
    cargo: &Cargo,
    folder: &Path,
    package: &Package,
    blocks: &[Block],
    variables: &[(String, String)],
) -> Result<(), String> {
    let name = format!("try-{}", package.name);
    let cargo = cargo.clone().at(folder);
    cargo.capture(&["new", "--quiet", "--vcs", "none", &name])?;
    let root = folder.join(&name);
    let cargo = cargo.at(&root);
    for addition in blocks.iter().flat_map(Block::additions) {
        let mut command = vec!["add", "--quiet"];
        command.extend(addition.iter().map(String::as_str));
        cargo.capture(&command)?;
    }
    check_entries(&files::read(&root.join("Cargo.toml"))?, blocks)
        .map_err(|fault| format!("{}: {fault}", package.name))?;
    let readme = files::read(&package.folder.join("README.md"))?;
    let program = program(&readme).map_err(|fault| format!("{}: {fault}", package.name))?;
    write(&root.join("src/main.rs"), &program)?;
    let environment = variables.iter();
    environment
        .fold(cargo, |cargo, (name, value)| cargo.with(name, value))
        .capture(&["run", "--quiet"])
        .map(drop)
}

/// Checks that the `cargo add` lines made the entries that the README shows.
fn check_entries(manifest: &str, blocks: &[Block]) -> Result<(), String> {
    let sorted = |mut additions: Vec<Vec<String>>| {
        additions.sort();
        additions
    };
    let made = Block::read(&format!("```toml\n{manifest}```"), false)?;
    let made = sorted(made.additions());
    let shown = sorted(blocks.iter().flat_map(Block::additions).collect());
    if made == shown {
        Ok(())
    } else {
        Err(format!(
            "`cargo add` made {made:?}, and the README shows {shown:?}"
        ))
    }
}

/// Returns the quick start of a README: a whole program, whose client takes its settings from the environment.
fn program(readme: &str) -> Result<String, String> {
    let start = readme.split_once(FENCE);
    let start = start.and_then(|(_, after)| after.split_once('\n'));
    let start = start.and_then(|(_, after)| after.split_once("```"));
    let (start, _) = start.ok_or("its README has no quick start")?;
    for needed in ["async fn main()", "Client::from_env()?"] {
        if !start.contains(needed) {
            return Err(format!("its quick start has no `{needed}`"));
        }
    }
    if start.lines().any(|line| line.starts_with("# ")) {
        return Err("its quick start has hidden lines, which a web page shows".to_owned());
    }
    Ok(start.to_owned())
}

/// The sandbox as a program. It is killed when the value is dropped.
pub(crate) struct Sandbox {
    child: Child,
    output: BufReader<ChildStdout>,
    /// The variables in the sandbox's `export` lines.
    pub(crate) variables: Vec<(String, String)>,
}

impl Sandbox {
    /// Starts the sandbox, and waits until it shows how to call it.
    pub(crate) fn start(program: &Path) -> Result<Self, String> {
        let describe = |error: std::io::Error| format!("{}: {error}", program.display());
        let mut child = Command::new(program)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(describe)?;
        let output = child.stdout.take().ok_or("the sandbox has no output")?;
        let mut sandbox = Self {
            child,
            output: BufReader::new(output),
            variables: Vec::new(),
        };
        loop {
            let mut line = String::new();
            if sandbox.output.read_line(&mut line).map_err(describe)? == 0 {
                return Err("the sandbox ended before it was ready".to_owned());
            }
            let exports = line
                .trim_start()
                .strip_prefix("export ")
                .unwrap_or_default();
            let pairs = exports.split_whitespace();
            sandbox.variables.extend(
                pairs
                    .filter_map(|pair| pair.split_once('='))
                    .map(|(name, value)| (name.to_owned(), value.to_owned())),
            );
            if line.starts_with(READY) {
                return Ok(sandbox);
            }
        }
    }

    /// Stops the sandbox. Returns the providers whose requests were applied.
    pub(crate) fn stop(mut self) -> Result<Vec<String>, String> {
        let describe = |error: std::io::Error| format!("the sandbox: {error}");
        self.child.kill().map_err(describe)?;
        let mut log = String::new();
        self.output.read_to_string(&mut log).map_err(describe)?;
        Ok(applied(&log))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // An error means that the program has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn applied(log: &str) -> Vec<String> {
    let lines = log
        .lines()
        .filter(|line| line.ends_with(" applied") && !line.ends_with(" not applied"));
    let mut providers: Vec<String> = lines
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    providers.sort();
    providers.dedup();
    providers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_start_is_a_whole_program() {
        let start = "use toy::Client;\n\n#[tokio::main]\nasync fn main() -> Result<(), toy::Error> {\n    \
                     let toy = Client::from_env()?;\n    toy.play().await\n}\n";
        let readme = |start: &str| format!("# toy\n\n```rust\n{start}```\n\nThe end.\n");
        assert_eq!(program(&readme(start)).unwrap(), start);
        for (part, instead) in [
            ("main()", "run()"),
            ("from_env()", "new()"),
            ("use toy", "# use toy"),
        ] {
            let other = start.replace(part, instead);
            assert!(program(&readme(&other)).is_err(), "{other}");
        }
    }

    #[test]
    fn only_applied_requests_count() {
        let log = "toy POST /a 200 applied\ntoy GET /b 200 not applied\nbox GET /c 404 not applied\ntoy POST /a 200 applied\n";
        assert_eq!(applied(log), ["toy"]);
    }
}
