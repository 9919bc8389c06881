//! One write, at most once under its key.
//!
//! [`CallExt::once`] puts a call under a key of a list. Known keys are answered from the ledger, before a credential or a permit is asked
//! for. For the others, the intent is on record before each attempt is sent, and its outcome after the response. A call that was not
//! sent leaves the key as it was.

mod error;
mod step;

use std::fmt;

use customer_api_core::{Call, Error, Operation};

pub use error::{OnceError, OnceErrorKind};
use step::{Held, Step, Stop};

use crate::{Entry, Intent, Key, LedgerError, LedgerList, Outcome, Resend};

/// Puts a call under a key. Implemented for [`Call`].
pub trait CallExt<O: Operation>: Sized {
    /// Makes this call at most once under this key of this list.
    ///
    /// ```no_run
    /// use customer_api_core::{Call, Operation};
    /// use customer_api_ledger::{CallExt as _, Key, LedgerList, Once};
    ///
    /// async fn label<O: Operation>(call: Call<O>, list: &LedgerList) -> Result<(), Box<dyn std::error::Error>> {
    ///     match call.once(list, Key::new("case-4711")?).send().await? {
    ///         Once::Done { .. } => println!("done now"),
    ///         Once::Already(_) => println!("done before"),
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// Steps that were added by [`Call::before_send`] are asked first, so what they withhold is not on record.
    fn once(self, list: &LedgerList, key: Key) -> OnceCall<O>;
}

impl<O: Operation> CallExt<O> for Call<O> {
    fn once(self, list: &LedgerList, key: Key) -> OnceCall<O> {
        OnceCall {
            call: self,
            list: list.clone(),
            key,
            resend: Resend::none(),
        }
    }
}

/// A call that is made at most once under its key; made by [`CallExt::once`].
///
/// Dropping the future of [`send`](Self::send) leaves the key as it was if nothing can have been sent yet, and in
/// [`State::Unknown`](crate::State::Unknown) otherwise.
#[must_use = "a call is made by `send`"]
pub struct OnceCall<O> {
    call: Call<O>,
    list: LedgerList,
    key: Key,
    resend: Resend,
}

/// What became of a write that is done.
#[expect(
    clippy::exhaustive_enums,
    reason = "a write that is done was done now, or before"
)]
#[derive(Debug)]
pub enum Once<T> {
    /// It was done now.
    Done {
        /// What the call gave.
        output: T,
        /// Whether the ledger has it. If not, the key stays on its way, and becomes unknown: don't send it again.
        recorded: Result<(), LedgerError>,
    },
    /// It was done before: this is on record.
    Already(Entry),
}

impl<O: Operation> OnceCall<O> {
    /// Says which known keys may begin again. None, by default.
    pub fn resend(mut self, resend: Resend) -> Self {
        self.resend = resend;
        self
    }

    /// Makes the call, unless it was made before.
    ///
    /// # Errors
    ///
    /// Whenever the write is not known to be done: the call failed, it was refused or may have happened before, it is on its way
    /// elsewhere, the key was used for something else, or the ledger failed. [`OnceError::delivery`] says what that means for
    /// sending again.
    pub async fn send(self) -> Result<Once<O::Output>, OnceError> {
        match make(self.call, &self.list, self.key, self.resend).await {
            Made::Known(entry) => match OnceError::known(entry) {
                Ok(entry) => Ok(Once::Already(entry)),
                Err(error) => Err(error),
            },
            Made::KeyReused(entry) => Err(OnceError::key_reused(entry)),
            Made::NotBegun(error) => Err(OnceError::ledger(error)),
            Made::Called { result, recorded } => match result {
                Ok(output) => Ok(Once::Done { output, recorded }),
                Err(error) => Err(OnceError::call(error, recorded)),
            },
        }
    }
}

impl<O: Operation> fmt::Debug for OnceCall<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceCall")
            .field("call", &self.call)
            .field("list", &self.list)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// What became of a call under a key.
pub(crate) enum Made<T> {
    /// Nothing was sent, because of this.
    Known(Entry),
    /// Nothing was sent: the key stands for other content.
    KeyReused(Entry),
    /// Nothing was sent, as the ledger could not take the intent.
    NotBegun(LedgerError),
    Called {
        result: Result<T, Error>,
        recorded: Result<(), LedgerError>,
    },
}

/// Makes a call under a key: a look, the claim within the call, and its outcome.
pub(crate) async fn make<O: Operation>(
    call: Call<O>,
    list: &LedgerList,
    key: Key,
    resend: Resend,
) -> Made<O::Output> {
    if let Err(error) = list.check(O::INFO) {
        return Made::NotBegun(error);
    }
    // This look decides nothing. It answers known keys without a credential, a permit or a wait.
    match list.entry(&key).await {
        Err(error) => return Made::NotBegun(error),
        Ok(None) => {}
        Ok(Some(known)) => match call.content() {
            Err(error) => {
                return Made::Called {
                    result: Err(error),
                    recorded: Ok(()),
                };
            }
            Ok(content) => {
                let intent = Intent::new(Some(list.digest(&content)), resend);
                if intent.is_reused(&known) {
                    return Made::KeyReused(known);
                }
                if !intent.may_begin(&known) {
                    return Made::Known(known);
                }
            }
        },
    }
    let held = Held::new(list.clone(), key, resend);
    let result = call.before_send(Step::new(&held)).send().await;
    match held.stopped() {
        Some(Stop::Known(entry)) => return Made::Known(entry),
        Some(Stop::KeyReused(entry)) => return Made::KeyReused(entry),
        Some(Stop::Failed(error)) => return Made::NotBegun(error),
        None => {}
    }
    let outcome = match &result {
        Ok(output) => Outcome::accepted(O::reference(output)),
        Err(error) => Outcome::of_error(error),
    };
    let recorded = held.finish(outcome).await;
    Made::Called { result, recorded }
}
