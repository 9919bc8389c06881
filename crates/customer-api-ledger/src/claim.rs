use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
};

use crate::{Key, clock};

/// The right to send under one key of one list, and to record the outcome.
///
/// The claim's token is unique, so a sender that was presumed dead can't overwrite the outcome that its successor recorded. A claim is
/// created before the ledger is asked for the key, so a sender that never learns whether it got the key can still withdraw the claim.
/// Dropping a claim changes nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    list: Key,
    key: Key,
    token: [u8; 16],
}

impl Claim {
    /// Creates a claim on a key of a list, with a token that no other claim has.
    #[must_use]
    pub fn new(list: Key, key: Key) -> Self {
        let token = random(&key);
        Self { list, key, token }
    }

    /// Returns the list.
    #[must_use]
    pub fn list(&self) -> &Key {
        &self.list
    }

    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Returns the token that distinguishes this claim from all others.
    #[must_use]
    pub fn token(&self) -> &[u8; 16] {
        &self.token
    }
}

/// Returns unpredictable bytes. Their randomness comes from the keys of the standard library's hasher.
///
/// The standard library obtains these keys from the operating system, once per thread. A copy of a machine or of a process has the same
/// keys. The time and the process id distinguish the copies.
pub(crate) fn random(salt: &Key) -> [u8; 16] {
    let half = |number: u8| {
        let own = (number, std::process::id(), clock::calendar(), salt);
        RandomState::new().hash_one(own)
    };
    (u128::from(half(0)) << 64 | u128::from(half(1))).to_be_bytes()
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("list", &self.list)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
