//! `docs/performance.md`, put together from the last run of each part.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use super::{Host, Report, plots, root};
use crate::{Failure, parts::PARTS};

const INTRODUCTION: &str = include_str!("introduction.md");

/// The crates whose versions say what was compared.
const CRATES: [&str; 8] = [
    "customer-api-core",
    "customer-api-ledger",
    "ravelin-labels",
    "helpdesk-customers",
    "feedback-invitations",
    "reqwest",
    "hyper",
    "tokio",
];

/// Writes the page and its drawings.
pub(crate) fn write() -> Result<(), Failure> {
    let mut reports = Vec::new();
    for part in PARTS {
        reports.push((part.about, part.name, Report::load(part.name)?));
    }
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let drawings = docs().join("performance");
    fs::create_dir_all(&drawings)?;
    for report in reports.iter().filter_map(|(_, _, report)| report.as_ref()) {
        if let Some(plot) = &report.plot {
            fs::write(
                drawings.join(format!("{}.svg", report.part)),
                plots::draw(plot)?,
            )?;
        }
    }
    let page = render(&reports, &versions(&lock))?;
    fs::write(docs().join("performance.md"), page)?;
    Ok(())
}

fn docs() -> PathBuf {
    root().join("docs")
}

type Entry = (&'static str, &'static str, Option<Report>);

fn render(reports: &[Entry], versions: &BTreeMap<&str, String>) -> Result<String, Failure> {
    let mut page = String::from(INTRODUCTION);
    let found = reports.iter().filter_map(|(_, _, report)| report.as_ref());
    let runs = runs(found);
    page += "\n## What it ran on\n\n";
    for (number, (host, parts)) in runs.iter().enumerate() {
        page += &machine(number + 1, host, parts);
    }
    let versions: Vec<String> = versions
        .iter()
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    write!(page, "\nWith {}.\n", versions.join(", "))?;
    for (about, name, report) in reports {
        section(&mut page, about, name, report.as_ref(), &runs)?;
    }
    Ok(page)
}

/// The machines that there were runs on, each with its parts.
type Runs<'a> = Vec<(&'a Host, Vec<&'a str>)>;

fn runs<'a>(reports: impl Iterator<Item = &'a Report>) -> Runs<'a> {
    let mut runs: Runs<'a> = Vec::new();
    for report in reports {
        match runs.iter_mut().find(|(host, _)| host.is_same(&report.host)) {
            Some((_, parts)) => parts.push(&report.part),
            None => runs.push((&report.host, vec![&report.part])),
        }
    }
    runs
}

fn machine(number: usize, host: &Host, parts: &[&str]) -> String {
    let Host {
        processor,
        cores,
        system,
        rustc,
        ..
    } = host;
    let parts = parts.join(", ");
    format!("{number}. {processor}, {cores} cores; {system}; {rustc}: {parts}\n")
}

fn section(
    page: &mut String,
    about: &str,
    name: &str,
    report: Option<&Report>,
    runs: &Runs<'_>,
) -> Result<(), Failure> {
    let mut title = about.chars();
    let first = title.next().map(|first| first.to_uppercase().to_string());
    write!(
        page,
        "\n## {}{}\n\n",
        first.unwrap_or_default(),
        title.as_str()
    )?;
    let note = fs::read_to_string(root().join(format!("xtask/bench/notes/{name}.md")));
    let Some(report) = report else {
        writeln!(page, "Not measured yet: `cargo xtask bench {name}`.")?;
        return Ok(());
    };
    if !report.figures.is_empty() {
        page.push_str(
            "| measure | target | result | verdict | in numbers |\n|---|---|---|---|---|\n",
        );
    }
    for figure in &report.figures {
        writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            figure.measure,
            figure.target(),
            figure.result(),
            figure.verdict(),
            figure.detail
        )?;
    }
    if report.plot.is_some() {
        write!(page, "\n![{about}](performance/{name}.svg)\n")?;
    }
    if let Ok(note) = note {
        write!(page, "\n{}\n", note.trim())?;
    }
    if !report.remarks.is_empty() {
        page.push_str("\nOf this run:\n\n");
        for remark in &report.remarks {
            writeln!(page, "- {remark}")?;
        }
    }
    let number = runs.iter().position(|(host, _)| host.is_same(&report.host));
    let number = number.unwrap_or_default() + 1;
    write!(
        page,
        "\nRun on machine {number} at {}, commit {}, load {:.1} when it began; again: `cargo xtask bench {name}`.\n",
        report.began, report.host.commit, report.host.load
    )?;
    Ok(())
}

/// The versions in the lock file.
fn versions(lock: &str) -> BTreeMap<&'static str, String> {
    let mut versions = BTreeMap::new();
    let packages = lock.split("[[package]]").map(|package| {
        let field = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(name));
            line.map(|value| value.trim_matches([' ', '=', '"']).to_owned())
        };
        (field("name"), field("version"))
    });
    for (name, version) in packages {
        let known = CRATES.iter().find(|known| Some(**known) == name.as_deref());
        if let (Some(name), Some(version)) = (known, version) {
            versions.insert(*name, version);
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        report::{Figure, Target},
        spread::Spread,
    };

    #[test]
    fn a_target_that_is_missed_is_said_to_be() {
        let mut report = Report::new("decode").unwrap();
        report.figures.push(Figure::ratio(
            "pages",
            Target::AtMost(0.95),
            Spread::of([1.0, 1.5, 1.1]),
        ));
        report.remarks.push("a remark".to_owned());
        let reports = [("reading", "decode", Some(report)), ("other", "none", None)];
        let page = render(
            &reports,
            &BTreeMap::from([("reqwest", "0.13.5".to_owned())]),
        )
        .unwrap();
        for text in [
            "| pages | ≤ 0.95 | 1.10 (1.00–1.50) | **missed** |  |",
            "## Reading\n",
            "- a remark\n",
            "With reqwest 0.13.5.",
            "Not measured yet: `cargo xtask bench none`.",
        ] {
            assert!(page.contains(text), "{text}\n{page}");
        }
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let lock = "[[package]]\nname = \"tokio\"\nversion = \"1.2.3\"\n\n[[package]]\nname = \"else\"\nversion = \"9.9.9\"\n";
        assert_eq!(
            versions(lock),
            BTreeMap::from([("tokio", "1.2.3".to_owned())])
        );
    }
}
