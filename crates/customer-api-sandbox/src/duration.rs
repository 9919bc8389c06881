//! Durations in JSON: `500ms`, `61s`, `2m 30s`, `1h`.

use std::time::Duration;

use jiff::SignedDuration;

/// Reads a duration such as `61s`, `2m 30s` or `PT1H`.
pub(crate) fn read(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a duration such as `500ms`, `61s` or `1h`");
    let duration: SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(duration).map_err(|_| wrong())
}

/// Writes a duration such as `2m 30s`.
pub(crate) fn write(duration: Duration) -> String {
    let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    format!("{duration:#}")
}

/// For `#[serde(with)]`.
pub(crate) mod required {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::write(*duration))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        super::read(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// For `#[serde(with)]`; `null` is read as `None`.
pub(crate) mod optional {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "the signature that serde calls")]
    pub(crate) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        duration.map(super::write).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let duration = text.map(|text| super::read(&text)).transpose();
        duration.map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_they_are_read() {
        for (text, millis) in [
            ("500ms", 500),
            ("1m 1s", 61_000),
            ("1h", 3_600_000),
            ("0s", 0),
        ] {
            let duration = Duration::from_millis(millis);
            assert_eq!(read(text), Ok(duration));
            assert_eq!(write(duration), text);
        }
        assert_eq!(read("61s"), Ok(Duration::from_secs(61)));
        for wrong in ["", "61", "-1s", "soon", "1 day"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
