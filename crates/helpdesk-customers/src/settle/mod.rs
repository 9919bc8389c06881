//! Finding out by looking whether a write happened.
//!
//! Omnidesk documents neither a customer's history nor a response to a search. Therefore a look compares the state, and only a marked
//! event is found exactly.

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

/// Whom to ask, and with what, where a look does not answer.
const ASK: &str = "look at the customer in Omnidesk, or ask Omnidesk's support, with the customer's id and the time of the call";

fn cannot_tell<E>(reason: Reason) -> Settled<E> {
    Settled::CannotTell(Why::new(reason, ASK))
}

/// The verdict where not exactly one customer was found; `nobody` is the verdict on an empty list.
fn not_one<E>(one: &One, nobody: Settled<E>) -> Settled<E> {
    match one {
        One::Nobody => nobody,
        One::Several => cannot_tell(Reason::Several),
        One::Customer(_) | One::Unclear => cannot_tell(Reason::Unclear),
    }
}
