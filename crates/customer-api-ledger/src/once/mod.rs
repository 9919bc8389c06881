//! Makes one write at most once under its key.
//!
//! [`CallExt::once`] puts a call under a key of a list. If the ledger has an entry for the key that forbids sending, the call ends
//! before it asks for a credential or a permit. Otherwise, the ledger records the intent before each attempt is sent, and the outcome
//! after the response. A call that was not sent leaves the key as it was. If an outcome is unknown,
//! [`settle_unknown`](OnceCall::settle_unknown) looks at the provider.

mod error;
mod step;

use std::fmt;

use customer_api_core::{Call, Delivery, Error, Operation, settle::Settle};

pub use error::{OnceError, OnceErrorKind};
use step::{Held, Step, Stop};

use crate::{
    Entry, Intent, Key, LedgerError, LedgerErrorKind, LedgerList, Outcome, Resend, Resolution,
    State,
    list::Unfit,
    settle::{self, Finder, Kept, Looked, SettlePolicy},
};

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
    /// Steps added by [`Call::before_send`] run first. Therefore a call that they withhold is not on record.
    fn once(self, list: &LedgerList, key: Key) -> OnceCall<O>;
}

impl<O: Operation> CallExt<O> for Call<O> {
    fn once(self, list: &LedgerList, key: Key) -> OnceCall<O> {
        OnceCall {
            call: self,
            list: list.clone(),
            key,
            resend: Resend::none(),
            finder: None,
        }
    }
}

/// A call that is made at most once under its key. Created by [`CallExt::once`].
///
/// If the future of [`send`](Self::send) is dropped before anything can have been sent, the key stays as it was. If the future is
/// dropped later, before the outcome is known, the key becomes [`State::Unknown`].
#[must_use = "a call is made by `send`"]
pub struct OnceCall<O: Operation> {
    call: Call<O>,
    list: LedgerList,
    key: Key,
    resend: Resend,
    finder: Option<Finder<O>>,
}

/// The result of a write that is done.
#[expect(
    clippy::exhaustive_enums,
    reason = "a write that is done was done now, or before"
)]
#[derive(Debug)]
pub enum Once<T> {
    /// The write was done now.
    Done {
        /// The output of the call.
        output: T,
        /// Whether the outcome is on record. If not, the key stays in [`State::Sending`] until the ledger makes it [`State::Unknown`].
        /// Don't send the write again.
        recorded: Result<(), LedgerError>,
    },
    /// The write was done before, or a [look](OnceCall::settle_unknown) showed that it is done. Contains the key's entry.
    Already(Entry),
}

impl<O: Operation> OnceCall<O> {
    /// Sets for which known keys the write may be sent again. By default, only for keys whose write was not sent.
    pub fn resend(mut self, resend: Resend) -> Self {
        self.resend = resend;
        self
    }

    /// Looks for the write at the provider if the outcome of an earlier call under this key, or of this call, is unknown.
    ///
    /// If the key stays unknown nevertheless, [`OnceError::looked`] contains the result of the look. If the
    /// [policy](SettlePolicy::absent_after) decides after a look that an earlier call's write was not made, the write is sent now.
    pub fn settle_unknown(mut self, policy: SettlePolicy) -> Self
    where
        O: Settle + Clone,
    {
        self.finder = Some(settle::finder(policy));
        self
    }

    /// Makes the call, unless it was made before.
    ///
    /// # Errors
    ///
    /// If the write is not known to be done: the call failed, the write was refused or may have happened before, another sender is
    /// sending the write, the key was used for other content, or the ledger failed. [`OnceError::delivery`] shows whether sending
    /// again is safe.
    pub async fn send(self) -> Result<Once<O::Output>, OnceError> {
        let made = make(
            self.call,
            &self.list,
            self.key,
            self.resend,
            self.finder.as_ref(),
        );
        let Made { end, looked } = made.await;
        match end {
            End::Found(entry) => Ok(Once::Already(entry)),
            End::Known(entry) => match OnceError::known(entry) {
                Ok(entry) => Ok(Once::Already(entry)),
                Err(error) => Err(error.with_looked(looked)),
            },
            End::KeyReused(entry) => Err(OnceError::key_reused(entry)),
            End::NotBegun(error) => Err(OnceError::ledger(error).with_looked(looked)),
            End::Called {
                result,
                in_doubt,
                recorded,
            } => match result {
                Ok(output) => Ok(Once::Done { output, recorded }),
                Err(error) => Err(OnceError::call(error, in_doubt, recorded).with_looked(looked)),
            },
        }
    }

    /// Does the same as [`send`](Self::send), in a program without a runtime.
    ///
    /// # Errors
    ///
    /// The same errors as [`send`](Self::send). Inside an async runtime nothing is sent, and the call's error is of kind
    /// [`InsideRuntime`](customer_api_core::ErrorKind::InsideRuntime).
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait(self) -> Result<Once<O::Output>, OnceError> {
        customer_api_core::blocking::wait(self.send())
            .unwrap_or_else(|error| Err(OnceError::call(error.into(), false, Ok(()))))
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

/// The result of a call under a key.
pub(crate) struct Made<T> {
    pub(crate) end: End<T>,
    /// The result of the last look, if there was one.
    pub(crate) looked: Option<Looked>,
}

/// The end of a call under a key.
pub(crate) enum End<T> {
    /// A look showed that the write is done.
    Found(Entry),
    /// Nothing was sent, because of this entry.
    Known(Entry),
    /// Nothing was sent, because the key was used for other content.
    KeyReused(Entry),
    /// Nothing was sent, because the ledger could not record the intent.
    NotBegun(LedgerError),
    Called {
        result: Result<T, Error>,
        /// Whether the write may have happened: by this call, or by an earlier one whose outcome this call did not find out.
        in_doubt: bool,
        recorded: Result<(), LedgerError>,
    },
}

/// Makes a call under a key: looks the key up in the ledger, claims it within the call, and records the outcome. If the outcome is
/// unknown, looks at the provider.
pub(crate) async fn make<O: Operation>(
    call: Call<O>,
    list: &LedgerList,
    key: Key,
    resend: Resend,
    finder: Option<&Finder<O>>,
) -> Made<O::Output> {
    let kept = finder.map(|keep| keep(&call));
    let mut looked = None;
    let before = known(&call, list, &key, resend, kept.as_deref(), &mut looked);
    let end = match before.await {
        Before::End(end) => end,
        Before::MayBegin { in_doubt } => {
            match (send(call, list, key.clone(), resend, in_doubt).await, kept) {
                (
                    End::Called {
                        result: Err(error),
                        in_doubt: true,
                        recorded: Ok(()),
                    },
                    Some(kept),
                ) => found_now(&*kept, list, &key, error, &mut looked).await,
                // Another sender left the key unknown while this call waited for its turn.
                (End::Known(known), Some(kept)) if known.state == State::Unknown => {
                    found_meanwhile(&*kept, list, known, &mut looked).await
                }
                (end, _) => end,
            }
        }
    };
    Made { end, looked }
}

/// What the ledger shows before a call. If the write may begin, the later claim decides whether it is sent.
enum Before<T> {
    /// The key is known: the call ends without a credential, a permit or a wait.
    End(End<T>),
    /// `in_doubt` shows whether an earlier write under the key may have happened.
    MayBegin { in_doubt: bool },
}

async fn known<O: Operation>(
    call: &Call<O>,
    list: &LedgerList,
    key: &Key,
    resend: Resend,
    kept: Option<&dyn Kept>,
    looked: &mut Option<Looked>,
) -> Before<O::Output> {
    let (known, digest) = match list.look_up(call, key).await {
        Ok(Some(known)) => known,
        Ok(None) => return Before::MayBegin { in_doubt: false },
        Err(Unfit::Ledger(error)) => return Before::End(End::NotBegun(error)),
        Err(Unfit::KeyReused(known)) => return Before::End(End::KeyReused(known)),
        Err(Unfit::Invalid(error, known)) => {
            return Before::End(End::Called {
                result: Err(error),
                in_doubt: known.state == State::Unknown,
                recorded: Ok(()),
            });
        }
    };
    let in_doubt = known.state == State::Unknown;
    if let Some(kept) = kept.filter(|_| in_doubt) {
        let found = kept.find(list, &known).await;
        *looked = Some(found.looked);
        match found.resolved {
            Ok(Some(Resolution::Sent)) => return Before::End(End::Found(accepted(&known))),
            Ok(Some(Resolution::NotSent)) => return Before::MayBegin { in_doubt: false },
            Ok(None) => {}
            // Another sender was faster. The claim will show the key's state.
            Err(error) if error.kind() == LedgerErrorKind::NotUnknown => {
                return Before::MayBegin { in_doubt };
            }
            Err(error) => return Before::End(End::NotBegun(error)),
        }
    }
    if Intent::new(Some(digest), resend).may_begin(&known) {
        Before::MayBegin { in_doubt }
    } else {
        Before::End(End::Known(known))
    }
}

async fn send<O: Operation>(
    call: Call<O>,
    list: &LedgerList,
    key: Key,
    resend: Resend,
    was_in_doubt: bool,
) -> End<O::Output> {
    let held = Held::new(list.clone(), key, resend);
    let result = call.before_send(Step::new(&held)).send().await;
    match held.stopped() {
        Some(Stop::Known(entry)) => return End::Known(entry),
        Some(Stop::KeyReused(entry)) => return End::KeyReused(entry),
        Some(Stop::Failed(error)) => return End::NotBegun(error),
        None => {}
    }
    let outcome = match &result {
        Ok(output) => Outcome::accepted(O::reference(output)),
        Err(error) => Outcome::of_error(error),
    };
    let recorded = held.finish(outcome).await;
    let may_have_happened = matches!(&result, Err(error) if error.delivery() == Delivery::Unknown);
    let is_unknown = matches!(&recorded, Ok(Some(State::Unknown)));
    End::Called {
        in_doubt: was_in_doubt || may_have_happened || is_unknown,
        result,
        recorded: recorded.map(drop),
    }
}

/// Looks for this call's write, whose outcome is unknown.
async fn found_now<T>(
    kept: &dyn Kept,
    list: &LedgerList,
    key: &Key,
    error: Error,
    looked: &mut Option<Looked>,
) -> End<T> {
    let failed = |error, recorded| End::Called {
        result: Err(error),
        in_doubt: true,
        recorded,
    };
    let known = match list.entry(key).await {
        Ok(Some(known)) if known.state == State::Unknown => known,
        Ok(Some(known)) if is_accepted(&known) => return End::Found(known),
        Ok(_) => return failed(error, Ok(())),
        Err(ledger) => return failed(error, Err(ledger)),
    };
    let found = kept.find_now(list, &known, Some(&error)).await;
    *looked = Some(found.looked);
    match found.resolved {
        Ok(Some(Resolution::Sent)) => End::Found(accepted(&known)),
        Ok(_) => failed(error, Ok(())),
        Err(ledger) if ledger.kind() == LedgerErrorKind::NotUnknown => {
            // Another sender looked too, and was faster.
            match list.entry(key).await {
                Ok(Some(known)) if is_accepted(&known) => End::Found(known),
                Ok(_) => failed(error, Ok(())),
                Err(ledger) => failed(error, Err(ledger)),
            }
        }
        Err(ledger) => failed(error, Err(ledger)),
    }
}

/// Looks for a write that another sender made meanwhile, and whose outcome is unknown.
async fn found_meanwhile<T>(
    kept: &dyn Kept,
    list: &LedgerList,
    known: Entry,
    looked: &mut Option<Looked>,
) -> End<T> {
    let found = kept.find_now(list, &known, None).await;
    *looked = Some(found.looked);
    match found.resolved {
        Ok(Some(Resolution::Sent)) => End::Found(accepted(&known)),
        Ok(_) => End::Known(known),
        Err(error) if error.kind() == LedgerErrorKind::NotUnknown => {
            match list.entry(&known.key).await {
                Ok(now) => End::Known(now.unwrap_or(known)),
                Err(error) => End::NotBegun(error),
            }
        }
        Err(error) => End::NotBegun(error),
    }
}

fn is_accepted(known: &Entry) -> bool {
    matches!(known.state, State::Accepted { .. })
}

/// Returns the entry of a key that was resolved as sent.
fn accepted(known: &Entry) -> Entry {
    known.clone().became(State::Accepted { reference: None })
}
