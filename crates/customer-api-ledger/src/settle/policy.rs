use std::time::Duration;

use customer_api_core::{
    Error,
    settle::{Settle, Settled, Settling},
};

use crate::Resolution;

/// How long to look for a write whose outcome is unknown, and how the verdict resolves the key.
///
/// | verdict | the key becomes |
/// |---|---|
/// | [`Applied`](Settled::Applied), [`Superseded`](Settled::Superseded) | accepted |
/// | [`InEffect`](Settled::InEffect) | accepted if this verdict [suffices](Settle::suffices), otherwise it stays unknown. It suffices for a label and for a deletion. For an update or an added channel, it suffices if every field could be compared. For a creation, it does not suffice, because the customer found may be a namesake |
/// | [`NotSeen`](Settled::NotSeen) | stays unknown, unless [`absent_after`](Self::absent_after) applies |
/// | [`CannotTell`](Settled::CannotTell) | stays unknown |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettlePolicy {
    look_for: Duration,
    absent_after: Option<Duration>,
}

impl SettlePolicy {
    /// Looks once, and never decides that a write did not happen.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            look_for: Duration::ZERO,
            absent_after: None,
        }
    }

    /// Looks repeatedly until a read shows the write, for at most this time. See [`Settling::look_for`].
    #[must_use]
    pub const fn look_for(mut self, time: Duration) -> Self {
        self.look_for = time;
        self
    }

    /// Resolves a key as not sent if no read shows its write, and if this time has passed since the ledger last recorded the start of the
    /// write. **If the provider applies the write later, and the write is sent again, it is made twice.**
    ///
    /// The time should be longer than the timeout of a call plus the longest lag of the provider's reads. The setting applies only to keys
    /// that were unknown before this call or run. A key that becomes unknown in this call or run stays unknown until the next run.
    #[must_use]
    pub const fn absent_after(mut self, time: Duration) -> Self {
        self.absent_after = Some(time);
        self
    }

    /// Returns this policy without `absent_after`, for a write that was sent in this call or run.
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
            // A verdict that a later version of the core may add does not resolve the key either.
            _ => None,
        }
    }
}
