//! The proofs for every operation of every provider.
//!
//! The tables of operations are generated from the descriptions, and require a sample of every operation. Without a
//! sample for a new operation, the crate does not compile. With the sample, every proof here covers the new operation
//! too.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a proof is a test, and may panic at an unexpected result"
)]

mod entry;
mod facts;
mod generated;
pub mod matrix;
pub mod page;
pub mod planted;
pub mod processes;
mod provider;
mod providers;
mod texts;

pub use entry::{Decode, Entry, Outcome, Read};
pub use facts::Facts;
pub use provider::{Offline, Provider};
pub use providers::{CustomerRadar, Omnidesk, Ravelin, Revnue};
pub use texts::Texts;

/// Calls a generic function once for every provider: `for_every_provider!(check(argument))`.
#[macro_export]
macro_rules! for_every_provider {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        $function::<$crate::Ravelin>($($argument),*);
        $function::<$crate::Omnidesk>($($argument),*);
        $function::<$crate::Revnue>($($argument),*);
        $function::<$crate::CustomerRadar>($($argument),*);
    }};
}
