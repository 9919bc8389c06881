//! What must hold after `cargo xtask new-provider`, in a copy of the workspace: the checks that run before a change lands.
#![cfg(test)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use workspace::{Cargo, files::Scratch};

const NAME: &str = "acme-desk";
/// A description as a provider publishes it: lists in pages, people, and writes.
const DESCRIPTION: &str = "tests/new_provider/acme-desk.yaml";

/// A copy of the workspace without what cargo and git keep there.
struct Copy {
    folder: Scratch,
    target: PathBuf,
}

impl Copy {
    fn new() -> Self {
        let root = workspace::checkout::root(env!("CARGO_MANIFEST_DIR"));
        let folder = Scratch::new().unwrap();
        copy(&root, &folder.0);
        // The copy's packages have the names of this workspace's, so they can't be built in the same folder. The crates
        // from the registry stay in this one, and are built once.
        let target = workspace::target_directory(&Cargo::new(&root)).unwrap();
        // Downloads every crate of the lock file. The steps on the copy run without the network.
        let all = [
            "metadata",
            "--format-version",
            "1",
            "--all-features",
            "--locked",
        ];
        Cargo::new(&root).capture(&all).unwrap();
        Self {
            folder,
            target: target.join("new-provider"),
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.0.join(path)
    }

    /// Runs cargo, which must succeed.
    fn cargo(&self, arguments: &[&str]) -> String {
        let cargo = Cargo::new(&self.folder.0)
            .with("CARGO_TARGET_DIR", &self.target)
            .with("CARGO_NET_OFFLINE", "true")
            .with("RUSTDOCFLAGS", "-D warnings");
        cargo
            .capture(arguments)
            .unwrap_or_else(|report| panic!("{report}"))
    }

    /// Runs a command of the project, which must succeed.
    fn xtask(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .current_dir(&self.folder.0)
            // The program works on the workspace of the package that cargo runs.
            .env("CARGO_MANIFEST_DIR", self.path("xtask"))
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_NET_OFFLINE", "true")
            .output()
            .unwrap();
        let report = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success(),
            "cargo xtask {}\n{report}{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        report
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (name, kind) = (entry.file_name(), entry.file_type().unwrap());
        if name == "target" || name == ".git" {
            continue;
        }
        if kind.is_dir() {
            copy(&entry.path(), &to.join(name));
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

/// Returns the files below a folder with their texts.
fn texts(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        found.push((path, text));
    }
    found.sort();
    found
}

#[test]
fn a_new_crate_passes_what_every_change_passes() {
    let copy = Copy::new();
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join(DESCRIPTION);
    let tables = texts(&copy.path("xtask/proof/src/generated"));

    let report = copy.xtask(&["new-provider", NAME, "--spec", spec.to_str().unwrap()]);
    assert!(report.starts_with("made crates/acme-desk: "), "{report}");
    for line in [
        "lists in pages (4): ListCustomers by `cursor` from `meta.next_cursor`, ",
        "by hand (1): ListNotes",
        "assumed: a write is never repeated by itself (2): ",
        "assumed: personal by its name, and hidden in messages (",
    ] {
        assert!(report.contains(line), "{line} is missing from {report}");
    }

    copy.xtask(&["codegen", "--check"]);
    // Every file is formatted, links lead somewhere, and the manifests are as the registry wants them.
    copy.xtask(&["test", "format", "links", "manifests"]);
    // Without TLS, which is the slowest part to build, and of which the crate's own code knows nothing.
    let krate = [
        "--package",
        NAME,
        "--no-default-features",
        "--features",
        "blocking",
    ];
    let lints = ["clippy", "--quiet", "--all-targets"];
    copy.cargo(&[&lints[..], &krate, &["--", "-D", "warnings"]].concat());
    copy.cargo(&[&["doc", "--quiet", "--no-deps"][..], &krate].concat());
    let tests = copy.cargo(&[&["test"][..], &krate].concat());
    for (file, _) in texts(&copy.path("crates/acme-desk/src/generated/operations")) {
        let operation = file.file_stem().unwrap().to_str().unwrap();
        let test = format!("test calls::sends_{operation} ... ok");
        assert!(
            operation == "mod" || tests.contains(&test),
            "{test}: {tests}"
        );
    }

    // The proofs have no samples of its calls, so they must not know them yet.
    assert_eq!(texts(&copy.path("xtask/proof/src/generated")), tables);
}
