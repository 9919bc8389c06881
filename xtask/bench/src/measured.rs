//! The measured processes and the server, and how they are started.

use std::{io::Write as _, process::ExitCode};

use serde::Serialize;

use crate::{
    Failure,
    callers::{Hand, Hyper, Ours},
    drive::{self, Allocated, Plan},
    exit, server,
    settings::Settings,
    work,
};

/// A process: its name, and its work.
type Process = (&'static str, fn(&Settings, Meters) -> Result<(), Failure>);

/// The functions that read the allocator's counts.
#[derive(Clone, Copy, Default)]
struct Meters {
    allocated: Option<fn() -> Allocated>,
    peak: Option<fn() -> usize>,
}

const PROCESSES: &[Process] = &[
    ("serve", |settings, _| server::serve(settings)),
    ("drive", drive),
    ("decode-pages", |settings, _| {
        tell(&work::decode::run(settings)?)
    }),
    ("export-reviews", |settings, meters| {
        tell(&work::export::run(settings, meters.peak)?)
    }),
    ("send-invitations", |settings, _| {
        tell(&work::send_all::run(settings)?)
    }),
    ("fill-ledger", |settings, _| {
        work::open_ledger::fill(settings)
    }),
    ("open-ledger", |settings, _| {
        tell(&work::open_ledger::open(settings)?)
    }),
    ("use-stores", |settings, _| {
        tell(&work::stores::run(settings)?)
    }),
    ("pass-limits", |settings, _| {
        tell(&work::limits::run(settings)?)
    }),
    ("construct-clients", |settings, _| {
        tell(&work::construct::run(settings)?)
    }),
];

/// Returns whether an argument names a process, not a part.
pub(crate) fn is_process(name: &str) -> bool {
    PROCESSES.iter().any(|(process, _)| *process == name)
}

/// Runs the process that the arguments name. `counter` returns the allocations so far.
#[must_use]
pub fn measured(counter: Option<fn() -> Allocated>) -> ExitCode {
    run(Meters {
        allocated: counter,
        ..Meters::default()
    })
}

/// Runs the process that the arguments name. `peak` returns the peak of live bytes since its last call.
#[must_use]
pub fn measured_peak(peak: fn() -> usize) -> ExitCode {
    run(Meters {
        peak: Some(peak),
        ..Meters::default()
    })
}

fn run(meters: Meters) -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let process = PROCESSES.iter().find(|(process, _)| *process == name);
    exit(match process {
        Some((_, run)) => Settings::read(arguments).and_then(|settings| run(&settings, meters)),
        None => Err(format!("no process is named `{name}`").into()),
    })
}

fn drive(settings: &Settings, meters: Meters) -> Result<(), Failure> {
    let plan = Plan::read(settings, meters.allocated)?;
    let url = settings.text("url")?;
    tell(&match settings.text("client")? {
        "ours" => drive::run(&Ours::new(url)?, &plan),
        "hand" => drive::run(&Hand::new(url)?, &plan),
        "hyper" => drive::run(&Hyper::new(url)?, &plan),
        other => Err(format!("no client is named `{other}`").into()),
    }?)
}

/// Prints the measurement for the process that started this one.
pub(crate) fn tell(outcome: &impl Serialize) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{}", serde_json::to_string(outcome)?)?;
    Ok(())
}
