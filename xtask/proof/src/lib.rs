//! What holds for every operation of every provider.
//!
//! The tables of operations are generated from the descriptions. Each wants a sample of every operation: a new operation does
//! not compile before it has one, and everything that is proved here is then proved for it, too.

mod entry;
mod generated;
mod provider;
mod providers;

pub use entry::{Entry, Outcome};
pub use provider::Provider;
pub use providers::{CustomerRadar, Omnidesk, Ravelin, Revnue};
