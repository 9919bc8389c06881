//! Scripts, their arguments and their results.

use std::time::Duration;

use redis::{Script, Value};

use crate::failure::Failure;

/// The longest time that is passed to a script as an argument. The script adds this time to another one, and numbers in scripts are exact
/// only up to 2⁵³.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// A script, with the digest that identifies it on the server.
pub(crate) struct Lua {
    pub(crate) text: &'static str,
    pub(crate) digest: String,
    /// Whether the script takes something, such as a slot, that another script must release.
    pub(crate) takes: bool,
}

impl Lua {
    pub(crate) fn new(text: &'static str) -> Self {
        let digest = Script::new(text).get_hash().to_owned();
        Self {
            text,
            digest,
            takes: false,
        }
    }

    /// Creates a script that takes something, such as a slot.
    pub(crate) fn taking(text: &'static str) -> Self {
        Self {
            takes: true,
            ..Self::new(text)
        }
    }
}

/// Converts a time to microseconds, the unit of the scripts. A time of more than 100 years becomes 100 years.
pub(crate) fn micros(time: Duration) -> Vec<u8> {
    // Rounded up: a slot must not be free too early.
    let micros = time.min(LONGEST).as_nanos().div_ceil(1000);
    text(micros)
}

/// Converts an optional time. `None` becomes an empty string.
pub(crate) fn maybe_micros(time: Option<Duration>) -> Vec<u8> {
    time.map(micros).unwrap_or_default()
}

/// Converts a number to digits, because a script's numbers can't represent every `u64`.
pub(crate) fn text(number: impl ToString) -> Vec<u8> {
    number.to_string().into_bytes()
}

/// The items of an array that a script returned.
pub(crate) struct Items(std::vec::IntoIter<Value>);

impl Items {
    pub(crate) fn of(reply: Value) -> Result<Self, Failure> {
        match reply {
            Value::Array(items) => Ok(Self(items.into_iter())),
            _ => Err(Failure::Reply),
        }
    }

    fn next(&mut self) -> Result<Value, Failure> {
        self.0.next().ok_or(Failure::Reply)
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, Failure> {
        match self.next()? {
            Value::BulkString(bytes) => Ok(bytes),
            _ => Err(Failure::Reply),
        }
    }

    /// Reads a number from its digits. `None` if the text is empty. Any other text without a number is an error.
    pub(crate) fn maybe_number<T: std::str::FromStr>(&mut self) -> Result<Option<T>, Failure> {
        let bytes = self.bytes()?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| Failure::Reply)?;
        text.parse().map(Some).map_err(|_| Failure::Reply)
    }

    pub(crate) fn number<T: std::str::FromStr>(&mut self) -> Result<T, Failure> {
        self.maybe_number()?.ok_or(Failure::Reply)
    }

    pub(crate) fn maybe_time(&mut self) -> Result<Option<Duration>, Failure> {
        Ok(self.maybe_number()?.map(Duration::from_micros))
    }

    pub(crate) fn time(&mut self) -> Result<Duration, Failure> {
        self.maybe_time()?.ok_or(Failure::Reply)
    }

    /// Returns all remaining items, as times.
    pub(crate) fn times(mut self) -> Result<Vec<Duration>, Failure> {
        let mut times = Vec::with_capacity(self.0.len());
        while !self.0.as_slice().is_empty() {
            times.push(self.time()?);
        }
        Ok(times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_never_too_short_and_always_exact_in_a_script() {
        assert_eq!(micros(Duration::from_nanos(1)), b"1");
        assert_eq!(micros(Duration::from_micros(7)), b"7");
        assert_eq!(micros(Duration::MAX), b"3153600000000000");
        assert_eq!(maybe_micros(None), b"");
    }

    #[test]
    fn a_reply_that_is_not_understood_is_a_failure() {
        let items = |values: &[&str]| {
            let values = values.iter().map(|text| Value::BulkString((*text).into()));
            Items::of(Value::Array(values.collect()))
        };
        let read = items(&["18446744073709551615"]).and_then(|mut items| items.number::<u64>());
        assert_eq!(read.ok(), Some(u64::MAX));
        assert!(
            items(&["x"])
                .and_then(|mut items| items.number::<u64>())
                .is_err()
        );
        assert!(items(&["-1"]).and_then(Items::times).is_err());
        assert!(items(&[]).and_then(|mut items| items.bytes()).is_err());
        assert!(Items::of(Value::Nil).is_err());
    }
}
