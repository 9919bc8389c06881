//! Processes that send a list and are killed, for the proofs that no write is made twice and none is lost.
//!
//! A test binary runs itself as a child, with [`start`]. The child sends the list that [`Sending`] describes to a
//! [`Provider`] in the parent, which is not killed. Each kind of write is a [`Subject`]. Afterwards [`Books`] compares
//! the ledger with the provider's books.
#![expect(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "only the proofs use them"
)]

mod books;
mod faults;
mod program;
mod provider;
mod sending;
mod subjects;

use std::{env, fmt::Debug, future::Future, str::FromStr};

use customer_api_ledger::Key;

pub use books::Books;
pub use faults::faults;
pub use program::{Signal, job, start, start_as, variable, was_killed};
pub use provider::{Awaited, Provider, Received};
pub use sending::{Pace, RARE, Sending};
pub use subjects::{Contract, Creation, Invitation, Label, Subject, Update};

/// The name of the list.
pub const LIST: &str = "list";

/// Returns a setting of a proof from an environment variable, such as `PROOF_KILLS`.
#[must_use]
pub fn setting<T: FromStr<Err: Debug>>(name: &str, default: T) -> T {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// Returns the seed of a proof's random choices.
#[must_use]
pub fn seed() -> u64 {
    setting("PROOF_SEED", 7)
}

/// Returns the keys of a list.
#[must_use]
pub fn keys(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("write{number}end"))
        .collect()
}

/// Returns a text as a key.
#[must_use]
pub fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

/// Runs a future to its end. Tasks that the future spawned are then dropped.
pub fn wait_for<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}
