//! `cargo xtask new-provider`: makes a crate for a provider from a published OpenAPI file.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use workspace::Cargo;

pub(crate) fn command() -> Command {
    Command::new("new-provider")
        .about("Makes crates/NAME from an OpenAPI file: client, service, README, tests and generated code")
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .required(true)
                .help("The crate's name, such as `acme-customers`"),
        )
        .arg(
            Arg::new("spec")
                .long("spec")
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("The provider's description, OpenAPI 3.0 or 3.1, in YAML or JSON"),
        )
        .arg(
            Arg::new("only")
                .long("only")
                .value_name("TAG_OR_OPERATION_ID")
                .num_args(1..)
                .action(ArgAction::Append)
                .help("Takes these operations, and only what they need; without it, all operations"),
        )
        .arg(
            Arg::new("skip-unsupported")
                .long("skip-unsupported")
                .action(ArgAction::SetTrue)
                .help("Leaves out the operations that can't be generated, and reports why"),
        )
}

pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    let name = arguments
        .get_one::<String>("name")
        .map_or("", String::as_str);
    let spec = arguments
        .get_one::<PathBuf>("spec")
        .ok_or("--spec is missing")?;
    let only: Vec<String> = arguments
        .get_many::<String>("only")
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let skips = arguments.get_flag("skip-unsupported");
    let report = codegen::make_crate(root, name, spec, &only, skips)?;
    Ok(match lock(root) {
        Ok(()) => report,
        Err(failure) => format!(
            "{report}\nCargo.lock does not list the crate yet, and the next build adds it: {failure}"
        ),
    })
}

/// Adds the crate to `Cargo.lock`, because the project's checks do not update that file. The crate needs no packages beyond those of the
/// workspace.
fn lock(root: &Path) -> Result<(), String> {
    let arguments = ["update", "--quiet", "--workspace", "--offline"];
    Cargo::new(root).capture(&arguments).map(|_| ())
}
