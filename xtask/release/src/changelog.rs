//! What a release says of itself: its changes, and the siblings that it asks for.

use workspace::Package;

use super::{files, plan::Plan};

/// Every release has a section in its changelog. Once it is tagged, it is no longer "unreleased".
pub(crate) fn check_changelogs(plan: &Plan, is_tagged: bool) -> Result<(), String> {
    all(plan
        .packages()
        .into_iter()
        .filter_map(|package| changelog(package, is_tagged).err()))
}

/// A crate that is released together with a sibling that it needs asks for that very version: whoever updates the one
/// alone would have it compiled against a sibling that nobody tried it with.
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

/// The section of the present version, which says something.
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
        return Err(format!("{}: `{heading}` says nothing", file.display()));
    }
    if is_tagged && heading.contains("unreleased") {
        return Err(format!(
            "{}: `{heading}`, and it is to be released: put the date there",
            file.display()
        ));
    }
    Ok(())
}

fn is_heading_of(line: &str, version: &str) -> bool {
    let title = line.strip_prefix("## ").unwrap_or_default();
    let named = title.split_whitespace().next().unwrap_or_default();
    named.trim_matches(['[', ']']) == version
}

fn all(reports: impl Iterator<Item = String>) -> Result<(), String> {
    let reports: Vec<String> = reports.collect();
    if reports.is_empty() {
        Ok(())
    } else {
        Err(reports.join("\n"))
    }
}
