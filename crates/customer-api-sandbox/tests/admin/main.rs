//! The admin API, as a program in any language calls it. Every answer is checked against the API's own description.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may stop at the first surprise"
)]

#[path = "../common/mod.rs"]
mod common;

mod api;
mod description;
mod events;
mod faults;
mod guard;
mod journal;
mod outbox;
mod records;
mod refusals;
mod switches;
