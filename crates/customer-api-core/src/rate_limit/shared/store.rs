use std::{fmt, time::Duration};

use async_trait::async_trait;

use crate::{error::StoreError, random};

/// Keeps the slots of quotas for many processes, such as a database.
///
/// A store knows slots by their tokens. Only the clock of the store counts; processes give and get durations.
///
/// Each method runs one statement or script, which may be lost with its connection after it has done its work. So each
/// may be run again with the same claim, and the second run changes nothing.
#[async_trait]
pub trait SlotStore: fmt::Debug + Send + Sync + 'static {
    /// Takes a slot for the claim, if one is free and the class is not stopped.
    ///
    /// The slot is then free again after [`hold`](SlotClaim::hold), unless the claim is completed or released before. A
    /// claim that has a slot already keeps the slot.
    ///
    /// # Errors
    ///
    /// If the store can't be reached, or takes too long. The claim may have its slot all the same.
    async fn take(&self, claim: &SlotClaim) -> Result<Taken, StoreError>;

    /// Says that the attempt is over. Its slot is free one [`window`](SlotClaim::window) from now.
    ///
    /// With `stop`, nobody gets a slot of the class for so long from now; a longer stop that holds already goes on. A claim
    /// without a slot changes no slot.
    ///
    /// # Errors
    ///
    /// If the store can't be reached, or takes too long. The slot is free after its hold.
    async fn complete(&self, claim: &SlotClaim, stop: Option<Duration>) -> Result<(), StoreError>;

    /// Gives a slot back that no attempt has used. It is free now.
    ///
    /// # Errors
    ///
    /// If the store can't be reached, or takes too long. The slot is free after its hold.
    async fn release(&self, claim: &SlotClaim) -> Result<(), StoreError>;
}

/// What became of a claim on a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a slot is taken, or it is not: there is no third"
)]
pub enum Taken {
    /// The claim has a slot.
    Granted,
    /// No slot is free, or the class is stopped.
    ///
    /// The times after which the next slots may be free, the soonest first; at least one. A slot whose attempt is under
    /// way may be free one window from now at the soonest, as the attempt may end at once.
    Full(Vec<Duration>),
}

/// A claim on one slot of one class of a quota.
#[derive(Clone)]
pub struct SlotClaim {
    pub(super) quota: String,
    pub(super) class: &'static str,
    pub(super) token: [u8; 16],
    pub(super) slots: usize,
    pub(super) window: Duration,
    pub(super) hold: Duration,
}

impl SlotClaim {
    /// A claim with a token that no other claim has, for `slots` slots per `window`. Unless it is completed or released,
    /// it holds its slot for `hold`.
    #[must_use]
    pub fn new(
        quota: impl Into<String>,
        class: &'static str,
        slots: usize,
        window: Duration,
        hold: Duration,
    ) -> Self {
        Self {
            quota: quota.into(),
            class,
            token: random::token(),
            slots,
            window,
            hold,
        }
    }

    /// The name of the quota, the same on all machines.
    #[must_use]
    pub fn quota(&self) -> &str {
        &self.quota
    }

    /// The class of calls.
    #[must_use]
    pub fn class(&self) -> &'static str {
        self.class
    }

    /// What tells this claim from all others.
    #[must_use]
    pub fn token(&self) -> &[u8; 16] {
        &self.token
    }

    /// How many slots the class has.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// How long a slot is not free after its attempt was completed.
    #[must_use]
    pub fn window(&self) -> Duration {
        self.window
    }

    /// How long the slot is held at most, so that the slot of a process that dies comes back: from the grant to the end of
    /// the longest attempt, and a window.
    #[must_use]
    pub fn hold(&self) -> Duration {
        self.hold
    }
}

impl fmt::Debug for SlotClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotClaim")
            .field("quota", &self.quota)
            .field("class", &self.class)
            .finish_non_exhaustive()
    }
}
