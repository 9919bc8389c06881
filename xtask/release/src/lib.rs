//! The rules for the published crates, and the check whether the changed crates can be released.

mod ceiling;
mod changelog;
mod dependencies;
mod features;
mod files;
mod git;
mod manifests;
mod oldest;
mod plan;
mod readmes;
mod registry;
mod signatures;
mod tools;
mod verify;

#[cfg(test)]
mod tests;

use std::{env, path::Path, rc::Rc};

use workspace::{
    Cargo,
    step::{self, Outcome, Step},
};

pub use self::{
    ceiling::{CRATES_ALLOWED, CrateCount, check as check_ceiling, count_crates},
    features::check as check_features,
};
use self::{plan::Plan, tools::Tools, verify::verify};

/// Runs the wanted steps of the gate, or all steps, and continues after a failure. With a tag, the steps check the
/// release of one crate. A step whose tool is missing is skipped, or fails if there is a tag or the variable `CI` is
/// set.
///
/// # Errors
///
/// Returns a report of the failures.
pub fn check(
    root: &Path,
    tag: Option<&str>,
    registry: Option<&str>,
    wanted: &[String],
) -> Result<String, String> {
    let cargo = Cargo::new(root);
    let plan = Rc::new(Plan::new(&cargo, tag)?);
    if plan.releases.is_empty() {
        // Without a release, no step runs. Pages that no crate contains may still have old lines.
        readmes::check(&cargo, &plan)?;
        return if plan.unbumped.is_empty() {
            Ok("every crate is as it was released".to_owned())
        } else {
            plan.check_versions()
        };
    }
    let mut steps = essential(&cargo, &plan, registry.map(str::to_owned), tag.is_some());
    let tools = Tools::of(tag.is_some(), env::var_os("CI").is_some());
    steps.extend(further(
        &cargo,
        &plan,
        registry.map(str::to_owned),
        tag.is_some(),
        tools,
    ));
    step::run_wanted("package", steps, root, wanted)
}

/// Writes the dependency lines of the READMEs and the docs pages: a version for each crate that is released or about to
/// be released, and for each other crate a place that works without the registry.
///
/// # Errors
///
/// Fails if a page has no line that works, or can't be written.
pub fn write_readmes(root: &Path) -> Result<String, String> {
    let cargo = Cargo::new(root);
    let changed = readmes::write(&cargo, &Plan::new(&cargo, None)?)?;
    if changed.is_empty() {
        Ok("every page is as it must be".to_owned())
    } else {
        Ok(format!("written: {}", changed.join(", ")))
    }
}

/// Packs every published crate, and builds each from its package.
///
/// # Errors
///
/// Returns a line for every fault, or cargo's report.
pub fn check_packages(root: &Path) -> Result<(), String> {
    let cargo = Cargo::new(root);
    let published = workspace::published(&cargo)?;
    verify(&cargo, None, &published.iter().collect::<Vec<_>>())
}

/// Checks the manifests, the changelogs and the dependency trees of the published crates. These checks must pass at any
/// time.
///
/// # Errors
///
/// Returns a line for every fault.
pub fn check_manifests(cargo: &Cargo) -> Result<(), String> {
    let published = workspace::published(cargo)?;
    let mut faults = manifests::check(cargo.root(), &published);
    faults.extend(dependencies::check_runner(&workspace::members(cargo)?));
    faults.extend(dependencies::check_stack(&published));
    faults.extend(dependencies::check_rust(cargo, &published)?);
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n"))
    }
}

/// Returns the steps that need only cargo, git and tar.
fn essential(
    cargo: &Cargo,
    plan: &Rc<Plan>,
    registry: Option<String>,
    is_tagged: bool,
) -> Vec<Step> {
    let (built, published) = (registry.clone(), registry.clone());
    let mut steps = vec![step(
        "bumps",
        "changed crates have a new version",
        cargo,
        plan,
        |_, plan| plan.check_versions().into(),
    )];
    // With no package in its arguments, cargo would take all packages.
    if !plan.releases.is_empty() {
        steps.extend([
            step(
                "changelogs",
                "each release has a changelog",
                cargo,
                plan,
                move |_, plan| changelog::check_changelogs(plan, is_tagged).into(),
            ),
            step(
                "requirements",
                "each release requires the siblings that are released with it",
                cargo,
                plan,
                |_, plan| changelog::check_requirements(plan).into(),
            ),
            step(
                "packages",
                "each builds from its package and the packages released with it",
                cargo,
                plan,
                move |cargo, plan| verify(cargo, built.as_deref(), &plan.packages()).into(),
            ),
            step(
                "publish",
                "the registry would accept the committed files",
                cargo,
                plan,
                move |cargo, plan| publish(cargo, plan, published.as_deref()).into(),
            ),
            step(
                "oldest-versions",
                "each builds with the oldest dependencies that it allows",
                cargo,
                plan,
                move |cargo, plan| oldest::check_versions(cargo, plan, registry.as_deref()).into(),
            ),
        ]);
    }
    steps
}

/// Returns the steps that are particular to this workspace, or need more tools.
fn further(
    cargo: &Cargo,
    plan: &Rc<Plan>,
    registry: Option<String>,
    is_tagged: bool,
    tools: Tools,
) -> Vec<Step> {
    vec![
        step(
            "manifests",
            "the metadata and dependencies of the published crates",
            cargo,
            plan,
            move |cargo, plan| manifests(cargo, plan, is_tagged),
        ),
        step(
            "readmes",
            "the dependency lines of READMEs and docs pages work today",
            cargo,
            plan,
            |cargo, plan| readmes::check(cargo, plan).into(),
        ),
        step(
            "registry",
            "an empty program adds each provider crate, and runs the quick start of its README",
            cargo,
            plan,
            move |cargo, plan| registry::check(cargo, plan, registry.as_deref()),
        ),
        step(
            "oldest-rust",
            "each builds with the Rust version that it promises",
            cargo,
            plan,
            move |cargo, plan| oldest::check_rust(cargo, plan, tools),
        ),
        step(
            "signatures",
            "public items expose only allowed foreign types; docs.rs can build the documentation",
            cargo,
            plan,
            |cargo, plan| signatures::check(cargo, plan).into(),
        ),
        step(
            "licences",
            "licences, bans and sources of all dependencies",
            cargo,
            plan,
            move |cargo, _| tools::check_licences(cargo, tools),
        ),
        step(
            "advisories",
            "no dependency has a known fault",
            cargo,
            plan,
            move |cargo, _| tools::check_advisories(cargo, tools),
        ),
        step(
            "compatibility",
            "the changes fit the new version",
            cargo,
            plan,
            move |cargo, plan| tools::check_compatibility(cargo, plan, tools),
        ),
    ]
}

fn step(
    name: &'static str,
    about: &'static str,
    cargo: &Cargo,
    plan: &Rc<Plan>,
    check: impl Fn(&Cargo, &Plan) -> Outcome + 'static,
) -> Step {
    let (cargo, plan) = (cargo.clone(), Rc::clone(plan));
    Step::new(name, about, move |_| check(&cargo, &plan))
}

/// A release must state where its sources are. Before a release, a missing address is only a note.
fn manifests(cargo: &Cargo, plan: &Plan, is_tagged: bool) -> Outcome {
    let repository = manifests::check_repository(&plan.packages());
    match (check_manifests(cargo), repository) {
        (Err(report), _) => Outcome::Failed(report),
        (Ok(()), Err(report)) if is_tagged => Outcome::Failed(report),
        (Ok(()), Err(report)) => Outcome::Noted(format!("before a release: {report}")),
        (Ok(()), Ok(())) => Outcome::Passed,
    }
}

/// Makes cargo do everything except the upload. The command names only the crates to be released. With `--workspace`,
/// cargo would use a core that changed without a new version in place of the registry's core.
fn publish(cargo: &Cargo, plan: &Plan, registry: Option<&str>) -> Result<(), String> {
    let packages = plan.packages();
    // `--no-verify`, because a separate step builds the packages. That step uses fresh archives, so that files of an
    // earlier run can't mislead it.
    let mut command = vec!["publish", "--quiet", "--dry-run", "--no-verify"];
    command.extend(registry.iter().flat_map(|name| ["--registry", name]));
    command.extend(
        packages
            .iter()
            .flat_map(|package| ["--package", &package.name]),
    );
    // Cargo makes its registry of siblings in the target directory. Therefore the target directory is fresh.
    let target = files::gate(cargo)?.join("published");
    files::start_afresh(&target)?;
    let target = files::display(&target);
    command.extend(["--target-dir", &target]);
    cargo.capture(&command).map(drop)
}
