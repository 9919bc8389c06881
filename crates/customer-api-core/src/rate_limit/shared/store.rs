use std::{fmt, time::Duration};

use async_trait::async_trait;

use crate::{error::StoreError, random};

/// Keeps the slots of quotas for many processes, for example in a database.
///
/// A store identifies slots by their tokens. Only the clock of the store counts: processes pass and receive durations.
///
/// Each method runs one statement or script. The result can be lost with the connection after the statement has taken effect.
/// The caller can therefore run each method again with the same claim, and the second run must change nothing.
#[async_trait]
pub trait SlotStore: fmt::Debug + Send + Sync + 'static {
    /// Takes a slot for the claim, if one is free and the class is not stopped.
    ///
    /// The slot is free again after [`hold`](SlotClaim::hold), unless the claim is completed or released first. A claim that already has a
    /// slot keeps it.
    ///
    /// # Errors
    ///
    /// If the store can't be reached, or takes too long. The claim may have its slot nevertheless.
    async fn take(&self, claim: &SlotClaim) -> Result<Taken, StoreError>;

    /// Reports that the attempt is over. Its slot is free one [`window`](SlotClaim::window) from now.
    ///
    /// With `stop`, no claim gets a slot of the class for that time, from now. A longer stop that is already in force is not shortened. If
    /// the claim has no slot, no slot changes.
    ///
    /// # Errors
    ///
    /// If the store can't be reached, or takes too long. The slot then becomes free when its [`hold`](SlotClaim::hold) has passed.
    async fn complete(&self, claim: &SlotClaim, stop: Option<Duration>) -> Result<(), StoreError>;

    /// Gives back a slot that no attempt has used. The slot is free now.
    ///
    /// # Errors
    ///
    /// If the store can't be reached, or takes too long. The slot then becomes free when its [`hold`](SlotClaim::hold) has passed.
    async fn release(&self, claim: &SlotClaim) -> Result<(), StoreError>;
}

/// The result of a claim on a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a slot is either taken or not")]
pub enum Taken {
    /// The claim has a slot.
    Granted,
    /// No slot is free, or the class is stopped.
    ///
    /// Contains the times after which the next slots may be free, the soonest first. There is at least one time. A slot whose attempt is in
    /// progress may be free one window from now at the earliest, because the attempt may end immediately.
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
    /// Creates a claim with a unique token, for `slots` slots per `window`. The claim holds its slot for `hold`, unless it is completed or
    /// released first.
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

    /// The token that identifies this claim.
    #[must_use]
    pub fn token(&self) -> &[u8; 16] {
        &self.token
    }

    /// How many slots the class has.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// How long a slot stays taken after its attempt was completed.
    #[must_use]
    pub fn window(&self) -> Duration {
        self.window
    }

    /// The longest time that the slot is held, so that the slot of a process that dies becomes free again. This time is
    /// counted from the grant. It covers the time within which the attempt must start, the longest attempt, and one window.
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
