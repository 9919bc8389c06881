//! Makes `docs/performance.md` from the last run of each part. A part that was not run in this checkout keeps its
//! numbers on the page, and gets its present note.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use super::{Host, Report, plots, root};
use crate::{Failure, parts::PARTS};

const INTRODUCTION: &str = include_str!("introduction.md");

/// The crates whose versions identify what was compared.
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
    let path = docs().join("performance.md");
    let before = fs::read_to_string(&path).unwrap_or_default();
    fs::write(path, render(&reports, &versions(&lock), &before)?)?;
    Ok(())
}

fn docs() -> PathBuf {
    root().join("docs")
}

type Entry = (&'static str, &'static str, Option<Report>);

fn render(
    reports: &[Entry],
    versions: &BTreeMap<&str, String>,
    before: &str,
) -> Result<String, Failure> {
    let mut page = String::from(INTRODUCTION);
    let mut machines = kept_machines(before);
    let found = reports.iter().filter_map(|(_, _, report)| report.as_ref());
    for report in found {
        let machine = describe(&report.host);
        if !machines.contains(&machine) {
            machines.push(machine);
        }
    }
    page += "\n## What it ran on\n\n";
    for (number, machine) in machines.iter().enumerate() {
        writeln!(page, "{}. {machine}", number + 1)?;
    }
    let versions: Vec<String> = versions
        .iter()
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    write!(page, "\nWith {}.\n", versions.join(", "))?;
    for (about, name, report) in reports {
        let title = title(about);
        write!(page, "\n## {title}\n")?;
        match report {
            Some(report) => section(&mut page, about, name, report, &machines)?,
            None => match kept(before, &title) {
                Some(section) => page += &with_note(section, note(name).as_deref()),
                None => write!(page, "\nNot measured yet: `cargo xtask bench {name}`.\n")?,
            },
        }
    }
    Ok(page)
}

fn title(about: &str) -> String {
    let mut letters = about.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Returns the page's section under a title.
fn kept<'p>(page: &'p str, title: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("\n## {title}\n"))?;
    Some(
        rest.split_once("\n## ")
            .map_or(rest, |(section, _)| section),
    )
}

/// The first words of the paragraphs that follow a section's note.
const REMARKS: &str = "Notes on this run:";
const RUN: &str = "Run on machine";

/// Returns what a reader needs to know about a part's numbers.
fn note(name: &str) -> Option<String> {
    let note = fs::read_to_string(root().join(format!("xtask/bench/notes/{name}.md"))).ok()?;
    Some(note.trim().to_owned())
}

/// Returns a section of the page with this note. The section's numbers stay as they were measured.
fn with_note(section: &str, note: Option<&str>) -> String {
    let paragraphs: Vec<&str> = section.trim().split("\n\n").collect();
    let is_number = |text: &&&str| text.starts_with("| measure |") || text.starts_with("![");
    let numbers = paragraphs.iter().take_while(is_number).count();
    let is_end = |text: &&str| text.starts_with(REMARKS) || text.starts_with(RUN);
    let Some(end) = paragraphs.iter().position(is_end) else {
        return section.to_owned();
    };
    let (numbers, rest) = (paragraphs.iter().take(numbers), paragraphs.iter().skip(end));
    let kept: Vec<&str> = numbers.chain(note.iter()).chain(rest).copied().collect();
    format!("\n{}\n", kept.join("\n\n"))
}

/// Returns the machines of the page. The sections refer to them by their numbers.
fn kept_machines(page: &str) -> Vec<String> {
    let lines = kept(page, "What it ran on").unwrap_or_default().lines();
    let machines = lines.filter_map(|line| line.split_once(". "));
    let numbered = machines.filter(|(number, _)| number.parse::<usize>().is_ok());
    numbered.map(|(_, machine)| machine.to_owned()).collect()
}

fn describe(host: &Host) -> String {
    let Host {
        processor,
        cores,
        system,
        rustc,
        ..
    } = host;
    format!("{processor}, {cores} cores; {system}; {rustc}")
}

fn section(
    page: &mut String,
    about: &str,
    name: &str,
    report: &Report,
    machines: &[String],
) -> Result<(), Failure> {
    page.push('\n');
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
    if let Some(note) = note(name) {
        write!(page, "\n{note}\n")?;
    }
    if !report.remarks.is_empty() {
        write!(page, "\n{REMARKS}\n\n")?;
        for remark in &report.remarks {
            writeln!(page, "- {remark}")?;
        }
    }
    let machine = describe(&report.host);
    let number = machines.iter().position(|known| *known == machine);
    let number = number.unwrap_or_default() + 1;
    write!(
        page,
        "\n{RUN} {number} at {}, commit {}, load {:.1} when it began; again: `cargo xtask bench {name}`.\n",
        report.began, report.host.commit, report.host.load
    )?;
    Ok(())
}

/// Returns the versions in the lock file.
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
        let versions = BTreeMap::from([("reqwest", "0.13.5".to_owned())]);
        let page = render(&reports, &versions, "").unwrap();
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
    fn a_part_that_was_not_run_keeps_what_the_page_says_of_it() {
        let before = "# Performance\n\n## What it ran on\n\n1. an old machine\n\nWith x.\n\n## Reading\n\nfast\n\n## Other\n\nslow\n";
        let report = Report::new("decode").unwrap();
        let reports = [("reading", "decode", Some(report)), ("other", "none", None)];
        let page = render(&reports, &BTreeMap::new(), before).unwrap();
        assert!(page.contains("\n1. an old machine\n2. "), "{page}");
        assert!(page.ends_with("\n\n## Other\n\nslow\n"), "{page}");
        assert!(
            !page.contains("fast") && page.contains("Run on machine 2"),
            "{page}"
        );
    }

    #[test]
    fn a_part_that_was_not_run_gets_the_present_note() {
        let section = "\n| measure | target |\n|---|---|\n| a | 1 |\n\n![a](a.svg)\n\nOld.\n\nOlder.\n\nNotes on this run:\n\n- a remark\n\nRun on machine 1 at noon.\n";
        assert_eq!(
            with_note(section, Some("New.\n\n- newer")),
            section.replace("Old.\n\nOlder.", "New.\n\n- newer")
        );
        assert_eq!(
            with_note(section, None),
            section.replace("Old.\n\nOlder.\n\n", "")
        );
        let without = "\nNot measured yet.\n";
        assert_eq!(with_note(without, Some("New.")), without);
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
