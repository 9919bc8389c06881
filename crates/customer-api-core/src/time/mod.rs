//! Points in time as providers write them, and the one place where the clocks are read.

mod clock;
mod date;
#[cfg(feature = "test-util")]
mod slept;
mod timestamp;

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::{Deserializer, de};

pub use clock::{Deadline, Stopwatch};
pub(crate) use clock::{date, now, senders_clock, wall_clock};
pub use date::Date;
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub use slept::sleep_with_the_machine;
pub use timestamp::Timestamp;

/// The error for a text that is not a date or timestamp in the expected format. The error does not contain the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct TimeError {
    expected: &'static str,
}

/// Deserializes from a text without copying the text, because a copy would cost an allocation.
fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err = TimeError>,
    D: Deserializer<'de>,
{
    struct Visitor<T>(PhantomData<T>);

    impl<T: FromStr<Err = TimeError>> de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Visitor(PhantomData))
}
