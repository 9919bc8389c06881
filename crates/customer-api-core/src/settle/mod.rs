//! Finds out by looking at the provider whether a write with an unknown outcome happened.
//!
//! ```text
//! Err(error) with Delivery::Unknown  →  error.trace()  →  client.settle(&write, trace).look()  →  Settled
//! ```
//!
//! | verdict | what it means | what to do |
//! |---|---|---|
//! | [`Applied`](Settled::Applied) | a read shows the write, identified by its own [`Marker`] | nothing: the write was made |
//! | [`InEffect`](Settled::InEffect) | the state is the one that the write asked for; the look can't find out who set it | nothing, if only the state matters |
//! | [`Superseded`](Settled::Superseded) | a read shows the write, and another writer has changed the state since | do not repeat the write: it would undo the newer change |
//! | [`NotSeen`](Settled::NotSeen) | no read shows the write | look again later: the write may still have happened |
//! | [`CannotTell`](Settled::CannotTell) | the look could not answer the question | ask: [`Why`] states whom, and with which details |
//!
//! Looks are reads. They use the client's limiter and retry policy, and do not change what the write's error reports.
//!
//! # What can fool a look
//!
//! - Another writer who made the same change. Therefore no verdict is `Applied` without a marker.
//! - A provider that shows an applied write late, or applies an accepted write late. Therefore absence never means "did not happen".
//! - A marker that was used for another write before.
//! - A `Date` from a clock other than the one that dates the provider's records.
//! - An adjustment of this machine's clock between the write and the look.

mod clock;
mod compared;
mod look;
mod marker;
mod settled;
mod settling;
mod trace;

use std::future::Future;

use self::clock::Skew;
pub use self::{
    compared::{Compared, Comparison},
    look::Look,
    marker::{Marker, MarkerError},
    settled::{Absent, Reason, Settled, Why},
    settling::Settling,
    trace::SendTrace,
};
use crate::{Error, Operation};

/// A write that a caller can look for at the provider if its outcome is unknown.
///
/// Implemented by hand for every write, because no description states what a read shows of a write. For a write that no read can show, the
/// look returns [`CannotTell`](Settled::CannotTell), which states whom to ask.
///
/// ```
/// use customer_api_core::{
///     *, error::*, operation::*, request::*, response::*,
///     settle::{Look, Settle, Settled},
/// };
/// # #[derive(Debug)] struct Shop;
/// # impl Service for Shop {
/// #     fn name(&self) -> &'static str { "shop" }
/// #     fn user_agent(&self) -> &'static str { "shop" }
/// # }
///
/// /// Sets the number of seats of a table.
/// struct SetSeats(u64);
/// # impl Operation for SetSeats {
/// #     type Service = Shop;
/// #     type Output = ();
/// #     const INFO: &'static OperationInfo = &OperationInfo::new("setSeats", Method::Post, "/seats");
/// #     fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> { Ok(()) }
/// #     fn decode(body: &ResponseBody) -> Result<(), DecodeError> { body.ignore() }
/// # }
/// /// Reads the number of seats.
/// struct Seats;
/// # impl Operation for Seats {
/// #     type Service = Shop;
/// #     type Output = u64;
/// #     const INFO: &'static OperationInfo = &OperationInfo::new("seats", Method::Get, "/seats");
/// #     fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> { Ok(()) }
/// #     fn decode(body: &ResponseBody) -> Result<u64, DecodeError> { body.json() }
/// # }
///
/// impl Settle for SetSeats {
///     type Evidence = u64;
///
///     async fn look(&self, look: &mut Look<Shop>) -> Result<Settled<u64>, Error> {
///         let seats = look.read(Seats).await?;
///         Ok(if seats == self.0 { Settled::InEffect(seats) } else { look.not_seen() })
///     }
/// }
/// ```
pub trait Settle: Operation {
    /// The value that was read, on which a verdict is based.
    type Evidence: Send;

    /// Whether the write counts as made if it is [`InEffect`](Settled::InEffect) with this evidence, even if another writer may
    /// have set the state.
    ///
    /// Return true for a label, for a deletion, and for an update if every value could be compared. Return false, the default, for a
    /// creation, because the record that was found may be another one with the same name. The result decides what a ledger does about the
    /// verdict.
    fn suffices(evidence: &Self::Evidence) -> bool {
        let _ = evidence;
        false
    }

    /// Looks once, using only reads, and returns a verdict.
    ///
    /// Return [`Applied`](Settled::Applied) only for something that carries the write's own marker. Return
    /// [`NotSeen`](Look::not_seen) for something that is absent.
    ///
    /// # Errors
    ///
    /// The errors of the reads.
    fn look(
        &self,
        look: &mut Look<Self::Service>,
    ) -> impl Future<Output = Result<Settled<Self::Evidence>, Error>> + Send;
}
