//! Deserializers, for `#[serde(deserialize_with)]`, of settings for which only some values of their type are valid.

use serde::{Deserialize, Deserializer, de::Error};

/// A count of at least 1.
pub(crate) fn at_least_one<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    match usize::deserialize(from)? {
        0 => Err(D::Error::custom("must be at least 1")),
        number => Ok(number),
    }
}

/// A count of at least 1, or null.
pub(crate) fn at_least_one_or_null<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<usize>, D::Error> {
    match Option::deserialize(from)? {
        Some(0) => Err(D::Error::custom("must be at least 1")),
        number => Ok(number),
    }
}

/// The status of a final response.
pub(crate) fn status<'de, D: Deserializer<'de>>(from: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(from)?;
    if (200..=999).contains(&status) {
        Ok(status)
    } else {
        Err(D::Error::custom("must be a status from 200 to 999"))
    }
}

/// The path of an operation on one record, or null.
pub(crate) fn path_with_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let path = Option::<String>::deserialize(from)?;
    let fits = |path: &str| path.starts_with('/') && path.contains("{id}");
    match path {
        Some(path) if !fits(&path) => Err(D::Error::custom("must be a path with `{id}`")),
        path => Ok(path),
    }
}
