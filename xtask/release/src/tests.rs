//! Tests the gate on a workspace of two crates that were released once: `toy-core`, and `toy-user`, which needs it. A
//! file registry that holds that release of `toy-core` stands for crates.io.

use std::{fs, path::PathBuf, process::Command, rc::Rc};

use workspace::{
    Cargo,
    files::{Scratch, write},
    step::Outcome,
};

use super::{essential, files, plan::Plan, verify};

const OLD_CORE: &str = "#![no_std]\npub fn old() {}\n";
const NEW_CORE: &str = "#![no_std]\npub fn old() {}\npub fn new() {}\n";
const OLD_USER: &str = "#![no_std]\npub fn user() { toy_core::old() }\n";
const NEW_USER: &str = "#![no_std]\npub fn user() { toy_core::new() }\n";

pub(crate) struct Toy {
    scratch: Scratch,
    pub(crate) cargo: Cargo,
}

impl Toy {
    /// Makes a workspace whose two crates are unchanged since their release.
    fn released() -> Self {
        let toy = Self::unreleased();
        let folder = toy.scratch.0.join("registry/files");
        fs::create_dir_all(&folder).unwrap();
        let packages = workspace::published(&toy.cargo).unwrap();
        verify(
            &toy.cargo,
            Some("toy"),
            &packages.iter().collect::<Vec<_>>(),
        )
        .unwrap();
        let gate = files::gate(&toy.cargo).unwrap();
        fs::copy(
            gate.join("packed/package/toy-core-0.1.0.crate"),
            folder.join("toy-core-0.1.0.crate"),
        )
        .unwrap();
        // The other crate's packed lock file contains the archive's checksum.
        let lock = fs::read_to_string(gate.join("workspace/toy-user-0.1.0/Cargo.lock")).unwrap();
        let checksum = lock.split("checksum = \"").nth(1).unwrap();
        let checksum = checksum.split('"').next().unwrap();
        toy.index(
            "to/y-/toy-core",
            &format!(
                r#"{{"name":"toy-core","vers":"0.1.0","deps":[],"cksum":"{checksum}","features":{{}},"yanked":false}}"#
            ),
        );
        for tag in ["toy-core-v0.1.0", "toy-user-v0.1.0"] {
            toy.git("workspace", &["tag", tag]);
        }
        toy
    }

    /// Makes the same workspace before the first release.
    pub(crate) fn unreleased() -> Self {
        let scratch = Scratch::new().unwrap();
        let root = scratch.0.join("workspace");
        let cargo = Cargo::new(&root)
            .with("CARGO_HOME", scratch.0.join("home"))
            .with("CARGO_TARGET_DIR", scratch.0.join("target"));
        let toy = Self { scratch, cargo };
        toy.write("registry/index/.keep", "");
        toy.write("workspace/.keep", "");
        toy.git("registry/index", &["init", "--quiet"]);
        toy.git("workspace", &["init", "--quiet"]);
        let registry = toy.scratch.0.join("registry");
        toy.index(
            "config.json",
            // No server listens there, because nothing may be uploaded.
            &format!(
                r#"{{"dl":"file://{}/files/{{crate}}-{{version}}.crate","api":"http://127.0.0.1:9"}}"#,
                registry.display()
            ),
        );
        let index = format!("file://{}/index", registry.display());
        toy.write(
            "workspace/.cargo/config.toml",
            &format!(
                "[source.crates-io]\nreplace-with = \"toy\"\n[source.toy]\nregistry = \"{index}\"\n\
                 [registries.toy]\nindex = \"{index}\"\n"
            ),
        );
        toy.workspace_says("MIT");
        toy.crate_is("toy-core", "0.1.0", "", OLD_CORE);
        toy.crate_is("toy-user", "0.1.0", "0.1.0", OLD_USER);
        toy.commit("workspace");
        toy
    }

    fn path(&self, path: &str) -> PathBuf {
        self.scratch.0.join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        write(&self.path(path), text).unwrap();
    }

    fn workspace_says(&self, license: &str) {
        self.write(
            "workspace/Cargo.toml",
            &format!("[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n[workspace.package]\nlicense = \"{license}\"\n"),
        );
    }

    /// Writes a crate. With a requirement, it needs `toy-core`.
    pub(crate) fn crate_is(&self, name: &str, version: &str, requirement: &str, code: &str) {
        let folder = format!("workspace/crates/{name}");
        let needs = if requirement.is_empty() {
            String::new()
        } else {
            format!("toy-core = {{ path = \"../toy-core\", version = \"{requirement}\" }}\n")
        };
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\ndescription = \"A toy.\"\n\
             documentation = \"https://docs.rs/{name}\"\nlicense.workspace = true\n[dependencies]\n{needs}"
        );
        self.write(&format!("{folder}/Cargo.toml"), &manifest);
        self.write(&format!("{folder}/src/lib.rs"), code);
        self.write(&format!("{folder}/README.md"), "A toy.\n");
        self.write(&format!("{folder}/LICENSE"), "Free.\n");
        self.changelog_is(
            name,
            &format!("# Changelog\n\n## {version}\n\n- It changed.\n"),
        );
    }

    pub(crate) fn changelog_is(&self, name: &str, text: &str) {
        self.write(&format!("workspace/crates/{name}/CHANGELOG.md"), text);
    }

    pub(crate) fn readme_is(&self, name: &str, text: &str) {
        self.write(&format!("workspace/crates/{name}/README.md"), text);
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Adds a file to the registry's index.
    fn index(&self, path: &str, text: &str) {
        self.write(&format!("registry/index/{path}"), text);
        self.commit("registry/index");
    }

    /// Commits all files, with a lock file where needed.
    pub(crate) fn commit(&self, folder: &str) {
        if folder == "workspace" {
            self.cargo.capture(&["generate-lockfile"]).unwrap();
        }
        self.git(folder, &["add", "--all"]);
        self.git(folder, &["commit", "--quiet", "--message", "It changed"]);
    }

    pub(crate) fn git(&self, folder: &str, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=toy", "-c", "user.email=toy@example.com"])
            .args(["-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"])
            .args(arguments)
            .current_dir(self.path(folder))
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
    }

    /// Returns the failing steps of the gate, with their reports.
    fn failures(&self) -> Vec<(&'static str, String)> {
        let plan = Rc::new(Plan::new(&self.cargo, None).unwrap());
        essential(&self.cargo, &plan, Some("toy".to_owned()), false)
            .into_iter()
            .filter_map(|step| match (step.run)(self.cargo.root()) {
                Outcome::Failed(report) => Some((step.name, report)),
                Outcome::Passed | Outcome::Noted(_) | Outcome::Skipped(_) => None,
            })
            .collect()
    }

    /// Returns the names of the crates to be released, and of those that changed without a new version.
    fn plan(&self) -> (Vec<String>, Vec<String>) {
        let plan = Plan::new(&self.cargo, None).unwrap();
        let names = |releases: Vec<super::plan::Release>| {
            let names = releases.into_iter().map(|release| release.package.name);
            names.collect()
        };
        (names(plan.releases), names(plan.unbumped))
    }
}

fn names(failures: &[(&'static str, String)]) -> Vec<&'static str> {
    failures.iter().map(|(name, _)| *name).collect()
}

#[test]
fn a_core_that_changed_and_was_not_bumped_is_caught() {
    let toy = Toy::released();
    toy.crate_is("toy-core", "0.1.0", "", NEW_CORE);
    toy.crate_is("toy-user", "0.1.1", "0.1.0", NEW_USER);
    toy.commit("workspace");

    let failures = toy.failures();
    assert_eq!(names(&failures), ["bumps", "packages", "oldest-versions"]);
    assert_eq!(
        failures[0].1,
        "toy-core changed since toy-core-v0.1.0, but still has version 0.1.0"
    );
    for (_, report) in &failures[1..] {
        assert!(
            report.contains("cannot find function `new` in crate `toy_core`"),
            "{report}"
        );
    }
}

#[test]
fn a_change_alone_is_no_release() {
    let toy = Toy::released();
    toy.crate_is("toy-core", "0.1.0", "", NEW_CORE);
    toy.commit("workspace");
    assert_eq!(names(&toy.failures()), ["bumps"]);
}

#[test]
fn the_same_with_a_bump_passes() {
    let toy = Toy::released();
    toy.crate_is("toy-core", "0.1.1", "", NEW_CORE);
    toy.crate_is("toy-user", "0.1.1", "0.1.1", NEW_USER);
    toy.commit("workspace");

    assert_eq!(toy.failures(), []);
}

#[test]
fn a_crate_that_asks_for_less_than_it_needs_is_caught() {
    let toy = Toy::released();
    toy.crate_is("toy-core", "0.1.1", "", NEW_CORE);
    toy.crate_is("toy-user", "0.1.1", "0.1.0", NEW_USER);
    toy.commit("workspace");

    let failures = toy.failures();
    assert_eq!(names(&failures), ["requirements"]);
    assert_eq!(
        failures[0].1,
        "toy-user asks for toy-core ^0.1.0, and 0.1.1 is to be released"
    );

    // Releasing it later does not help either: the registry's core is only as new as the requirement.
    toy.git("workspace", &["tag", "toy-core-v0.1.1"]);
    let failures = toy.failures();
    assert_eq!(names(&failures), ["packages", "oldest-versions"]);
}

#[test]
fn nothing_is_to_be_released_until_something_changes() {
    let toy = Toy::released();
    assert_eq!(toy.plan(), (vec![], vec![]));

    toy.write("workspace/README.md", "Two toys.\n");
    assert_eq!(toy.plan(), (vec![], vec![]), "no crate's own file");

    toy.write("workspace/crates/toy-user/src/more.rs", "");
    assert_eq!(toy.plan(), (vec![], vec!["toy-user".to_owned()]));
}

#[test]
fn what_a_crate_takes_from_the_workspace_is_a_change_of_its_own() {
    let toy = Toy::released();
    toy.workspace_says("MIT OR Apache-2.0");
    assert_eq!(
        toy.plan(),
        (vec![], vec!["toy-core".to_owned(), "toy-user".to_owned()])
    );
}

#[test]
fn a_tag_releases_its_crate_alone() {
    let toy = Toy::released();
    toy.crate_is("toy-core", "0.1.1", "", NEW_CORE);
    toy.crate_is("toy-user", "0.1.1", "0.1.1", NEW_USER);
    toy.commit("workspace");

    let plan = Plan::new(&toy.cargo, Some("toy-user-v0.1.1")).unwrap();
    assert_eq!(plan.packages().len(), 1);
    assert_eq!(plan.releases[0].last.as_deref(), Some("toy-user-v0.1.0"));
    // Its core is not in the registry yet.
    let report = verify(&toy.cargo, Some("toy"), &plan.packages()).unwrap_err();
    assert!(report.contains("toy-core = \"^0.1.1\""), "{report}");

    for (tag, reason) in [
        ("toy-user-v0.1.0", "toy-user-v0.1.0 is not the tag of"),
        ("v0.1.1", "the tags are toy-core-v0.1.1, toy-user-v0.1.1"),
    ] {
        let error = Plan::new(&toy.cargo, Some(tag)).map(drop).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }

    toy.git("workspace", &["tag", "toy-user-v0.1.1"]);
    toy.write("workspace/README.md", "Two toys.\n");
    toy.commit("workspace");
    let error = Plan::new(&toy.cargo, Some("toy-user-v0.1.1"))
        .map(drop)
        .unwrap_err();
    assert_eq!(error, "toy-user-v0.1.1 is another commit's tag");
}

#[test]
fn a_changelog_without_the_version_is_caught() {
    let toy = Toy::released();
    toy.crate_is("toy-core", "0.1.1", "", NEW_CORE);
    toy.commit("workspace");
    assert_eq!(toy.failures(), []);

    for (text, reason) in [
        (
            "# Changelog\n\n## 0.1.10\n\n- It changed.\n",
            "no section `## 0.1.1`",
        ),
        (
            "# Changelog\n\n## 0.1.1\n\n## 0.1.0\n\n- It.\n",
            "`## 0.1.1` is empty",
        ),
    ] {
        toy.changelog_is("toy-core", text);
        toy.commit("workspace");
        let failures = toy.failures();
        assert_eq!(names(&failures), ["changelogs"]);
        assert!(failures[0].1.ends_with(reason), "{failures:?}");
    }

    toy.changelog_is(
        "toy-core",
        "# Changelog\n\n## 0.1.1 (unreleased)\n\n- It changed.\n",
    );
    let plan = Plan::new(&toy.cargo, Some("toy-core-v0.1.1")).unwrap();
    assert!(super::changelog::check_changelogs(&plan, false).is_ok());
    assert!(super::changelog::check_changelogs(&plan, true).is_err());
}

#[test]
fn what_is_not_committed_is_not_released() {
    let toy = Toy::released();
    toy.crate_is("toy-core", "0.1.1", "", NEW_CORE);
    let failures = toy.failures();
    assert_eq!(names(&failures), ["publish"]);
    assert!(failures[0].1.contains("not yet committed"), "{failures:?}");
}

#[test]
fn no_run_uses_what_an_earlier_one_left() {
    let toy = Toy::unreleased();
    let check = || {
        let packages = workspace::published(&toy.cargo).unwrap();
        verify(
            &toy.cargo,
            Some("toy"),
            &packages.iter().collect::<Vec<_>>(),
        )
    };
    // The version stays the same, as between two releases.
    toy.crate_is("toy-core", "0.1.0", "", NEW_CORE);
    toy.crate_is("toy-user", "0.1.0", "0.1.0", NEW_USER);
    check().unwrap();
    toy.crate_is("toy-core", "0.1.0", "", OLD_CORE);
    let report = check().unwrap_err();
    assert!(
        report.contains("cannot find function `new` in crate `toy_core`"),
        "{report}"
    );
    toy.crate_is("toy-core", "0.1.0", "", NEW_CORE);
    check().unwrap();
}

#[test]
fn a_package_that_lacks_a_file_is_caught() {
    let toy = Toy::unreleased();
    fs::remove_file(toy.path("workspace/crates/toy-user/LICENSE")).unwrap();
    let packages = workspace::published(&toy.cargo).unwrap();
    let packages: Vec<_> = packages.iter().collect();
    assert_eq!(
        verify(&toy.cargo, Some("toy"), &packages).unwrap_err(),
        "the package of toy-user lacks LICENSE"
    );
}
