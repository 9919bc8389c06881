//! Generates typed clients from the providers' descriptions, and crates for new providers.
//!
//! parse → model → naming → check → emit. Each stage reports its problems and continues, so that one run reports all.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

mod adapt;
mod assign_names;
mod audit;
mod characters;
mod check;
mod emit;
mod files;
mod format;
mod gather;
mod identifiers;
mod kinds;
mod model;
mod parse;
mod pattern;
mod problem;
mod scaffold;
mod survey;
mod tree;
mod visible;

#[cfg(test)]
mod tests;

use model::Api;
use problem::{Problem, Problems};
use tree::Value;

/// Writes all files that are generated from the descriptions of the workspace, and removes generated files without a
/// source.
///
/// # Errors
///
/// Returns a line for every problem. In that case, writes nothing.
pub fn write(root: &Path) -> Result<String, String> {
    files::write(root, &files::generate(root)?)
}

/// Checks whether the generated files match the descriptions of the workspace.
///
/// # Errors
///
/// Returns a line for every problem, or for every file that differs, is missing or has no source.
pub fn check(root: &Path) -> Result<String, String> {
    files::compare(root, &files::generate(root)?)
}

/// Makes a crate from a provider's description, with its client, service, README, tests and generated code.
///
/// The crate has the operations that `only` names by tag or `operationId`, or all of them. Operations that can't be
/// generated are errors, or left out if `skips` is set.
///
/// # Errors
///
/// Returns the problems by kind. In that case, the workspace is unchanged.
pub fn make_crate(
    root: &Path,
    name: &str,
    spec: &Path,
    only: &[String],
    skips: bool,
) -> Result<String, String> {
    scaffold::make(root, name, spec, adapt::Wanted { only, skips })
}

/// Returns a table of the published descriptions below a folder: how many of their operations can be generated, and
/// what blocks the others.
///
/// # Errors
///
/// Returns the first folder that can't be read.
pub fn survey(folder: &Path) -> Result<String, String> {
    survey::survey(folder)
}

/// Returns the files that `cargo xtask codegen` emits for a description below `src/generated`. They are not formatted
/// yet. In their documentation, the crate is called `acme`.
///
/// # Errors
///
/// Returns a line for every problem.
pub fn read_description(path: &str, text: &[u8]) -> Result<BTreeMap<String, String>, Vec<String>> {
    match understand(path, text) {
        Ok((_, api)) => Ok(emit::emit(&api, "acme")),
        Err(problems) => Err(problems.iter().map(ToString::to_string).collect()),
    }
}

/// Returns the files of the crate that `cargo xtask new-provider` makes from a description, below its folder. They are
/// not formatted yet.
///
/// # Errors
///
/// Returns a line for every problem.
pub fn new_crate(
    name: &str,
    path: &str,
    text: &[u8],
) -> Result<BTreeMap<String, String>, Vec<String>> {
    new_crate_of(name, path, text, &[], false)
}

/// Returns the files of the crate that `cargo xtask new-provider` makes of some operations of a description: those that
/// `only` names by tag or `operationId`, or all of them.
///
/// # Errors
///
/// Returns a line for every problem, or for every kind of problem.
pub fn new_crate_of(
    name: &str,
    path: &str,
    text: &[u8],
    only: &[String],
    skips: bool,
) -> Result<BTreeMap<String, String>, Vec<String>> {
    scaffold::draft(name, path, text, adapt::Wanted { only, skips })
        .map_err(|problems| problems.lines().map(str::to_owned).collect())
}

/// Checks emitted files in the same way as before writing. The documentation must contain only text, and no file may
/// contain an invisible character.
///
/// # Errors
///
/// Returns the first violation, and its file.
pub fn audit_files(files: &BTreeMap<String, String>) -> Result<(), String> {
    audit::files(files)
}

/// Checks that Markdown contains only text for rustdoc: no code block, no tag, and no link except to an https page.
///
/// # Errors
///
/// Returns the first violation.
pub fn audit_markdown(text: &str) -> Result<(), String> {
    audit::markdown(text)
}

/// Runs all stages except emitting, for the text of a description.
pub(crate) fn understand(path: &str, text: &[u8]) -> Result<(Value, Api), Vec<Problem>> {
    let mut problems = Problems::new(path);
    let Ok(text) = std::str::from_utf8(text) else {
        problems.report("", "the file is not UTF-8", "save it as UTF-8");
        return Err(problems.into_list());
    };
    let Some(tree) = tree::parse(text, path, &mut problems) else {
        return Err(problems.into_list());
    };
    let api = read_tree(&tree, problems)?;
    Ok((tree, api))
}

/// Runs all stages except emitting, for the tree of a description.
pub(crate) fn understand_tree(tree: &Value, path: &str) -> Result<Api, Vec<Problem>> {
    read_tree(tree, Problems::new(path))
}

fn read_tree(tree: &Value, mut problems: Problems) -> Result<Api, Vec<Problem>> {
    let description = parse::read(tree, &mut problems);
    let mut api = model::lower(&description, &mut problems);
    assign_names::assign(&mut api, &mut problems);
    check::check(&api, &mut problems);
    if problems.is_empty() {
        Ok(api)
    } else {
        Err(problems.into_list())
    }
}

/// Returns the audited files of `src/generated`, not formatted yet. `krate` is the crate's name in code.
pub(crate) fn emitted(api: &Api, krate: &str) -> Result<BTreeMap<String, String>, String> {
    let files = emit::emit(api, krate);
    audit::files(&files)?;
    Ok(files)
}

/// Returns all problems, one per line.
pub(crate) fn report(problems: &[Problem]) -> String {
    let mut report = String::new();
    for problem in problems {
        let _ = writeln!(report, "{problem}");
    }
    let _ = write!(
        report,
        "{} in all; docs/adding-a-provider.md explains them",
        problems.len()
    );
    report
}
