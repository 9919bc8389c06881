//! The argument that selects the steps of a command.

use clap::{Arg, ArgAction, ArgMatches};

pub(crate) fn argument() -> Arg {
    Arg::new("step")
        .help("Runs only the steps whose names contain one of these words")
        .action(ArgAction::Append)
}

/// Returns the wanted parts of step names. Empty means all steps.
pub(crate) fn wanted(arguments: &ArgMatches) -> Vec<String> {
    let parts = arguments.get_many("step").into_iter().flatten();
    parts.cloned().collect()
}
