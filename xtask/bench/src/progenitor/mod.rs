//! The client that progenitor generates from the project's own descriptions. The client is a separate cargo
//! project below `target`. The project is written and built when it is needed.

mod downgrade;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    Failure,
    callers::Call,
    parts::Counting,
    process, programs,
    report::{folder, root},
};

/// The crate of each description, and the name of the description in the project.
const DESCRIPTIONS: [(&str, &str); 2] = [
    ("ravelin-labels", "ravelin"),
    ("helpdesk-customers", "helpdesk"),
];

/// The files of the project, except its manifest and the descriptions.
const FILES: [(&str, &str); 4] = [
    ("build.rs", include_str!("build.rs.txt")),
    ("src/lib.rs", include_str!("lib.rs.txt")),
    ("src/main.rs", include_str!("main.rs.txt")),
    (
        "src/bin/progenitor-peer-counts.rs",
        include_str!("counts.rs.txt"),
    ),
];

/// The generated client, ready to be measured.
pub(crate) struct Peer {
    /// The folder of its programs.
    programs: PathBuf,
    left_out: Vec<LeftOut>,
    pub(crate) remarks: Vec<String>,
}

/// An operation that progenitor does not accept.
#[derive(Debug, Deserialize)]
struct LeftOut {
    description: String,
    operation: String,
    reason: String,
}

impl Peer {
    /// Writes the project and builds it.
    pub(crate) fn build() -> Result<Self, Failure> {
        let project = folder().join("progenitor");
        write(&project)?;
        let own = std::env::current_exe()?;
        let programs = own
            .parent()
            .ok_or("this program has no folder")?
            .to_path_buf();
        let target = programs
            .parent()
            .ok_or("this program is not in a target folder")?;
        // Dependencies that were already built for this program are not built again.
        let mut cargo = programs::cargo();
        cargo
            .args(["build", "--quiet", "--release", "--jobs=2"])
            .current_dir(&project)
            .env("CARGO_TARGET_DIR", target);
        process::output(&mut cargo)?;
        let program = programs.join("progenitor-peer");
        let left_out: Vec<LeftOut> = process::measure(Command::new(program).arg("left-out"))?;
        let differs = "progenitor's urlencoded call sends three pairs instead of five: it does not know the provider's numbered pairs";
        Ok(Self {
            remarks: remarks(&left_out).chain([differs.to_owned()]).collect(),
            programs,
            left_out,
        })
    }

    /// Returns whether the operation of a call was generated.
    pub(crate) fn makes(&self, call: Call) -> bool {
        let operation = match call {
            Call::JsonWrite => "labelCustomer",
            Call::Get => "lastReview",
            Call::Multipart => "createCustomer",
            Call::Urlencoded => "updateCustomer",
        };
        !self
            .left_out
            .iter()
            .any(|left_out| left_out.operation == operation)
    }

    pub(crate) fn program(&self, counting: Counting) -> PathBuf {
        self.programs.join(match counting {
            Counting::Off => "progenitor-peer",
            Counting::On => "progenitor-peer-counts",
        })
    }
}

/// Returns one line for each reason why operations were omitted.
fn remarks(left_out: &[LeftOut]) -> impl Iterator<Item = String> {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for LeftOut {
        description,
        operation,
        reason,
    } in left_out
    {
        let operations = reasons.entry(reason).or_default();
        operations.push(format!("`{operation}` of {description}"));
    }
    let lines = reasons.into_iter().map(|(reason, operations)| {
        format!(
            "progenitor does not accept {}: {reason}",
            operations.join(", ")
        )
    });
    lines.collect::<Vec<_>>().into_iter()
}

fn write(project: &Path) -> Result<(), Failure> {
    let bench = root().join("xtask/bench");
    let manifest = include_str!("manifest.toml.txt").replace("BENCH", &bench.display().to_string());
    keep(&project.join("Cargo.toml"), &manifest)?;
    for (path, text) in FILES {
        keep(&project.join(path), text)?;
    }
    for (package, name) in DESCRIPTIONS {
        let yaml = fs::read_to_string(root().join("crates").join(package).join("openapi.yaml"))?;
        let description: Value = yaml_serde::from_str(&yaml)?;
        let description = downgrade::downgrade(description);
        let json = serde_json::to_string_pretty(&description)?;
        keep(&project.join(format!("{name}.json")), &json)?;
    }
    // The project uses the versions of the workspace. Cargo adds further dependencies.
    let lock = project.join("Cargo.lock");
    if !lock.exists() {
        fs::copy(root().join("Cargo.lock"), lock)?;
    }
    Ok(())
}

/// Writes a file if its content has changed. Otherwise its modification time stays the same, and nothing is
/// rebuilt.
fn keep(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, text)?)
}
