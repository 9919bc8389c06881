//! Comparing what was sent with what is shown, field by field.

use std::{borrow::Cow, fmt, iter};

use super::{Look, Reason, Settled, Why};
use crate::Service;

/// What a look read, and which fields of the write it could compare.
#[derive(Clone, PartialEq, Eq)]
pub struct Compared<T> {
    seen: T,
    equal: Vec<Cow<'static, str>>,
    unseen: Vec<Cow<'static, str>>,
}

impl<T> Compared<T> {
    /// What was read.
    pub fn seen(&self) -> &T {
        &self.seen
    }

    /// What was read, alone.
    pub fn into_seen(self) -> T {
        self.seen
    }

    /// The fields that show as they were sent, as the provider spells them.
    pub fn equal(&self) -> impl Iterator<Item = &str> {
        self.equal.iter().map(|name| &**name)
    }

    /// Whether every field that was sent could be compared.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unseen.is_empty()
    }

    /// The fields that were sent, and that no read shows in a form that can be compared: the verdict says nothing about them.
    pub fn not_compared(&self) -> impl Iterator<Item = &str> {
        self.unseen.iter().map(|name| &**name)
    }
}

/// Shows what was read by its own `Debug`, and the names of fields.
impl<T: fmt::Debug> fmt::Debug for Compared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compared")
            .field("seen", &self.seen)
            .field("equal", &self.equal)
            .field("not_compared", &self.unseen)
            .finish()
    }
}

/// A comparison of what was sent with what is shown, for implementations of [`Settle`](super::Settle).
#[derive(Clone, Debug, Default)]
#[must_use = "a comparison says nothing before it is asked for its verdict"]
pub struct Comparison {
    equal: Vec<Cow<'static, str>>,
    different: Vec<Cow<'static, str>>,
    unseen: Vec<Cow<'static, str>>,
}

impl Comparison {
    /// Nothing is compared yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field that was sent, and whether it shows as it was sent; `None` if that can't be compared.
    pub fn field(&mut self, name: impl Into<Cow<'static, str>>, is_equal: Option<bool>) {
        let list = match is_equal {
            Some(true) => &mut self.equal,
            Some(false) => &mut self.different,
            None => &mut self.unseen,
        };
        list.push(name.into());
    }

    /// Whether every field that can be compared shows as it was sent, and there is one at least.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.different.is_empty() && !self.equal.is_empty()
    }

    /// What was read, with the names of the fields.
    pub fn evidence<T>(self, seen: T) -> Compared<T> {
        Compared {
            seen,
            equal: self.equal,
            unseen: self.unseen,
        }
    }

    /// The verdict on a write that sets a state and has no marker.
    ///
    /// | the fields | verdict |
    /// |---|---|
    /// | all show as they were sent | [`InEffect`](Settled::InEffect) |
    /// | none does | [`NotSeen`](Settled::NotSeen) |
    /// | some do | [`CannotTell`](Settled::CannotTell), by [`Reason::Partly`]: they may have been so before |
    /// | none can be compared | [`CannotTell`](Settled::CannotTell), by [`Reason::NothingToCompare`] |
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
