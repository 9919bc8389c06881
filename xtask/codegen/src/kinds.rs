//! Problems by kind. A published description may have thousands of problems, most of which belong to a few kinds.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{problem::Problem, visible::spelt_out};

/// The number of places that a report shows for each kind.
const SHOWN: usize = 3;

/// The number of problems of each kind, with a hint and a few places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kinds {
    kinds: BTreeMap<String, Kind>,
}

#[derive(Clone, Debug, Default)]
struct Kind {
    count: usize,
    hint: String,
    places: Vec<String>,
}

impl Kinds {
    pub(crate) fn add(&mut self, problem: &Problem) {
        let kind = self.kinds.entry(kind(&problem.what)).or_default();
        kind.count += 1;
        if kind.places.len() < SHOWN {
            kind.hint.clone_from(&problem.hint);
            kind.places
                .push(format!("{}: #{}", problem.file, problem.at));
        }
    }

    /// Adds the problems of another description.
    pub(crate) fn merge(&mut self, other: Self) {
        for (name, found) in other.kinds {
            let kind = self.kinds.entry(name).or_default();
            kind.count += found.count;
            kind.hint = found.hint;
            let room = SHOWN.saturating_sub(kind.places.len());
            kind.places.extend(found.places.into_iter().take(room));
        }
    }

    /// Returns the kinds with their numbers of problems, the most frequent first.
    pub(crate) fn counts(&self) -> Vec<(&str, usize)> {
        let mut counts: Vec<(&str, usize)> = self
            .kinds
            .iter()
            .map(|(kind, found)| (kind.as_str(), found.count))
            .collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    }

    /// Returns a paragraph for each kind: its number of problems, its hint and a few places.
    pub(crate) fn report(&self) -> String {
        let mut out = String::new();
        for (name, count) in self.counts() {
            let Some(found) = self.kinds.get(name) else {
                continue;
            };
            let _ = writeln!(
                out,
                "{count} × {}; {}",
                spelt_out(name),
                spelt_out(&found.hint)
            );
            for place in &found.places {
                let _ = writeln!(out, "    {}", spelt_out(place));
            }
            if count > found.places.len() {
                let _ = writeln!(out, "    …");
            }
        }
        out
    }
}

/// Returns the kind of a problem: its statement, with `…` in place of names and numbers.
pub(crate) fn kind(what: &str) -> String {
    let mut out = String::new();
    for (index, part) in what.split('`').enumerate() {
        // Parts with an odd index were in backticks. They are names from one description, unless they are in `KEPT`.
        if index % 2 == 0 || KEPT.contains(&part) {
            out += part;
        } else {
            out.push('…');
        }
    }
    out.split(' ')
        .map(|word| {
            if word.parse::<u64>().is_ok() {
                "…"
            } else {
                word
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Words in backticks that stay in a kind, because they are not names from one description.
const KEPT: &[&str] = &[
    "allOf",
    "oneOf",
    "anyOf",
    "binary",
    "const",
    "content",
    "items",
    "not",
    "schema",
    "style",
    "type",
    "text/plain",
    "text/csv",
    "text/html",
    "application/octet-stream",
    "application/pdf",
    "application/x-ndjson",
    "application/vnd.api+json",
    "application/merge-patch+json",
    "application/json-patch+json",
    "application/scim+json",
    "image/png",
    "text/event-stream",
];
