use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
};

use crate::{Key, clock};

/// The right to send under one key of one list, and to say what became of it.
///
/// Its token is unique, so a sender that was given up for dead can't overwrite what its successor recorded. A claim is made before
/// it is asked for: a sender that never hears whether it has the key can still withdraw the claim. Dropping a claim changes nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    list: Key,
    key: Key,
    token: [u8; 16],
}

impl Claim {
    /// A claim on a key of a list, with a token that no other claim has.
    #[must_use]
    pub fn new(list: Key, key: Key) -> Self {
        let token = random(&key);
        Self { list, key, token }
    }

    /// The list.
    #[must_use]
    pub fn list(&self) -> &Key {
        &self.list
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

/// Bytes that nobody can foresee: the keys of the standard library's hasher come from the system.
///
/// The keys are asked for once per thread. A copy of a whole machine, or of a process, has the same ones; the time and the process
/// tell the copies apart.
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
