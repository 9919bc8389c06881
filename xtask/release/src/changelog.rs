//! Checks the changelog of a release, and the versions of the siblings that it requires.

use workspace::Package;

use super::{files, plan::Plan};

/// Checks that every release has a section in its changelog. The section of a tagged release must not be marked as
/// unreleased.
pub(crate) fn check_changelogs(plan: &Plan, is_tagged: bool) -> Result<(), String> {
    all(plan
        .packages()
        .into_iter()
        .filter_map(|package| changelog(package, is_tagged).err()))
}

/// Checks that a crate requires the version of a sibling that is released together with the crate. Otherwise a user who
/// updates only the crate would compile it against a sibling that was never tested with it.
pub(crate) fn check_requirements(plan: &Plan) -> Result<(), String> {
    let packages = plan.packages();
    let needs = packages.iter().flat_map(|package| {
        package
            .dependencies
            .iter()
            .filter(|dependency| dependency.is_normal())
            .map(move |dependency| (package, dependency))
    });
    all(needs.filter_map(|(package, dependency)| {
        let sibling = packages
            .iter()
            .find(|sibling| sibling.name == dependency.name)?;
        let asked = dependency.requirement.trim_start_matches(['^', '=']);
        (asked != sibling.version).then(|| {
            format!(
                "{} asks for {} {}, and {} is to be released",
                package.name, sibling.name, dependency.requirement, sibling.version
            )
        })
    }))
}

/// Checks that the changelog has a non-empty section for the present version.
pub(crate) fn changelog(package: &Package, is_tagged: bool) -> Result<(), String> {
    let file = package.folder.join("CHANGELOG.md");
    let text = files::read(&file)?;
    let version = package.version.as_str();
    let mut lines = text.lines();
    let heading = lines
        .find(|line| is_heading_of(line, version))
        .ok_or_else(|| format!("{}: no section `## {version}`", file.display()))?;
    if lines
        .take_while(|line| !line.starts_with("## "))
        .all(|line| line.trim().is_empty())
    {
        return Err(format!("{}: `{heading}` is empty", file.display()));
    }
    if is_tagged && heading.contains("unreleased") {
        return Err(format!(
            "{}: `{heading}`, but the crate is to be released: put the date there",
            file.display()
        ));
    }
    Ok(())
}

/// Returns the newest version whose section is not marked as unreleased.
pub(crate) fn newest_dated(package: &Package) -> Result<Option<String>, String> {
    let text = files::read(&package.folder.join("CHANGELOG.md"))?;
    let mut dated = text
        .lines()
        .filter(|line| !line.to_ascii_lowercase().contains("unreleased"));
    Ok(dated.find_map(version_of).map(str::to_owned))
}

fn is_heading_of(line: &str, version: &str) -> bool {
    version_of(line) == Some(version)
}

/// Returns the version that a heading names.
fn version_of(line: &str) -> Option<&str> {
    let named = line.strip_prefix("## ")?.split_whitespace().next()?;
    Some(named.trim_matches(['[', ']']))
}

fn all(reports: impl Iterator<Item = String>) -> Result<(), String> {
    let reports: Vec<String> = reports.collect();
    if reports.is_empty() {
        Ok(())
    } else {
        Err(reports.join("\n"))
    }
}
