//! What the tests of every provider share, whatever the provider.
//!
//! - [`Recorder`] writes down every byte that a client sends; [`Request`] is one request of it.
//! - [`scripted`] and [`ok`] make responses without a socket.
//! - [`Shop`] is a provider that is none, and [`Overlay`] a ledger in front of another one.
//! - [`Variables`] are an environment that lacks one thing at a time.
//! - [`CapturedLogs`] takes everything that is printed and logged, and [`faults`] lets it be much.
//! - [`Example`] runs an example program, and [`Folder`] holds its files.
//! - [`lose`] loses the response to a write, and [`settle`] looks what became of it.
//! - `Postgres` and `Redis` are servers of a test's own, and `Pgbouncer` is a pooler in front of one.
//! - [`Entry`] is one of a provider's operations; [`delivery`] lets all of them meet every kind of failure.
//!
//! Nothing here knows a provider: what is one provider's stands in the tests of its crate.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod captured_logs;
pub mod delivery;
mod entry;
mod example;
pub mod faults;
mod folder;
mod lost;
mod overlay;
#[cfg(unix)]
mod postgres;
mod recorder;
#[cfg(unix)]
mod redis;
mod request;
mod script;
mod shop;
mod variables;

pub use captured_logs::CapturedLogs;
pub use entry::Entry;
pub use example::{Example, Outcome, Running};
pub use folder::Folder;
pub use lost::{lose, lost, meet, reason, settle, word};
pub use overlay::{Overlaid, Overlay};
#[cfg(unix)]
pub use postgres::{Files, Frozen, Pgbouncer, Postgres};
pub use recorder::Recorder;
#[cfg(unix)]
pub use redis::Redis;
pub use request::Request;
pub use script::{ok, scripted};
pub use shop::{Shop, shop};
pub use variables::{Variables, assert_same_variables};
