use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
};

use super::Key;

/// The right to send one invitation, and to say what became of it.
///
/// Given out once by [`Ledger::begin`](super::Ledger::begin). Its token is unique, so that a sender that was given up for
/// dead can't overwrite what its successor recorded. Dropping it changes nothing: the key stays in
/// [`State::Sending`](super::State::Sending).
pub struct Claim {
    key: Key,
    token: [u8; 16],
}

impl Claim {
    /// A claim on a key, with a token that no other claim has. For implementers of [`Ledger`](super::Ledger).
    #[must_use]
    pub fn new(key: Key) -> Self {
        // Uniqueness is enough here, and the hasher's random keys give that.
        let half = |salt: u8| RandomState::new().hash_one((salt, std::process::id(), &key));
        let token = u128::from(half(0)) << 64 | u128::from(half(1));
        Self {
            key,
            token: token.to_be_bytes(),
        }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// What tells this claim from all others.
    #[must_use]
    pub fn token(&self) -> &[u8; 16] {
        &self.token
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
