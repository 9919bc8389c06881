//! The code that the tests of all providers share.
//!
//! - [`Recorder`] records every byte that a client sends; [`Request`] is one recorded request.
//! - [`scripted`] and [`ok`] make responses without a socket.
//! - [`Shop`] is an invented provider, and [`Overlay`] overrides methods of another ledger.
//! - [`Variables`] is an environment that lacks one variable at a time.
//! - [`CapturedLogs`] captures everything that is printed and logged, and [`faults`] provokes such output.
//! - [`Example`] runs an example program, and [`Folder`] is a folder for a test's files.
//! - [`lose`] sends a write whose response is lost, and [`settle`] also looks for the write.
//! - `Postgres` and `Redis` are servers for one test, and `Pgbouncer` is a pooler in front of a `Postgres`.
//! - [`Entry`] is one of a provider's operations; [`delivery`] lets all operations meet every kind of failure.
//!
//! Nothing here depends on a provider. Code for one provider is in the tests of its crate.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic at an unexpected result"
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
