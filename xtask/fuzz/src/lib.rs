//! Hostile input for all code that reads foreign data.
//!
//! A [`Target`] takes any bytes and passes them to a reader. The target asserts more than the absence of panics: the
//! value that was read is the value that was written, an error quotes no input, and waits and work are bounded. The
//! targets are run in two ways:
//!
//! - by `tests/hostile.rs`, on any toolchain: over the committed corpus, then over seeded mutations of it;
//! - by libFuzzer, for a given time: `cargo xtask fuzz`.
//!
//! Private values must not be quoted. In the corpus, private values contain the word [`PLANTED`]. Mutations add more
//! such values.
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

/// A reader of foreign bytes, under test.
#[derive(Debug)]
#[non_exhaustive]
pub struct Target {
    /// The target's name for `cargo xtask fuzz`.
    pub name: &'static str,
    /// A description of the target.
    pub about: &'static str,
    /// The folders of initial inputs, from the workspace's root.
    pub seeds: &'static [&'static str],
    /// The number of mutations that the bounded driver tries.
    pub mutations: u32,
    /// The number of bytes that a run may allocate in total for any input, and the additional number per byte of the
    /// input.
    pub allocations: (usize, usize),
    /// Runs the reader.
    ///
    /// # Panics
    ///
    /// Panics if a promised property does not hold.
    pub run: fn(&[u8]),
}

/// The environment variable that names the target for libFuzzer.
pub const VARIABLE: &str = "FUZZ_TARGET";

/// A word, in lower case, in all values that must not be quoted.
pub const PLANTED: &str = "planted";

/// Returns the target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Asserts that a text that our code wrote contains no planted value.
pub(crate) fn assert_unquoted(text: &str) {
    let found = text.to_ascii_lowercase().contains(PLANTED);
    assert!(!found, "quotes the input: {text}");
}
