//! How a token and its account are hidden from the store.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    hmac,
};
use secrecy::{ExposeSecret as _, SecretBox};

use crate::{auth::Credential, base_url::BaseUrl};

/// The version of the format of a sealed token.
const VERSION: u8 = 1;

const NONCE: usize = 12;

/// A secret key that seals tokens, with an id by which machines recognize it.
///
/// All machines that share a session have the same key. Keep the key where you keep the password.
#[derive(Clone)]
pub struct TokenKey {
    id: String,
    key: Arc<SecretBox<[u8; 32]>>,
}

impl TokenKey {
    /// Creates a key from 32 random bytes. The id is not secret; it can be a date such as `2026-11`. Only the first 255 bytes of the id
    /// count.
    #[must_use]
    pub fn new(id: impl Into<String>, key: [u8; 32]) -> Self {
        Self {
            id: id.into(),
            key: Arc::new(SecretBox::new(Box::new(key))),
        }
    }

    /// Creates a key from the 64 hexadecimal digits of 32 random bytes, such as a secret manager or an environment variable holds them.
    /// `openssl rand -hex 32` prints such digits. Returns `None` for any other text.
    #[must_use]
    pub fn from_hex(id: impl Into<String>, digits: &str) -> Option<Self> {
        let mut nibbles = digits.chars().map(|digit| digit.to_digit(16));
        let mut key = [0; 32];
        for byte in &mut key {
            let (high, low) = (nibbles.next()??, nibbles.next()??);
            *byte = u8::try_from(high << 4 | low).ok()?;
        }
        nibbles.next().is_none().then(|| Self::new(id, key))
    }

    pub(super) fn id(&self) -> &[u8] {
        let bytes = self.id.as_bytes();
        bytes.get(..255).unwrap_or(bytes)
    }

    /// Returns a digest of the parts for one purpose. Only this key produces the digest.
    fn digest(&self, purpose: &str, parts: &[&[u8]]) -> hmac::Tag {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.key.expose_secret());
        let mut context = hmac::Context::with_key(&key);
        for part in [purpose.as_bytes()].iter().chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign()
    }

    /// Returns the name of an account.
    pub(super) fn account(&self, base_url: &BaseUrl, identity: &str) -> String {
        let parts = [base_url.as_str().as_bytes(), identity.as_bytes()];
        let digest = self.digest("account", &parts);
        digest
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn cipher(&self) -> Option<RandomizedNonceKey> {
        let key = self.digest("seal", &[]);
        RandomizedNonceKey::new(&AES_256_GCM, key.as_ref()).ok()
    }

    /// Seals the credential with this key, for this account and generation only.
    pub(super) fn seal(
        &self,
        credential: &Credential,
        account: &str,
        generation: u64,
    ) -> Option<Vec<u8>> {
        let mut sealed = credential.to_bytes();
        let bound = bound(self.id(), account, generation);
        let nonce = self
            .cipher()?
            .seal_in_place_append_tag(Aad::from(bound), &mut sealed)
            .ok()?;
        let length = u8::try_from(self.id().len()).ok()?;
        Some([&[VERSION, length], self.id(), nonce.as_ref(), &sealed].concat())
    }

    /// Opens a credential that was sealed with this key. Returns `None` if the credential was sealed with another key, or for another
    /// account or generation, or was changed.
    pub(super) fn open(&self, sealed: &[u8], account: &str, generation: u64) -> Option<Credential> {
        let rest = sealed.strip_prefix(&[VERSION])?;
        let (length, rest) = rest.split_first()?;
        let (id, rest) = rest.split_at_checked(usize::from(*length))?;
        if id != self.id() {
            return None;
        }
        let (nonce, rest) = rest.split_at_checked(NONCE)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut content = rest.to_vec();
        let bound = Aad::from(bound(id, account, generation));
        let opened = self
            .cipher()?
            .open_in_place(nonce, bound, &mut content)
            .ok()?;
        Credential::from_bytes(opened)
    }
}

/// Returns the bytes to which a sealed token is bound: the id of the key, the account and the generation.
fn bound(id: &[u8], account: &str, generation: u64) -> Vec<u8> {
    [id, b"\0", account.as_bytes(), &generation.to_be_bytes()].concat()
}

/// Does not show the key.
impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;

    use super::*;

    fn key(id: &str, byte: u8) -> TokenKey {
        TokenKey::new(id, [byte; 32])
    }

    fn credential() -> Credential {
        Credential::new(AUTHORIZATION, "Bearer hunter2").unwrap()
    }

    #[test]
    fn what_is_sealed_is_opened_by_its_key_for_its_account_and_generation_alone() {
        let sealed = key("a", 1).seal(&credential(), "account", 7).unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("hunter2"));
        let opened = key("a", 1).open(&sealed, "account", 7).unwrap();
        assert_eq!(opened.to_bytes(), credential().to_bytes());
        for (key, account, generation) in [
            (key("b", 1), "account", 7),
            (key("a", 2), "account", 7),
            (key("a", 1), "accounts", 7),
            (key("a", 1), "account", 8),
        ] {
            assert!(key.open(&sealed, account, generation).is_none());
        }
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(
                key("a", 1).open(&changed, "account", 7).is_none(),
                "{place}"
            );
            assert!(key("a", 1).open(&sealed[..place], "account", 7).is_none());
        }
        // Sealing the same token twice gives different bytes.
        assert_ne!(
            sealed,
            key("a", 1).seal(&credential(), "account", 7).unwrap()
        );
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        let sealed = key("a", 0xab).seal(&credential(), "account", 7).unwrap();
        let opens = |digits: &str| {
            let key = TokenKey::from_hex("a", digits)?;
            key.open(&sealed, "account", 7)
        };
        assert!(opens(&"ab".repeat(32)).is_some());
        assert!(opens(&"aB".repeat(32)).is_some());
        assert!(opens(&"ba".repeat(32)).is_none());
        for other in [
            "",
            "ab",
            &"ab".repeat(33),
            &"ag".repeat(32),
            &" ab".repeat(22),
        ] {
            assert!(TokenKey::from_hex("a", other).is_none(), "{other}");
        }
        for cut in [&"ab".repeat(32)[1..], &("ab".repeat(32) + "\n")] {
            assert!(TokenKey::from_hex("a", cut).is_none(), "{cut}");
        }
    }

    #[test]
    fn an_account_is_its_url_user_and_password() {
        let url = |text: &str| text.parse::<BaseUrl>().unwrap();
        let one = key("a", 1).account(&url("https://shop.example"), "ana\0secret");
        assert!(one.len() == 64 && !one.contains("ana"));
        assert_eq!(
            one,
            key("b", 1).account(&url("https://shop.example"), "ana\0secret")
        );
        for other in [
            key("a", 2).account(&url("https://shop.example"), "ana\0secret"),
            key("a", 1).account(&url("https://shop.example/b"), "ana\0secret"),
            key("a", 1).account(&url("https://shop.example"), "ana\0secret2"),
        ] {
            assert_ne!(one, other);
        }
    }
}
