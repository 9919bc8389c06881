//! `cargo xtask new-provider`: makes a crate for a provider from a plain OpenAPI 3.1 file.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};

pub(crate) fn command() -> Command {
    Command::new("new-provider")
        .about("Makes crates/NAME from an OpenAPI 3.1 file: client, service, README, tests and generated code")
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
                .help("The provider's description, in YAML or JSON"),
        )
}

pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    let name = arguments
        .get_one::<String>("name")
        .map_or("", String::as_str);
    let spec = arguments
        .get_one::<PathBuf>("spec")
        .ok_or("--spec is missing")?;
    codegen::make_crate(root, name, spec)
}
