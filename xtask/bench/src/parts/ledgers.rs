//! Measures the cost of opening a ledger of many keys.

use std::{fs, path::Path, process::Command};

use super::Options;
use crate::{
    Failure, process,
    report::{Figure, Report, Target, Unit, folder},
    spread::Spread,
    work::open_ledger::Opened,
};

/// The keys of a small ledger, and of a large one.
const SIZES: [u64; 2] = [1_000, 1_000_000];

pub(crate) fn open(options: &Options, report: &mut Report) -> Result<(), Failure> {
    fs::create_dir_all(folder())?;
    let mut ledgers = Vec::new();
    for keys in SIZES {
        let path = folder().join(format!("{keys}-keys.ledger"));
        if path.exists() {
            fs::remove_file(&path)?;
        }
        process::output(&mut command("fill-ledger", keys, &path)?)?;
        ledgers.push((keys, path, Vec::new(), Vec::new()));
    }
    for _ in 0..options.rounds(5) {
        for (keys, path, seconds, resident) in &mut ledgers {
            let opened: Opened = process::measure(&mut command("open-ledger", *keys, path)?)?;
            seconds.push(opened.seconds);
            resident.extend(opened.resident_bytes.map(|bytes| bytes as f64));
        }
    }
    let mut all_resident = Vec::new();
    for (keys, path, seconds, resident) in ledgers {
        let bytes = fs::metadata(&path)?.len();
        fs::remove_file(&path)?;
        let target = match keys {
            1_000_000 => Target::AtMost(3.0),
            _ => Target::None,
        };
        let measure = format!("opening a ledger of {keys} keys, which checks all of them");
        report.figure(
            Figure::ratio(measure, target, Spread::of(seconds))
                .unit(Unit::Seconds)
                .detail(format!("{:.1} MB on disk", bytes as f64 / 1e6)),
        );
        all_resident.push(resident);
    }
    let [few, many] = all_resident.as_slice() else {
        return Ok(());
    };
    if few.is_empty() || many.is_empty() {
        report.remark("the system does not report the memory of a process");
        return Ok(());
    }
    let megabytes = |values: &[f64]| Spread::of(values.iter().copied()).median / 1e6;
    report.figure(
        Figure::ratio(
            "resident memory of a process that opened a ledger, 1,000,000 keys ÷ 1,000",
            Target::AtMost(1.5),
            Spread::of_ratios(many, few),
        )
        .detail(format!(
            "{:.1} MB and {:.1} MB",
            megabytes(many),
            megabytes(few)
        )),
    );
    Ok(())
}

fn command(process: &str, keys: u64, path: &Path) -> Result<Command, Failure> {
    let path = path.to_str().ok_or("the path of the ledger is not text")?;
    let mut command = Command::new(process::program("bench")?);
    command.args([
        process.to_owned(),
        format!("keys={keys}"),
        format!("path={path}"),
    ]);
    Ok(command)
}
