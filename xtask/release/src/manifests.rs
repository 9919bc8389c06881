//! Checks whether the published crates' manifests contain the information that a user looks for.

use std::path::Path;

use workspace::Package;

use super::{changelog, files};

/// The registry's categories that fit these crates. The registry silently ignores unknown categories.
const CATEGORIES: &[&str] = &[
    "api-bindings",
    "asynchronous",
    "authentication",
    "command-line-utilities",
    "database",
    "development-tools",
    "development-tools::testing",
    "network-programming",
    "web-programming",
    "web-programming::http-client",
    "web-programming::http-server",
];

/// The registry's limits.
const KEYWORDS: usize = 5;
const KEYWORD_LENGTH: usize = 20;

/// The files that the `include` list of every package must contain.
const INCLUDED: &[&str] = &["README.md", "CHANGELOG.md", "LICENSE", "src/**"];

/// Returns the faults in the manifests, the licences and the changelogs.
pub(crate) fn check(root: &Path, packages: &[Package]) -> Vec<String> {
    packages
        .iter()
        .flat_map(|package| {
            let mut faults = faults(package);
            faults.extend(licence_fault(root, package));
            let named = faults
                .iter()
                .map(|fault| format!("{}: {fault}", package.name));
            named
                .chain(changelog::changelog(package, false).err())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Checks that the manifests name the repository. No crate can be released without this value.
pub(crate) fn check_repository(packages: &[&Package]) -> Result<(), String> {
    let lacking: Vec<&str> = packages
        .iter()
        .filter(|package| package.says("repository").is_none())
        .map(|package| package.name.as_str())
        .collect();
    if lacking.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "no `repository` in the manifest of {}: see docs/releasing.md",
            lacking.join(", ")
        ))
    }
}

fn faults(package: &Package) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |holds: bool, fault: &str| {
        if !holds {
            faults.push(fault.to_owned());
        }
    };
    for key in ["description", "license", "readme", "rust_version"] {
        expect(
            package.says(key).is_some_and(|text| !text.is_empty()),
            &format!("no `{}`", key.replace('_', "-")),
        );
    }
    let docs = format!("https://docs.rs/{}", package.name);
    expect(
        package.says("documentation") == Some(&docs),
        &format!("`documentation` is not {docs}"),
    );
    expect(package.lists("authors").next().is_some(), "no `authors`");

    let keywords: Vec<&str> = package.lists("keywords").collect();
    expect(
        !keywords.is_empty() && keywords.len() <= KEYWORDS,
        &format!("{} keywords: 1 to {KEYWORDS} are allowed", keywords.len()),
    );
    for keyword in keywords {
        expect(
            is_keyword(keyword),
            &format!("`{keyword}` is not a valid keyword"),
        );
    }
    let mut categories = package.lists("categories").peekable();
    expect(categories.peek().is_some(), "no `categories`");
    for category in categories {
        expect(
            CATEGORIES.contains(&category),
            &format!("`{category}` is not among the categories in xtask/release"),
        );
    }

    let docs_rs = package.about.pointer("/metadata/docs/rs");
    let all_features = docs_rs.and_then(|docs_rs| docs_rs.get("all-features"));
    expect(
        all_features.and_then(serde_json::Value::as_bool) == Some(true),
        "docs.rs would not show every feature",
    );
    let arguments = docs_rs.and_then(|docs_rs| docs_rs.get("rustdoc-args"));
    expect(
        arguments == Some(&serde_json::json!(["--cfg", "docsrs"])),
        "docs.rs would not show which items need a feature",
    );

    // Cargo's metadata does not contain `include`. `verify` checks the content of the archive.
    let manifest = files::read(&package.folder.join("Cargo.toml")).unwrap_or_default();
    let include = manifest
        .lines()
        .find(|line| line.starts_with("include = "))
        .unwrap_or_default();
    let description = package.is_provider.then_some(&"openapi.yaml");
    for file in INCLUDED.iter().chain(description) {
        expect(
            include.contains(&format!("\"{file}\"")),
            &format!("`include` lacks {file}"),
        );
    }
    faults
}

/// Checks the package's copy of the licence. Each package needs a copy, because archives can't contain files outside of
/// their crate.
fn licence_fault(root: &Path, package: &Package) -> Option<String> {
    match (
        files::read(&root.join("LICENSE")),
        files::read(&package.folder.join("LICENSE")),
    ) {
        (Ok(ours), Ok(its)) if ours == its => None,
        (Ok(_), Ok(_)) => Some("its LICENSE is not the workspace's".to_owned()),
        (ours, its) => ours.err().or(its.err()),
    }
}

/// Returns whether the registry accepts this keyword.
fn is_keyword(keyword: &str) -> bool {
    keyword.len() <= KEYWORD_LENGTH
        && keyword.starts_with(|first: char| first.is_ascii_alphanumeric())
        && keyword.chars().all(|letter| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_+".contains(letter)
        })
}
