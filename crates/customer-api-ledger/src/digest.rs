//! Digests of contents. They reveal that a key is used again with different content, without storing the content.

use std::fmt;

use customer_api_core::before_send::{Content, ContentBody};
use serde_json::Value;

use crate::{Key, claim::random};

/// The version of the byte form in which contents are digested. Digests of different versions are not compared.
const VERSION: u8 = 1;

/// A keyed digest (HMAC-SHA-256) of the content of a call.
///
/// The digest covers the operation's own content: path, query and named values. It does not cover headers, the credential, the server, or
/// values generated for each request. A program with the [`DigestKey`] can guess contents and compare digests. Therefore protect the key as
/// carefully as the ledger.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest {
    version: u8,
    bytes: [u8; 32],
}

/// The secret key with which the digests of a ledger are computed. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct DigestKey([u8; 32]);

impl DigestKey {
    /// Creates a key from these bytes, for a ledger that does not store its own key.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Creates an unpredictable key.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        if let Ok(salt) = Key::new("digest") {
            for chunk in bytes.chunks_mut(16) {
                chunk.copy_from_slice(&random(&salt));
            }
        }
        Self(bytes)
    }

    /// Returns the bytes, for storing them.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Digest {
    /// Digests the content of a call.
    #[must_use]
    pub fn of(content: &Content, key: &DigestKey) -> Self {
        let mut text = Canonical::default();
        text.bytes(content.path().as_bytes());
        text.pairs(content.query());
        match content.body() {
            ContentBody::Empty => text.tag(0),
            ContentBody::Json(value) => {
                text.tag(1);
                text.json(value);
            }
            ContentBody::Values(values) => {
                text.tag(2);
                text.pairs(values);
            }
            // A later version of core may add a kind of body. The digest then covers the body's debug output, which contains no value.
            other => {
                text.tag(3);
                text.bytes(format!("{other:?}").as_bytes());
            }
        }
        Self {
            version: VERSION,
            bytes: hmac_sha256::HMAC::mac(&text.0, key.0),
        }
    }

    /// Restores a digest that was stored.
    #[must_use]
    pub const fn from_parts(version: u8, bytes: [u8; 32]) -> Self {
        Self { version, bytes }
    }

    /// Returns the version of the byte form in which the content was digested.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.version
    }

    /// Returns the digest's bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Returns whether both digests have the same version and different contents.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        self.version == other.version && self.bytes != other.bytes
    }
}

/// Content as bytes. Every part has its length before it, so that different contents never have the same bytes.
#[derive(Default)]
struct Canonical(Vec<u8>);

impl Canonical {
    fn tag(&mut self, tag: u8) {
        self.0.push(tag);
    }

    fn length(&mut self, length: usize) {
        self.0.extend_from_slice(&(length as u64).to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn pairs(&mut self, pairs: &[(String, String)]) {
        self.length(pairs.len());
        for (name, value) in pairs {
            self.bytes(name.as_bytes());
            self.bytes(value.as_bytes());
        }
    }

    fn json(&mut self, value: &Value) {
        match value {
            Value::Null => self.tag(0),
            Value::Bool(false) => self.tag(1),
            Value::Bool(true) => self.tag(2),
            Value::Number(number) => {
                self.tag(3);
                self.bytes(number.to_string().as_bytes());
            }
            Value::String(text) => {
                self.tag(4);
                self.bytes(text.as_bytes());
            }
            Value::Array(items) => {
                self.tag(5);
                self.length(items.len());
                items.iter().for_each(|item| self.json(item));
            }
            Value::Object(members) => {
                self.tag(6);
                self.length(members.len());
                // The members may be unsorted: any crate in the program can enable a feature of `serde_json` that keeps the order in which
                // members were added.
                let mut members: Vec<_> = members.iter().collect();
                members.sort_unstable_by_key(|(name, _)| *name);
                for (name, value) in members {
                    self.bytes(name.as_bytes());
                    self.json(value);
                }
            }
        }
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digest")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DigestKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn canonical(value: &Value) -> Vec<u8> {
        let mut text = Canonical::default();
        text.json(value);
        text.0
    }

    #[test]
    fn the_order_of_members_does_not_count_and_everything_else_does() {
        let one = canonical(&json!({"a": 1, "b": [null, "x"]}));
        assert_eq!(one, canonical(&json!({"b": [null, "x"], "a": 1})));
        for other in [
            json!({"a": "1", "b": [null, "x"]}),
            json!({"a": 1, "b": ["x", null]}),
            json!({"a": 1.0, "b": [null, "x"]}),
            json!({"a": 1, "b": [null, "x"], "c": null}),
            json!([1, [null, "x"]]),
        ] {
            assert_ne!(one, canonical(&other), "{other}");
        }
    }

    #[test]
    fn a_key_of_a_ledger_is_another_one_each_time_and_is_not_printed() {
        let (one, two) = (DigestKey::random(), DigestKey::random());
        assert_ne!(one.bytes(), two.bytes());
        assert_ne!(one.bytes().split_at(16).0, one.bytes().split_at(16).1);
        assert_eq!(format!("{one:?}"), "DigestKey([redacted])");
    }

    #[test]
    fn only_digests_of_one_version_are_compared() {
        let one = Digest::from_parts(1, [1; 32]);
        assert!(one.contradicts(&Digest::from_parts(1, [2; 32])));
        assert!(!one.contradicts(&Digest::from_parts(1, [1; 32])));
        assert!(!one.contradicts(&Digest::from_parts(2, [2; 32])));
    }
}
