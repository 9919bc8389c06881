//! Performs the steps of a user after the release: makes an empty program, adds a provider crate, pastes the quick
//! start of the crate's README, and runs the program.
//!
//! All crates come from a registry in a folder. The registry contains the packages of this release, and every other
//! crate that they need, in the version of this workspace's lock file. Cargo uses this registry in place of
//! crates.io, and does not use the network.

mod index;
mod program;

use std::path::Path;

use serde_json::Value;

use workspace::{
    Cargo, Package,
    files::{Scratch, write},
    step::Outcome,
};

use self::program::Sandbox;
use super::{
    files,
    plan::Plan,
    readmes::{self, Block},
    verify,
};

const SANDBOX: &str = "customer-api-sandbox-server";

/// Builds and runs an empty program with each provider crate that is to be released.
pub(crate) fn check(cargo: &Cargo, plan: &Plan, registry: Option<&str>) -> Outcome {
    let providers: Vec<&Package> = plan
        .packages()
        .into_iter()
        .filter(|package| package.is_provider)
        .collect();
    if providers.is_empty() {
        return Outcome::Skipped("no provider crate is to be released".to_owned());
    }
    run(cargo, plan, &providers, registry).into()
}

fn run(
    cargo: &Cargo,
    plan: &Plan,
    providers: &[&Package],
    registry: Option<&str>,
) -> Result<String, String> {
    let published = workspace::published(cargo)?;
    let mut programs = Vec::new();
    for provider in providers {
        programs.push((*provider, readmes::published(provider, &published)?));
    }
    // The folder is outside of this workspace. Inside, cargo would read the workspace's manifest and configuration.
    let scratch = Scratch::new()?;
    let folder = scratch.0.join("registry");
    let mut packages = plan.packages();
    // The sandbox is always packed, even if it is not to be released: it is a program, so it can't be added to the
    // registry as a dependency of another crate.
    let program = published.iter().find(|package| package.name == SANDBOX);
    let is_planned = packages.iter().any(|package| package.name == SANDBOX);
    packages.extend(program.filter(|_| !is_planned));
    let packed = verify::pack(cargo, registry, &packages)?;
    let metadata = stock(cargo, &packages, &programs, &packed)?;
    files::start_afresh(&folder)?;
    let count = index::make(&folder, &metadata, &packed)?;

    let user = user(cargo, &scratch.0, &folder)?;
    let tools = scratch.0.join("tools");
    let root = files::display(&tools);
    user.capture(&["install", "--quiet", "--debug", "--root", &root, SANDBOX])?;
    let program = tools.join("bin").join(SANDBOX);
    let sandbox = Sandbox::start(&program.with_extension(std::env::consts::EXE_EXTENSION))?;
    let failures: Vec<String> = programs
        .iter()
        .filter_map(|(provider, blocks)| {
            program::run(&user, &scratch.0, provider, blocks, &sandbox.variables).err()
        })
        .collect();
    let applied = sandbox.stop()?;
    if !failures.is_empty() {
        return Err(failures.join("\n"));
    }
    if applied.len() != programs.len() {
        return Err(format!(
            "{} programs ran, and the sandbox applied writes of {applied:?}",
            programs.len()
        ));
    }
    Ok(format!(
        "{} programs from a registry of {count} packages",
        programs.len()
    ))
}

/// Resolves the dependencies of the programs and of the sandbox, with the packages of this release. Returns cargo's
/// metadata.
fn stock(
    cargo: &Cargo,
    packages: &[&Package],
    programs: &[(&Package, Vec<Block>)],
    packed: &Path,
) -> Result<Value, String> {
    let gate = files::gate(cargo)?;
    let place = verify::Place::new(gate.join("stock"), gate.join("target"))?;
    for package in packages {
        place.unpack(packed, package)?;
    }
    let member = |name: &str, dependencies: &str| {
        let text = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{dependencies}"
        );
        write(&place.root.join(name).join("Cargo.toml"), &text)?;
        write(&place.root.join(name).join("src/lib.rs"), "")
    };
    let program = packages.iter().find(|package| package.name == SANDBOX);
    let program = program.ok_or_else(|| format!("{SANDBOX} is not published"))?;
    let mut names = vec![verify::folder(program)];
    for (provider, blocks) in programs {
        let name = format!("needs-{}", provider.name);
        let fences: String = blocks.iter().map(Block::fence).collect();
        member(&name, &fences)?;
        names.push(name);
    }
    let patches: String = packages
        .iter()
        .filter(|package| package.name != SANDBOX)
        .map(|package| {
            let folder = verify::folder(package);
            format!("{} = {{ path = \"{folder}\" }}\n", package.name)
        })
        .collect();
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = {names:?}\n\n[patch.crates-io]\n{patches}"
    );
    files::write(&place.manifest(), &manifest)?;
    let lock = files::read(&cargo.root().join("Cargo.lock"))?;
    files::write(&place.root.join("Cargo.lock"), &lock)?;
    let metadata = cargo
        .clone()
        .at(&place.root)
        .capture(&["metadata", "--format-version", "1"])?;
    serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))
}

/// Returns a cargo that uses the registry in this folder in place of crates.io. Its home is new, without files of an
/// earlier run.
fn user(cargo: &Cargo, scratch: &Path, registry: &Path) -> Result<Cargo, String> {
    let home = scratch.join("home");
    let config = format!(
        "[source.crates-io]\nreplace-with = \"packages\"\n\n[source.packages]\nlocal-registry = '{}'\n\n\
         [net]\noffline = true\n\n[profile.dev]\ndebug = false\n",
        registry.display()
    );
    write(&home.join("config.toml"), &config)?;
    Ok(cargo
        .clone()
        .with("CARGO_HOME", home)
        .with("CARGO_TARGET_DIR", scratch.join("target")))
}
