//! The parts: the measure of each, and the selection of parts to run.

mod calls;
mod clients;
mod construction;
mod ledgers;
mod lists;
mod loads;
mod stores;
mod trees;
mod waits;

pub(crate) use self::clients::Counting;
use clap::{Arg, ArgAction, Command};

use crate::{
    Failure,
    report::{self, Report},
    say,
};

/// A measurement.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    run: fn(&Options, &mut Report) -> Result<(), Failure>,
}

/// The settings of a run.
pub(crate) struct Options {
    /// The number of rounds. In each round, the compared programs run in turn. By default, each part chooses a
    /// sufficient number.
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
        about: "instructions per call",
        run: calls::instructions,
    },
    Part {
        name: "allocations",
        about: "allocations and bytes per call",
        run: calls::allocations,
    },
    Part {
        name: "latency",
        about: "how long calls take, one after the other",
        run: loads::latency,
    },
    Part {
        name: "throughput",
        about: "calls per second, many at once",
        run: loads::throughput,
    },
    Part {
        name: "decode",
        about: "reading a page of 1,000 reviews",
        run: lists::decode,
    },
    Part {
        name: "export",
        about: "exporting 1,000,000 reviews",
        run: lists::export,
    },
    Part {
        name: "memory",
        about: "the memory of an export",
        run: lists::memory,
    },
    Part {
        name: "send-all",
        about: "sending to many with a ledger",
        run: waits::send_all,
    },
    Part {
        name: "ledger",
        about: "opening a ledger of many keys",
        run: ledgers::open,
    },
    Part {
        name: "stores",
        about: "quota and ledger that machines share",
        run: stores::stores,
    },
    Part {
        name: "limits",
        about: "limiter and session",
        run: waits::limits,
    },
    Part {
        name: "crates",
        about: "crates beyond those of hand-written code",
        run: trees::crates,
    },
    Part {
        name: "build",
        about: "building a program, and building it again",
        run: trees::build,
    },
    Part {
        name: "binary",
        about: "the size of a program",
        run: trees::binary,
    },
    Part {
        name: "xtask",
        about: "the project's own commands",
        run: trees::xtask,
    },
    Part {
        name: "construction",
        about: "making a client",
        run: construction::construction,
    },
];

/// Runs the parts that the arguments name, or all parts.
pub(crate) fn run() -> Result<(), Failure> {
    let names = PARTS
        .iter()
        .map(|part| format!("{}: {}", part.name, part.about));
    let matches = Command::new("bench")
        .about("Measures the cost of the clients, compared with hand-written code")
        .arg(
            Arg::new("part")
                .help("Parts to measure; all parts by default")
                .long_help(names.collect::<Vec<_>>().join("\n"))
                .value_parser(PARTS.iter().map(|part| part.name).collect::<Vec<_>>())
                .hide_possible_values(true)
                .action(ArgAction::Append),
        )
        .arg(
            Arg::new("rounds")
                .long("rounds")
                .help("Number of rounds for each measure")
                .value_parser(clap::value_parser!(usize)),
        )
        .arg(
            Arg::new("write")
                .long("write")
                .help("After measuring, writes docs/performance.md from the last run of each part")
                .action(ArgAction::SetTrue),
        )
        .arg(
            Arg::new("page")
                .long("page")
                .help(
                    "Writes docs/performance.md from the last run of each part, without measuring",
                )
                .conflicts_with_all(["part", "rounds", "write"])
                .action(ArgAction::SetTrue),
        )
        .get_matches();
    if matches.get_flag("page") {
        return report::write();
    }
    let wanted: Vec<&String> = matches.get_many("part").into_iter().flatten().collect();
    let options = Options {
        rounds: matches.get_one("rounds").copied(),
    };
    let is_wanted =
        |part: &&Part| wanted.is_empty() || wanted.iter().any(|name| *name == part.name);
    let mut failed = Vec::new();
    for part in PARTS.iter().filter(is_wanted) {
        say(&format!("{}: {}", part.name, part.about));
        // A failed part does not affect the others. The page keeps the failed part's last run.
        if let Err(failure) = measure(part, &options) {
            say(&format!("  FAILED: {}", crate::story(&*failure)));
            failed.push(part.name);
        }
    }
    if matches.get_flag("write") {
        report::write()?;
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("failed: {}", failed.join(", ")).into())
    }
}

fn measure(part: &Part, options: &Options) -> Result<(), Failure> {
    let mut report = Report::new(part.name)?;
    (part.run)(options, &mut report)?;
    report.save()
}
