//! The changes that the rules made to a description, for a person to check.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::visible::spelt_out;

/// The kind of change that a rule made to a part of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Did {
    /// The part has no meaning for a client.
    ReadPast,
    /// The client supports only some of the part's meaning.
    Narrowed,
    /// The client does not have the part.
    LeftOut,
    /// The description lacks information about the part, so a careful assumption was made.
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

/// All changes. Changes with the same [`Did`] and the same text are of one kind, and share an entry. The text contains
/// no names of parts, so the same change in many places is of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    kinds: BTreeMap<(Did, &'static str), Places>,
}

/// The places of the changes of one kind: how many there are, and the first [`KEPT`] of them.
#[derive(Clone, Debug, Default)]
struct Places {
    count: usize,
    first: Vec<String>,
}

/// The number of places that are kept for each kind. The limit bounds the memory, however large the description is.
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

    /// Returns a line for every kind, with its number of places and a few of them.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.kinds
            .iter()
            .map(|((did, what), places)| {
                // A person has to check the assumptions. Therefore all kept places are listed.
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
