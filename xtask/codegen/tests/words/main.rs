//! Any text of a description stays text: in the source, to rustdoc, to a reader.
//!
//! `DESCRIPTIONS=2000` sets the number of descriptions, and `DESCRIPTIONS_SEED=7` the random choices. `cargo xtask
//! prove words` sets the first one.
#![cfg(test)]

mod description;
mod fast;
mod published;
mod rustdoc;
mod texts;

use std::collections::BTreeMap;

use texts::Random;

/// The files of a description: path below `src/generated` → text.
type Files = BTreeMap<String, String>;

/// Returns the requested number of descriptions, or the number for a quick test.
fn count(quick: usize) -> usize {
    number("DESCRIPTIONS").unwrap_or(quick)
}

fn number(variable: &str) -> Option<usize> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap())
}

/// Returns random descriptions, each as JSON.
fn descriptions(count: usize) -> impl Iterator<Item = String> {
    let mut random = random();
    (0..count).map(move |_| description::description(|| texts::text(&mut random)))
}

/// Returns random descriptions that no person has rewritten for the generator.
fn published(count: usize) -> impl Iterator<Item = String> {
    let mut random = random();
    (0..count).map(move |_| published::published(|| texts::text(&mut random)))
}

fn random() -> Random {
    Random::new(number("DESCRIPTIONS_SEED").unwrap_or(1) as u64)
}

/// Returns the description whose texts are plain words.
fn plain() -> String {
    description::description(|| "plain word".to_owned())
}
