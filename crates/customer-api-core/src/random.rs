//! Randomness from the standard library: the keys of its hasher come from the system.

use std::hash::{BuildHasher as _, RandomState};

use crate::time::wall_clock;

/// Returns unpredictable bits.
///
/// The hasher's keys are requested once per thread, so a copy of a machine or of a process has the same keys. The time and the
/// process id make the bits of the copies differ.
pub(crate) fn bits() -> u64 {
    RandomState::new().hash_one((std::process::id(), wall_clock()))
}

/// Returns a unique token.
pub(crate) fn token() -> [u8; 16] {
    (u128::from(bits()) << 64 | u128::from(bits())).to_be_bytes()
}

/// Returns a number from 0 to 1.
pub(crate) fn fraction() -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are exactly what an f64 holds"
    )]
    let fraction = (bits() >> 11) as f64 / (1_u64 << 53) as f64;
    fraction
}
