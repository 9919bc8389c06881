//! Looks for writes whose outcome is unknown.
//!
//! Omnidesk documents neither a history of a customer's changes nor the response of a search. Therefore a look compares the customer's
//! present state with the write. Only a marked event can be found exactly.

mod channel;
mod compare;
mod create;
mod delete;
mod event;
mod find;
mod unseen;
mod update;

use customer_api_core::settle::{Reason, Settled, Why};

use self::find::One;

/// The advice to the user if a look ends without a decision.
const ASK: &str = "look at the customer in Omnidesk, or ask Omnidesk's support, with the customer's id and the time of the call";

fn cannot_tell<E>(reason: Reason) -> Settled<E> {
    Settled::CannotTell(Why::new(reason, ASK))
}

/// Returns the verdict if the search did not find exactly one customer. `nobody` is the verdict for an empty list.
fn not_one<E>(one: &One, nobody: Settled<E>) -> Settled<E> {
    match one {
        One::Nobody => nobody,
        One::Several => cannot_tell(Reason::Several),
        One::Customer(_) | One::Unclear => cannot_tell(Reason::Unclear),
    }
}
