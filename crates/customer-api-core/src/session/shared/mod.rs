//! A session that many processes share through a store.

mod fleet;
mod local;
mod seal;
mod store;

use std::{fmt, sync::Arc};

pub(super) use fleet::Fleet;
pub use local::LocalTokens;
pub use seal::TokenKey;
pub use store::{FailedLogin, LoginTurn, Offer, StoredToken, TokenStore, Wanted};

/// One login for many processes: the store of the token, and the key that seals it.
///
/// - One process logs in, and the others take its token. A 401 discards the token for all processes.
/// - The pause after a login that the provider refused applies to all processes that have the same base URL, user name and
///   password. A process with an old password does not stop the others.
/// - Before a token reaches the store, it is sealed (AES-256-GCM) and bound to its account and its generation.
/// - While the store can't be reached, each process logs in for itself, unless the session is [strict](Self::strict).
///
/// # Changing the key
///
/// 1. Give all machines the new key by [`accept`](Self::accept).
/// 2. When all machines have the new key, seal with it, and accept the old key.
/// 3. When all machines seal with the new key, remove the old key. This step can cause one more login.
///
/// In the store, an account has a name that each machine makes with one of its keys: the key whose id sorts first. Therefore use ids that
/// sort in the order in which the keys were made, such as `2026-05` and `2026-11`. Steps 1 and 2 then keep the name, and cause no further
/// login.
#[derive(Clone)]
pub struct SharedSession {
    store: Arc<dyn TokenStore>,
    key: TokenKey,
    accepted: Vec<TokenKey>,
    is_strict: bool,
}

impl SharedSession {
    /// Creates a session whose tokens are kept in this store, sealed with this key.
    #[must_use]
    pub fn new(store: impl TokenStore, key: TokenKey) -> Self {
        Self {
            store: Arc::new(store),
            key,
            accepted: Vec::new(),
            is_strict: false,
        }
    }

    /// Also opens tokens that were sealed with this key.
    #[must_use]
    pub fn accept(mut self, key: TokenKey) -> Self {
        self.accepted.push(key);
        self
    }

    /// Returns the key that makes the names of accounts: the key whose id sorts first. If the ids sort in the order in which the keys were
    /// made, all machines use the same key for this until the old key is removed.
    fn naming_key(&self) -> &TokenKey {
        let keys = self.accepted.iter().chain([&self.key]);
        keys.min_by_key(|key| key.id()).unwrap_or(&self.key)
    }

    /// Forbids a login while the store can't be reached. Calls that need a token then fail, and nothing is sent. Use this for accounts that
    /// are locked after a few logins.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }
}

impl fmt::Debug for SharedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedSession")
            .field("store", &self.store)
            .field("key", &self.key)
            .field("is_strict", &self.is_strict)
            .finish_non_exhaustive()
    }
}
