//! What the rules did to a description, so that a person can look.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::visible::spelt_out;

/// What was done to a part of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Did {
    /// The part has no meaning for a client.
    ReadPast,
    /// The part means more than the client does with it.
    Narrowed,
    /// The client does not have the part.
    LeftOut,
    /// The description does not say it, and the careful answer was taken.
    Assumed,
}

impl Did {
    fn word(self) -> &'static str {
        match self {
            Self::ReadPast => "read past",
            Self::Narrowed => "narrowed",
            Self::LeftOut => "left out",
            Self::Assumed => "assumed",
        }
    }
}

/// Every change, by kind. A kind is a statement without names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    kinds: BTreeMap<(Did, &'static str), Places>,
}

/// The places of one kind: their number, and the first of them.
#[derive(Clone, Debug, Default)]
struct Places {
    count: usize,
    first: Vec<String>,
}

/// The number of places that are kept for each kind. Memory stays bounded, whatever the description says.
const KEPT: usize = 40;

/// The number of places that a report shows for each kind.
const SHOWN: usize = 3;

impl Notes {
    pub(crate) fn add(&mut self, did: Did, what: &'static str, at: &str) {
        let places = self.kinds.entry((did, what)).or_default();
        if places.first.iter().any(|other| other == at) {
            return;
        }
        places.count += 1;
        if places.first.len() < KEPT {
            places.first.push(at.to_owned());
        }
    }

    /// Returns a line for every kind, with its number and a few places.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.kinds
            .iter()
            .map(|((did, what), places)| {
                // What was taken for personal is for people to check, so all of it is listed.
                let shown = if *did == Did::Assumed { KEPT } else { SHOWN };
                let mut line = format!("{}: {what} ({})", did.word(), places.count);
                for (index, at) in places.first.iter().take(shown).enumerate() {
                    let mark = if index == 0 { ": " } else { ", " };
                    let _ = write!(line, "{mark}#{at}");
                }
                if places.count > shown {
                    line += ", …";
                }
                spelt_out(&line)
            })
            .collect()
    }
}
