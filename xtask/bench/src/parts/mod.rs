//! The parts: what each measures, and which are run.

mod calls;
mod clients;

use clap::{Arg, ArgAction, Command};

use crate::{Failure, report::Report, say};

/// Something that is measured.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    run: fn(&Options, &mut Report) -> Result<(), Failure>,
}

/// How thoroughly.
pub(crate) struct Options {
    /// How often everything is measured, in turns; by default what the part takes to be enough.
    rounds: Option<usize>,
}

impl Options {
    pub(crate) fn rounds(&self, default: usize) -> usize {
        self.rounds.unwrap_or(default).max(1)
    }
}

/// All parts, in the order of the page.
pub(crate) const PARTS: &[Part] = &[
    Part {
        name: "instructions",
        about: "instructions a call",
        run: calls::instructions,
    },
    Part {
        name: "allocations",
        about: "allocations and bytes a call",
        run: calls::allocations,
    },
];

/// Runs the parts that the arguments name, or all.
pub(crate) fn run() -> Result<(), Failure> {
    let names = PARTS
        .iter()
        .map(|part| format!("{}: {}", part.name, part.about));
    let matches = Command::new("bench")
        .about("Measures what the clients cost, beside hand-written code")
        .arg(
            Arg::new("part")
                .help("What to measure; everything by default")
                .long_help(names.collect::<Vec<_>>().join("\n"))
                .value_parser(PARTS.iter().map(|part| part.name).collect::<Vec<_>>())
                .hide_possible_values(true)
                .action(ArgAction::Append),
        )
        .arg(
            Arg::new("rounds")
                .long("rounds")
                .help("How often everything is measured, in turns")
                .value_parser(clap::value_parser!(usize)),
        )
        .get_matches();
    let wanted: Vec<&String> = matches.get_many("part").into_iter().flatten().collect();
    let options = Options {
        rounds: matches.get_one("rounds").copied(),
    };
    let is_wanted =
        |part: &&Part| wanted.is_empty() || wanted.iter().any(|name| *name == part.name);
    for part in PARTS.iter().filter(is_wanted) {
        say(&format!("{}: {}", part.name, part.about));
        let mut report = Report::new(part.name)?;
        (part.run)(&options, &mut report)?;
        report.save()?;
    }
    Ok(())
}
