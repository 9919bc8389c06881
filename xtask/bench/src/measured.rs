//! The processes that are measured, and the server: which there are, and how they are started.

use std::{io::Write as _, process::ExitCode};

use serde::Serialize;

use crate::{
    Failure,
    callers::{Hand, Hyper, Ours},
    drive::{self, Allocated, Plan},
    exit, server,
    settings::Settings,
};

/// Whether an argument names a process, not a part.
pub(crate) fn is_process(name: &str) -> bool {
    ["serve", "drive"].contains(&name)
}

/// Runs the process that the arguments name; the counter tells what was allocated so far.
#[must_use]
pub fn measured(counter: Option<fn() -> Allocated>) -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    exit(Settings::read(arguments).and_then(|settings| run(&name, &settings, counter)))
}

/// Runs the process that the arguments name; `peak` tells the most bytes that were alive since it was last asked.
#[must_use]
pub fn measured_peak(_peak: fn() -> usize) -> ExitCode {
    measured(None)
}

fn run(name: &str, settings: &Settings, counter: Option<fn() -> Allocated>) -> Result<(), Failure> {
    match name {
        "serve" => server::serve(settings),
        "drive" => {
            let plan = Plan::read(settings, counter)?;
            let url = settings.text("url")?;
            tell(&match settings.text("client")? {
                "ours" => drive::run(&Ours::new(url)?, &plan),
                "hand" => drive::run(&Hand::new(url)?, &plan),
                "hyper" => drive::run(&Hyper::new(url)?, &plan),
                other => Err(format!("no client is named `{other}`").into()),
            }?)
        }
        _ => Err(format!("no process is named `{name}`").into()),
    }
}

/// Hands what was measured to whoever started the process.
pub(crate) fn tell(outcome: &impl Serialize) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{}", serde_json::to_string(outcome)?)?;
    Ok(())
}
