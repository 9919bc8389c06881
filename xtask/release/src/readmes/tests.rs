//! Tests the pages of the toy workspace: `toy-user`, whose README also names `toy-core`.

use crate::{plan::Plan, tests::Toy};

const UNRELEASED: &str = "# Changelog\n\n## 0.1.0 (unreleased)\n\n- It began.\n";
const DATED: &str = "# Changelog\n\n## 0.1.0 (2026-01-31)\n\n- It began.\n";

/// Makes the pages, with version lines, and the changelogs of both crates.
fn toy(changelog: &str) -> Toy {
    let toy = Toy::unreleased();
    toy.write("workspace/README.md", &page("toy-user = \"0.1\"\n"));
    toy.write("workspace/docs/one.md", "No crate.\n");
    toy.readme_is("toy-core", &page("toy-core = \"0.1\"\n"));
    toy.readme_is(
        "toy-user",
        &page("toy-core = \"0.1\"\ntoy-user = \"0.1\"\n"),
    );
    toy.changelog_is("toy-core", changelog);
    toy.changelog_is("toy-user", changelog);
    toy
}

fn page(entries: &str) -> String {
    format!(
        "A toy.\n\n<!-- dependencies -->\n```toml\n[dependencies]\n{entries}```\n<!-- /dependencies -->\n\nThe end.\n"
    )
}

fn check(toy: &Toy) -> Result<String, String> {
    super::check(&toy.cargo, &Plan::new(&toy.cargo, None).unwrap())
}

/// Writes all pages. Returns the README of `toy-user`.
fn written(toy: &Toy) -> Result<String, String> {
    super::write(&toy.cargo, &Plan::new(&toy.cargo, None).unwrap())?;
    assert!(check(toy).is_ok());
    Ok(toy.read("workspace/crates/toy-user/README.md"))
}

#[test]
fn a_readme_names_a_clone_until_its_crate_is_released() {
    let toy = toy(UNRELEASED);
    let report = check(&toy).unwrap_err();
    assert!(
        report.contains("README.md: the dependency lines"),
        "{report}"
    );

    let before = written(&toy).unwrap();
    let lines = [
        "$ cargo add --path ../customer-apis/crates/toy-core",
        "toy-user = { path = \"../customer-apis/crates/toy-user\" }",
    ];
    for line in lines {
        assert!(before.lines().any(|has| has == line), "{before}");
    }
    assert!(before.starts_with("A toy.\n\n<!-- dependencies -->\n"));
    assert!(before.ends_with("<!-- /dependencies -->\n\nThe end.\n"));

    toy.changelog_is("toy-core", DATED);
    toy.changelog_is("toy-user", DATED);
    assert!(check(&toy).is_err());
    let after = written(&toy).unwrap();
    for line in ["$ cargo add toy-user@0.1", "toy-core = \"0.1\""] {
        assert!(after.lines().any(|has| has == line), "{after}");
    }
    assert!(!after.contains("../"), "{after}");
}

#[test]
fn a_tag_alone_demands_version_lines() {
    let toy = toy(UNRELEASED);
    written(&toy).unwrap();
    toy.commit("workspace");

    let tagged = Plan::new(&toy.cargo, Some("toy-core-v0.1.0")).unwrap();
    let report = super::check(&toy.cargo, &tagged).unwrap_err();
    assert!(
        report.contains("toy-core") && report.contains("--write"),
        "{report}"
    );
    toy.git("workspace", &["tag", "toy-core-v0.1.0"]);
    assert!(check(&toy).is_err());
    written(&toy).unwrap();
    let core = toy.read("workspace/crates/toy-core/README.md");
    assert!(core.contains("\ntoy-core = \"0.1\"\n"), "{core}");
    // The README of a crate that is not released names no version of `toy-core`. With a version, a program would get two copies.
    let user = toy.read("workspace/crates/toy-user/README.md");
    assert!(user.contains("toy-core = { path = "), "{user}");
}

#[test]
fn a_readme_that_needs_an_unreleased_sibling_is_caught() {
    let toy = toy(UNRELEASED);
    toy.changelog_is("toy-user", DATED);
    let report = written(&toy).unwrap_err();
    assert_eq!(
        report,
        "toy-user is released, and its README names toy-core, which is not: release toy-core first"
    );
}

#[test]
fn the_readme_of_a_released_crate_keeps_the_versions_of_that_time() {
    let toy = toy(DATED);
    written(&toy).unwrap();
    toy.commit("workspace");
    for tag in ["toy-core-v0.1.0", "toy-user-v0.1.0"] {
        toy.git("workspace", &["tag", tag]);
    }
    toy.crate_is("toy-core", "0.2.0", "", "");
    toy.crate_is("toy-user", "0.1.0", "0.2.0", "");
    toy.readme_is("toy-core", &page("toy-core = \"0.1\"\n"));
    toy.readme_is(
        "toy-user",
        &page("toy-core = \"0.1\"\ntoy-user = \"0.1\"\n"),
    );
    let user = written(&toy).unwrap();
    assert!(user.contains("\ntoy-core = \"0.1\"\n"), "{user}");
    let core = toy.read("workspace/crates/toy-core/README.md");
    assert!(core.contains("\ntoy-core = \"0.2\"\n"), "{core}");
}

#[test]
fn a_line_outside_of_the_blocks_is_caught() {
    let toy = toy(DATED);
    written(&toy).unwrap();
    toy.write("workspace/docs/one.md", "Run `cargo add toy-user`.\n");
    assert!(
        check(&toy)
            .unwrap_err()
            .contains("outside of the marked blocks")
    );
    toy.write(
        "workspace/docs/one.md",
        "```toml\ntoy-user = \"0.1\"\n```\n",
    );
    assert!(
        check(&toy)
            .unwrap_err()
            .contains("outside of the marked blocks")
    );
    toy.write("workspace/docs/one.md", "No crate.\n");
    toy.readme_is("toy-user", "A toy.\n");
    let report = check(&toy).unwrap_err();
    assert!(report.contains("no marked block shows"), "{report}");
}
