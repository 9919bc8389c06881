//! `cargo xtask package`: checks whether the crates that changed can be released.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches};

use crate::steps;

pub(crate) fn command() -> clap::Command {
    clap::Command::new("package")
        .about("Checks whether the crates that changed since their tags can be released")
        .arg(
            Arg::new("tag")
                .long("tag")
                .value_name("CRATE-vVERSION")
                .help("Checks the release of this one crate; its siblings are already released"),
        )
        .arg(
            Arg::new("registry")
                .long("registry")
                .value_name("NAME")
                .help("The registry for the crates; without it, crates.io"),
        )
        .arg(
            Arg::new("write")
                .long("write")
                .help("Writes the dependency lines of the READMEs and the docs pages, and checks nothing")
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["tag", "registry", "step"]),
        )
        .arg(steps::argument())
        .after_help("The order, the tags and what to do when it fails: docs/releasing.md")
}

pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    if arguments.get_flag("write") {
        return release::write_readmes(root);
    }
    let text = |name| arguments.get_one::<String>(name).map(String::as_str);
    release::check(
        root,
        text("tag"),
        text("registry"),
        &steps::wanted(arguments),
    )
}
