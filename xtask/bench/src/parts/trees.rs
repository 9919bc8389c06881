//! Measures the cost of the project's crates for builds (crates, seconds and bytes), and of the project's own commands.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::Value;

use super::Options;
use crate::{
    Failure, clock, process,
    programs::Program,
    report::{Figure, Report, Target, Unit, folder, root, seconds},
    spread::Spread,
};

pub(crate) fn crates(_: &Options, report: &mut Report) -> Result<(), Failure> {
    for count in release::count_crates(&root())? {
        let more = i32::try_from(count.crates)? - i32::try_from(count.baseline)?;
        report.figure(
            Figure::ratio(
                format!(
                    "crates of {} beyond those of the hand-written manifest",
                    count.provider
                ),
                Target::AtMost(f64::from(u16::try_from(release::CRATES_ALLOWED)?)),
                Spread::exact(f64::from(more)),
            )
            .unit(Unit::Count)
            .detail(format!("{} and {}", count.crates, count.baseline)),
        );
    }
    Ok(())
}

pub(crate) fn build(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let [ours, plain] = Program::both()?;
    let (mut clean, mut again) = ([vec![], vec![]], [vec![], vec![]]);
    for round in 0..options.rounds(3) {
        let mut programs = [(0, &ours), (1, &plain)];
        if round % 2 == 1 {
            programs.reverse();
        }
        for (index, program) in programs {
            program.clean()?;
            keep(&mut clean, index, program.build()?);
            // A rebuild is short, so it is measured more often.
            for _ in 0..3 {
                program.touch()?;
                keep(&mut again, index, program.build()?);
            }
        }
    }
    let median = |values: &[f64]| seconds(Spread::of(values.iter().copied()).median);
    let [ours_clean, plain_clean] = clean;
    report.figure(
        Figure::ratio(
            "clean release build of a program with `ravelin-labels` ÷ with plain reqwest",
            Target::AtMost(1.15),
            Spread::of_ratios(&ours_clean, &plain_clean),
        )
        .detail(format!(
            "{} and {}",
            median(&ours_clean),
            median(&plain_clean)
        )),
    );
    let [ours_again, plain_again] = again;
    report.figure(
        Figure::ratio(
            "rebuild after touching `src/main.rs`, with `ravelin-labels` ÷ with plain reqwest",
            Target::AtMost(1.0),
            Spread::of_ratios(&ours_again, &plain_again),
        )
        .detail(format!(
            "{} and {}",
            median(&ours_again),
            median(&plain_again)
        )),
    );
    Ok(())
}

fn keep(columns: &mut [Vec<f64>; 2], index: usize, value: f64) {
    if let Some(column) = columns.get_mut(index) {
        column.push(value);
    }
}

pub(crate) fn binary(_: &Options, report: &mut Report) -> Result<(), Failure> {
    let [ours, plain] = Program::both()?;
    ours.build()?;
    plain.build()?;
    let [ours, plain] = [ours.size()? as f64, plain.size()? as f64];
    report.figure(
        Figure::ratio(
            "stripped release binary ÷ that with plain reqwest",
            Target::AtMost(1.10),
            Spread::exact(ours / plain),
        )
        .detail(format!("{:.2} MB and {:.2} MB", ours / 1e6, plain / 1e6)),
    );
    Ok(())
}

/// The maximum number of crates of xtask, and the maximum number of seconds of its clean build.
const XTASK: (f64, f64) = (20.0, 15.0);

pub(crate) fn xtask(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let target = folder().join("xtask");
    let (mut clean, mut codegen, mut crates) = (Vec::new(), Vec::new(), 0);
    for _ in 0..options.rounds(3) {
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        let began = clock::now();
        let messages = process::output(cargo(&target).args([
            "build",
            "--package=xtask",
            "--jobs=2",
            "--message-format=json",
        ]))?;
        clean.push(began.elapsed().as_secs_f64());
        crates = compiled(&messages);
        // Warm: the first run reads the files into the system's memory.
        for is_first in [true, false, false, false] {
            let began = clock::now();
            process::output(cargo(&target).args(["xtask", "codegen", "--check"]))?;
            if !is_first {
                codegen.push(began.elapsed().as_secs_f64());
            }
        }
    }
    fs::remove_dir_all(&target)?;
    let measures = [
        (
            "`cargo xtask codegen --check` of all crates, warm",
            0.5,
            codegen,
        ),
        ("clean build of xtask", XTASK.1, clean),
    ];
    for (measure, target, values) in measures {
        let figure = Figure::ratio(measure, Target::AtMost(target), Spread::of(values));
        report.figure(figure.unit(Unit::Seconds));
    }
    let crates = Spread::exact(f64::from(u32::try_from(crates)?));
    let figure = Figure::ratio(
        "crates of a clean build of xtask",
        Target::AtMost(XTASK.0),
        crates,
    );
    report.figure(figure.unit(Unit::Count));
    Ok(())
}

/// Returns cargo in the workspace, with a separate target folder.
fn cargo(target: &Path) -> Command {
    let mut cargo = crate::programs::cargo();
    cargo.current_dir(root()).env("CARGO_TARGET_DIR", target);
    cargo
}

/// Returns the number of packages that were compiled, from cargo's messages.
fn compiled(messages: &str) -> usize {
    let packages = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_artifact = message.get("reason")?.as_str()? == "compiler-artifact";
        is_artifact.then(|| message.get("package_id")?.as_str().map(str::to_owned))?
    });
    packages.collect::<BTreeSet<_>>().len()
}
