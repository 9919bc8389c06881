//! A caller's own step in every attempt, which runs before anything is sent.

use std::{error::Error as StdError, time::Duration};

use async_trait::async_trait;

use crate::operation::info::OperationInfo;
pub use crate::request::{Content, ContentBody};

/// A step that runs before each attempt of a call and can prevent the attempt from being sent.
///
/// The step runs last: the attempt has its credential and permit, and nothing has been connected or written yet. Use it to record an
/// intent, or to check whether the call may still be made. See [`Call::before_send`](crate::Call::before_send).
///
/// The call owns the step, and drops the step when the call ends or is dropped.
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
    /// Allows the attempt, or ends the call.
    ///
    /// The step runs within the call's timeout. Its future is dropped when the timeout expires.
    ///
    /// # Errors
    ///
    /// The reason why the attempt must not be sent. The call fails with [`ErrorKind::Withheld`](crate::ErrorKind::Withheld), and no
    /// policy repeats it. The call's permit is returned unused.
    async fn before_send(&self, attempt: &Upcoming<'_>) -> Result<(), Withheld>;

    /// Withdraws what [`before_send`](Self::before_send) did for the last attempt.
    ///
    /// The client calls `withdraw` in these cases:
    ///
    /// - the attempt is known not to have been sent;
    /// - the provider refused the attempt, and the attempt is about to be repeated, after a wait or with another credential;
    /// - the timeout ended `before_send` itself.
    ///
    /// The client does not call `withdraw` in these cases:
    ///
    /// - the provider refused the attempt, but the server may have written the refusal before it received the attempt;
    /// - this step refused the attempt;
    /// - the call is dropped. The step is then dropped too.
    ///
    /// The client calls `withdraw` before any wait, within the time that the call has left. If no time is left, the future of `withdraw` is
    /// polled once. The step's `Drop` must do whatever `withdraw` could not finish.
    async fn withdraw(&self) {}
}

/// The reason why a call was not sent.
///
/// Its text appears unchanged in the call's error, so it must not quote the call's [`Content`].
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
    /// Returns the operation.
    #[must_use]
    pub fn operation(&self) -> &'static OperationInfo {
        self.operation
    }

    /// Returns the number of this attempt of the call, from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Returns the time that the call has left for this attempt and all later ones. When this time is over, nothing more is sent.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.remaining
    }

    /// Returns the content of the call, which is the same for all its attempts.
    #[must_use]
    pub fn content(&self) -> &'a Content {
        self.content
    }
}
