//! Hostile input for everything that reads what others wrote.
//!
//! A [`Target`] takes any bytes, hands them to a reader, and asserts more than that nothing panics: what was read is what was
//! written, an error quotes nothing, waits and work are bounded. The same functions are run in two ways:
//!
//! - by `tests/hostile.rs`, on any toolchain: over the committed corpus, then over seeded mutations of it;
//! - by libFuzzer, for as long as asked: `cargo xtask fuzz`.
//!
//! Nothing that is private may be quoted. In the corpus, such things hold the word [`PLANTED`], and mutations plant more.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a finding is a panic here"
)]

pub mod corpus;
pub mod mutation;
mod offline;
mod response;
mod targets;

pub use targets::TARGETS;

/// What reads bytes that others wrote.
#[derive(Debug)]
#[non_exhaustive]
pub struct Target {
    /// As `cargo xtask fuzz` takes it.
    pub name: &'static str,
    /// What it stands for.
    pub about: &'static str,
    /// The folders of inputs to begin with, from the workspace's root.
    pub seeds: &'static [&'static str],
    /// How many mutations the bounded driver tries.
    pub mutations: u32,
    /// How many bytes may be allocated in all, whatever the input, and how many more for each of its bytes.
    pub allocations: (usize, usize),
    /// Reads.
    ///
    /// # Panics
    ///
    /// If what is promised does not hold.
    pub run: fn(&[u8]),
}

/// The environment variable that names the target for libFuzzer.
pub const VARIABLE: &str = "FUZZ_TARGET";

/// A word that stands in whatever nobody may quote, in lower case.
pub const PLANTED: &str = "planted";

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Asserts that a text, which is ours, holds nothing that was planted.
pub(crate) fn assert_unquoted(text: &str) {
    let found = text.to_ascii_lowercase().contains(PLANTED);
    assert!(!found, "quotes the input: {text}");
}
