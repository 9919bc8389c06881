use std::time::Duration;

use customer_api_core::{
    Error,
    settle::{Settle, Settled, Settling},
};

use crate::Resolution;

/// How long to look for a write whose outcome is unknown, and what the look decides.
///
/// | verdict | the key becomes |
/// |---|---|
/// | [`Applied`](Settled::Applied), [`Superseded`](Settled::Superseded) | accepted |
/// | [`InEffect`](Settled::InEffect) | accepted, if that [suffices](Settle::suffices): for a label, a deletion, or an update of which everything could be compared. A creation stays unknown: a namesake may be there instead |
/// | [`NotSeen`](Settled::NotSeen) | stays unknown, unless [`absent_after`](Self::absent_after) says otherwise |
/// | [`CannotTell`](Settled::CannotTell) | stays unknown |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettlePolicy {
    look_for: Duration,
    absent_after: Option<Duration>,
}

impl SettlePolicy {
    /// Looks once, and takes nothing that does not show for "did not happen".
    #[must_use]
    pub const fn new() -> Self {
        Self {
            look_for: Duration::ZERO,
            absent_after: None,
        }
    }

    /// Looks again until the write shows, for this time at most. See [`Settling::look_for`].
    #[must_use]
    pub const fn look_for(mut self, time: Duration) -> Self {
        self.look_for = time;
        self
    }

    /// Takes a write that does not show, this long after it was begun, for "did not happen". **If the provider applies it later, it
    /// is made twice.**
    ///
    /// The time should be longer than the timeout of a call and the longest lag of the provider's reads together. It counts for keys
    /// that were unknown before. What became unknown just now stays so until the next run.
    #[must_use]
    pub const fn absent_after(mut self, time: Duration) -> Self {
        self.absent_after = Some(time);
        self
    }

    /// The same policy for a write that was sent just now.
    pub(super) const fn of_now(self) -> Self {
        Self {
            absent_after: None,
            ..self
        }
    }

    pub(super) async fn look<O: Settle>(
        self,
        settling: Settling<'_, O>,
    ) -> Result<Settled<O::Evidence>, Error> {
        if self.look_for.is_zero() {
            settling.look().await
        } else {
            settling.look_for(self.look_for).await
        }
    }

    pub(super) fn decide<O: Settle>(self, verdict: &Settled<O::Evidence>) -> Option<Resolution> {
        match verdict {
            Settled::Applied(_) | Settled::Superseded(_) => Some(Resolution::Sent),
            Settled::InEffect(evidence) if O::suffices(evidence) => Some(Resolution::Sent),
            Settled::NotSeen { waited, .. }
                if self.absent_after.is_some_and(|end| *waited >= end) =>
            {
                Some(Resolution::NotSent)
            }
            // A verdict that is not known yet decides nothing.
            _ => None,
        }
    }
}
