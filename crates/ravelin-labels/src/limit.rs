//! Finds the marker for the customer's rate limit in the body of a 2xx.
//!
//! The provider does not document where in a body the marker is. At the two likely places, the marker counts as proof that the label was not
//! kept. Anywhere else, or in another spelling, it leaves the outcome of the label unknown.

use std::{borrow::Cow, fmt};

use memchr::{memchr, memchr_iter};
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};

/// The text that marks a label that was not kept.
pub(crate) const RATE_LIMIT: &str = "RATE_LIMIT";

/// The member that contains the marker.
const SOURCE: &str = "source";

/// The content of a body with respect to the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// The body does not contain the marker.
    Untold,
    /// The limit is reached, and the label was not kept.
    Reached,
    /// The body contains the marker, but its meaning is not known.
    Doubtful,
}

/// Looks for the marker in JSON.
///
/// # Errors
///
/// If the text is not JSON.
pub(crate) fn told(json: &str) -> serde_json::Result<Limit> {
    let mut found = Found::default();
    let mut json = serde_json::Deserializer::from_str(json);
    let look = Look {
        place: Place::Whole,
        found: &mut found,
    };
    look.deserialize(&mut json)?;
    json.end()?;
    Ok(match found {
        Found {
            known: true,
            doubled: false,
            ..
        } => Limit::Reached,
        Found { known: true, .. }
        | Found {
            elsewhere: true, ..
        } => Limit::Doubtful,
        Found { .. } => Limit::Untold,
    })
}

/// Returns whether JSON may contain the marker: plain, or with some of its characters as escapes. This check saves a second parsing of
/// nearly all responses.
pub(crate) fn may_be_told(body: &[u8]) -> bool {
    memchr(b'\\', body).is_some() || is_written(body)
}

/// Returns whether the body contains the marker without escapes, in upper or lower case.
pub(crate) fn is_written(body: &[u8]) -> bool {
    // An underscore is rare in a response, and fast to find.
    memchr_iter(b'_', body).any(|at| {
        let start = at.checked_sub("RATE".len());
        let marker = start.and_then(|start| body.get(start..start + RATE_LIMIT.len()));
        marker.is_some_and(|marker| marker.eq_ignore_ascii_case(RATE_LIMIT.as_bytes()))
    })
}

#[derive(Debug, Default)]
struct Found {
    /// Whether the marker is at one of the two known places, spelt as documented.
    known: bool,
    elsewhere: bool,
    /// Whether a member that leads to a known place occurs twice. Either occurrence may be the valid one.
    doubled: bool,
}

/// The place of a value in the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The whole response.
    Whole,
    /// An element of a list that is the whole response.
    Listed,
    /// The response's `data`.
    Data,
    /// The response's `source`, or the `source` of its `data`.
    KnownSource,
    /// A `source` somewhere else, or a value in a `source`.
    Source,
    Elsewhere,
}

impl Place {
    fn of_element(self) -> Self {
        match self {
            Self::Whole | Self::Listed => Self::Listed,
            Self::KnownSource | Self::Source => Self::Source,
            Self::Data | Self::Elsewhere => Self::Elsewhere,
        }
    }

    fn of_member(self, name: &str) -> Self {
        match (self, name) {
            (Self::Whole | Self::Data, SOURCE) => Self::KnownSource,
            (Self::Whole, "data") => Self::Data,
            (Self::KnownSource | Self::Source, _) => Self::Source,
            _ if name.trim().eq_ignore_ascii_case(SOURCE) => Self::Source,
            _ => Self::Elsewhere,
        }
    }
}

/// Reads a value only to find the marker in it.
struct Look<'a> {
    place: Place,
    found: &'a mut Found,
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match self.place {
            Place::KnownSource if text == RATE_LIMIT => self.found.known = true,
            Place::Whole | Place::Listed | Place::KnownSource | Place::Source => {
                self.found.elsewhere |= text.trim().eq_ignore_ascii_case(RATE_LIMIT);
            }
            Place::Data | Place::Elsewhere => {}
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let place = self.place.of_element();
        loop {
            let found = &mut *self.found;
            if elements.next_element_seed(Look { place, found })?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let (mut has_source, mut has_data) = (false, false);
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            let place = self.place.of_member(&name);
            let seen = match place {
                Place::KnownSource => Some(&mut has_source),
                Place::Data => Some(&mut has_data),
                Place::Whole | Place::Listed | Place::Source | Place::Elsewhere => None,
            };
            if let Some(seen) = seen {
                self.found.doubled |= std::mem::replace(seen, true);
            }
            let found = &mut *self.found;
            members.next_value_seed(Look { place, found })?;
        }
        Ok(())
    }
}
