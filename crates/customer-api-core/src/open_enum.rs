//! Enums that a provider may extend. A value that the description does not list is kept and written back.

use std::{fmt, marker::PhantomData};

use serde::{Deserializer, Serializer, de};

/// A string enum with a variant for values that its description does not list.
///
/// Implemented by generated code.
pub trait OpenEnum: Sized {
    /// Returns the variant of a listed value.
    fn listed(value: &str) -> Option<Self>;

    /// Returns the variant that keeps any other value.
    fn from_unlisted(value: Unlisted) -> Self;

    /// Returns the value as the provider writes it.
    fn as_str(&self) -> &str;
}

/// A value that a description does not list.
///
/// Only decoding and the enum's function `unlisted` create an `Unlisted`, so it never contains a listed value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unlisted(Box<str>);

impl Unlisted {
    /// Returns the value as the provider writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Unlisted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns the variant of a listed value, or the variant that keeps an unlisted value.
#[must_use]
pub fn parse<E: OpenEnum>(value: &str) -> E {
    E::listed(value).unwrap_or_else(|| E::from_unlisted(Unlisted(value.into())))
}

/// Writes the value as the provider writes it.
///
/// # Errors
///
/// The errors of the serializer.
pub fn serialize<E: OpenEnum, S: Serializer>(value: &E, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.as_str())
}

/// Reads a value. A listed value costs no allocation.
///
/// # Errors
///
/// If the input is not a string.
pub fn deserialize<'de, E: OpenEnum, D: Deserializer<'de>>(deserializer: D) -> Result<E, D::Error> {
    struct Visitor<E>(PhantomData<E>);

    impl<E: OpenEnum> de::Visitor<'_> for Visitor<E> {
        type Value = E;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<X: de::Error>(self, value: &str) -> Result<E, X> {
            Ok(parse(value))
        }
    }

    deserializer.deserialize_str(Visitor(PhantomData))
}
