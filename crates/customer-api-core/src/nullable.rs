//! A value that can be set to `null` on purpose, as distinct from a value that is not sent.

use serde::{Serialize, Serializer};

/// The value that a request sends for a property that can be `null`.
///
/// An optional property is an `Option<Nullable<T>>`: not sent, sent as `null`, or sent with a value.
#[expect(clippy::exhaustive_enums, reason = "there is no third state")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nullable<T> {
    /// Sent as `null`.
    Null,
    /// Sent with this value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Returns the value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// Allows a caller to pass a string literal.
impl From<&str> for Nullable<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_given_as_it_is_written() {
        assert_eq!(
            Nullable::<String>::from("x"),
            Nullable::Value("x".to_owned())
        );
        assert_eq!(Nullable::from(1), Nullable::Value(1));
    }
}
