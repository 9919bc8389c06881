//! A caller's own step in every attempt, before anything is sent.

use std::{error::Error as StdError, time::Duration};

use async_trait::async_trait;

use crate::operation::info::OperationInfo;
pub use crate::request::{Content, ContentBody};

/// Runs before each attempt of a call, and may keep the attempt from being sent.
///
/// The step comes last: credential and permit are there, and nothing is connected or written yet. It is the place to record an
/// intent, or to ask whether the call may still be made. See [`Call::before_send`](crate::Call::before_send).
///
/// The call owns its step, and drops it when the call is over or is dropped itself.
///
/// ```
/// use customer_api_core::async_trait;
/// use customer_api_core::before_send::{BeforeSend, Upcoming, Withheld};
///
/// /// Sends nothing outside office hours.
/// struct OfficeHours {
///     is_open: fn() -> bool,
/// }
///
/// #[async_trait]
/// impl BeforeSend for OfficeHours {
///     async fn before_send(&self, attempt: &Upcoming<'_>) -> Result<(), Withheld> {
///         if (self.is_open)() {
///             Ok(())
///         } else {
///             Err(format!("{} is for office hours", attempt.operation().id).into())
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait BeforeSend: Send + Sync + 'static {
    /// Lets the attempt go, or ends the call.
    ///
    /// It runs within the call's timeout, and is dropped when that is over.
    ///
    /// # Errors
    ///
    /// Why the attempt must not be sent. The call fails with [`ErrorKind::Withheld`](crate::ErrorKind::Withheld), and no policy
    /// repeats it. Its permit goes back unused.
    async fn before_send(&self, attempt: &Upcoming<'_>) -> Result<(), Withheld>;

    /// Takes back what [`before_send`](Self::before_send) did for the last attempt.
    ///
    /// Called once the attempt is known not to have been sent; when it was refused and is about to be repeated, after a wait or with
    /// another credential; and if the timeout ended `before_send` itself. Not called while it is open whether the refusal answers this
    /// attempt. Not called for an attempt that the step refused, and not when the call is
    /// dropped: the step is dropped then.
    ///
    /// It comes before any wait, and has the time that the call has left; if that is none, it is polled once. What it can't
    /// finish is left to the step's `Drop`.
    async fn withdraw(&self) {}
}

/// Why a call was not sent.
///
/// Its text is shown in the call's error as it is: it must not quote the call's [`Content`].
pub type Withheld = Box<dyn StdError + Send + Sync>;

/// The attempt that is about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Upcoming<'a> {
    pub(crate) operation: &'static OperationInfo,
    pub(crate) number: u32,
    pub(crate) content: &'a Content,
    pub(crate) remaining: Duration,
}

impl<'a> Upcoming<'a> {
    /// What is called.
    #[must_use]
    pub fn operation(&self) -> &'static OperationInfo {
        self.operation
    }

    /// Which attempt of the call it is, from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// How much time the call has left, for this attempt and all others. Once it is over, nothing is sent any more.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.remaining
    }

    /// What the call says, the same for all its attempts.
    #[must_use]
    pub fn content(&self) -> &'a Content {
        self.content
    }
}
