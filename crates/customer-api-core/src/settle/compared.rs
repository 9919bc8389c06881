//! Compares the fields that were sent with the fields that the provider shows.

use std::{borrow::Cow, fmt, iter};

use super::{Look, Reason, Settled, Why};
use crate::Service;

/// The value that was read, and the names of the sent fields in two groups: the fields that show the value that was sent, and the
/// fields that could not be compared.
#[derive(Clone, PartialEq, Eq)]
pub struct Compared<T> {
    seen: T,
    equal: Vec<Cow<'static, str>>,
    unseen: Vec<Cow<'static, str>>,
}

impl<T> Compared<T> {
    /// The value that was read.
    pub fn seen(&self) -> &T {
        &self.seen
    }

    /// Returns the value that was read, without the fields.
    pub fn into_seen(self) -> T {
        self.seen
    }

    /// The names, in the provider's spelling, of the fields that show the values that were sent.
    pub fn equal(&self) -> impl Iterator<Item = &str> {
        self.equal.iter().map(|name| &**name)
    }

    /// Whether every field that was sent could be compared.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unseen.is_empty()
    }

    /// The names of the fields that were sent but could not be compared, because no read shows them in a comparable form. The
    /// verdict does not cover these fields.
    pub fn not_compared(&self) -> impl Iterator<Item = &str> {
        self.unseen.iter().map(|name| &**name)
    }
}

/// Shows the value that was read, by the value's own `Debug`, and the names of fields.
impl<T: fmt::Debug> fmt::Debug for Compared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compared")
            .field("seen", &self.seen)
            .field("equal", &self.equal)
            .field("not_compared", &self.unseen)
            .finish()
    }
}

/// A comparison of the sent fields with the fields that the provider shows, for implementations of [`Settle`](super::Settle).
#[derive(Clone, Debug, Default)]
#[must_use = "a comparison has no effect before its verdict is requested"]
pub struct Comparison {
    equal: Vec<Cow<'static, str>>,
    different: Vec<Cow<'static, str>>,
    unseen: Vec<Cow<'static, str>>,
}

impl Comparison {
    /// Creates a comparison without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field that was sent. `is_equal` states whether the provider shows the value that was sent, or is `None` if the
    /// field can't be compared.
    pub fn field(&mut self, name: impl Into<Cow<'static, str>>, is_equal: Option<bool>) {
        let list = match is_equal {
            Some(true) => &mut self.equal,
            Some(false) => &mut self.different,
            None => &mut self.unseen,
        };
        list.push(name.into());
    }

    /// Whether at least one field could be compared, and every compared field shows the value that was sent.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.different.is_empty() && !self.equal.is_empty()
    }

    /// Returns the value that was read, with the names of the fields.
    pub fn evidence<T>(self, seen: T) -> Compared<T> {
        Compared {
            seen,
            equal: self.equal,
            unseen: self.unseen,
        }
    }

    /// Returns the verdict on a write that sets a state and has no marker.
    ///
    /// | the compared fields | verdict |
    /// |---|---|
    /// | all show the values that were sent | [`InEffect`](Settled::InEffect) |
    /// | none shows the value that was sent | [`NotSeen`](Settled::NotSeen) |
    /// | some show the values that were sent | [`CannotTell`](Settled::CannotTell), by [`Reason::Partly`]: these fields may have had these values before the write |
    /// | no field could be compared | [`CannotTell`](Settled::CannotTell), by [`Reason::NothingToCompare`] |
    #[must_use]
    pub fn verdict<T, S: Service>(
        self,
        seen: T,
        look: &Look<S>,
        ask: &'static str,
    ) -> Settled<Compared<T>> {
        match (self.equal.is_empty(), self.different.is_empty()) {
            (false, true) => Settled::InEffect(self.evidence(seen)),
            (true, false) => look.not_seen(),
            (true, true) => Settled::CannotTell(Why::new(Reason::NothingToCompare, ask)),
            (false, false) => {
                let ask = format!(
                    "{ask} (as sent: {}; otherwise: {})",
                    list(&self.equal),
                    list(&self.different)
                );
                Settled::CannotTell(Why::new(Reason::Partly, ask))
            }
        }
    }
}

fn list(names: &[Cow<'static, str>]) -> String {
    let names = names.iter().map(|name| &**name);
    names
        .zip(iter::once("").chain(iter::repeat(", ")))
        .flat_map(|(name, separator)| [separator, name])
        .collect()
}
