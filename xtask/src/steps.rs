//! The argument that says which steps of a command to take.

use clap::{Arg, ArgAction, ArgMatches};

pub(crate) fn argument() -> Arg {
    Arg::new("step")
        .help("Runs only the steps whose names contain one of these")
        .action(ArgAction::Append)
}

/// Parts of the names of the steps that are wanted; of all, if there are none.
pub(crate) fn wanted(arguments: &ArgMatches) -> Vec<String> {
    let parts = arguments.get_many("step").into_iter().flatten();
    parts.cloned().collect()
}
