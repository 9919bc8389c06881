use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    time::SystemTime,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::TimeError;

/// An instant, with the text in which the provider wrote it. Order, equality and conversions use the instant.
///
/// Parses all forms of RFC 3339: any offset, any number of fractional digits, lower-case letters, or a space in place of the `T`.
/// Also parses an offset without a colon or without minutes. Two timestamps are equal if they are the same instant, whatever their texts.
/// An instant is exact to the nanosecond; further digits are cut off.
///
/// ```
/// use customer_api_core::Timestamp;
///
/// let whole: Timestamp = "2020-01-23T16:33:02Z".parse()?;
/// let exact: Timestamp = "2020-01-23T16:33:02.164260202Z".parse()?;
/// assert!(whole < exact);
/// assert_eq!(whole.unix_seconds(), 1_579_797_182);
/// assert_eq!(exact.as_str(), "2020-01-23T16:33:02.164260202Z");
/// # Ok::<(), customer_api_core::time::TimeError>(())
/// ```
#[derive(Clone)]
pub struct Timestamp {
    text: Box<str>,
    instant: jiff::Timestamp,
}

impl Timestamp {
    /// The text as the provider wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn unix_seconds(&self) -> i64 {
        let instant = self.instant;
        // jiff's parts have the sign of the whole value, so a fraction before 1970 is negative.
        if instant.subsec_nanosecond() < 0 {
            instant.as_second() - 1
        } else {
            instant.as_second()
        }
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_nanoseconds(&self) -> i128 {
        self.instant.as_nanosecond()
    }

    /// Converts the instant to the standard library's type.
    #[must_use]
    pub fn to_system_time(&self) -> SystemTime {
        self.instant.into()
    }

    /// Creates a timestamp from a number of seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// If the year is outside -9999 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Result<Self, TimeError> {
        jiff::Timestamp::from_second(seconds)
            .map(Self::from_instant)
            .map_err(|_| EXPECTED)
    }

    fn from_instant(instant: jiff::Timestamp) -> Self {
        Self {
            text: instant.to_string().into(),
            instant,
        }
    }
}

const EXPECTED: TimeError = TimeError {
    expected: "an RFC 3339 timestamp such as 2020-01-23T16:33:02Z",
};

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let instant = instant(text.as_bytes()).ok_or(EXPECTED)?;
        Ok(Self {
            text: text.into(),
            instant,
        })
    }
}

/// Reads the instant of a text in the form of RFC 3339, section 5.6. Most parts have fixed positions. Therefore this parser is several
/// times faster than jiff's own parser, which accepts many forms. jiff converts the numbers to an instant.
fn instant(text: &[u8]) -> Option<jiff::Timestamp> {
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    let is_here = |(at, separator): &(usize, u8)| text.get(*at) == Some(separator);
    if !separators.iter().all(is_here) || !matches!(text.get(10)?, b'T' | b't' | b' ') {
        return None;
    }
    let two = |at| two_digits(text, at);
    let rest = text.get(19..)?;
    let zone = rest.iter().position(|byte| b"Zz+-".contains(byte))?;
    let (fraction, zone) = rest.split_at_checked(zone)?;
    let civil = jiff::civil::DateTime::new(
        i16::try_from(number(text.get(..4)?)?).ok()?,
        two(5)?,
        two(8)?,
        two(11)?,
        two(14)?,
        // A leap second is read as the second before it.
        two(17).map(|second| if second == 60 { 59 } else { second })?,
        nanoseconds(fraction)?,
    );
    offset(zone)?.to_timestamp(civil.ok()?).ok()
}

/// Reads `Z`, or hours and minutes with a sign, and with or without a colon between them.
fn offset(zone: &[u8]) -> Option<jiff::tz::Offset> {
    let (sign, minutes_at) = match zone {
        b"Z" | b"z" => return Some(jiff::tz::Offset::UTC),
        [b'+', _, _] => (1, None),
        [b'-', _, _] => (-1, None),
        [b'+', _, _, b':', _, _] => (1, Some(4)),
        [b'-', _, _, b':', _, _] => (-1, Some(4)),
        [b'+', _, _, _, _] => (1, Some(3)),
        [b'-', _, _, _, _] => (-1, Some(3)),
        _ => return None,
    };
    let hours = i32::from(two_digits(zone, 1)?);
    let minutes = minutes_at.map_or(Some(0), |at| two_digits(zone, at))?;
    let minutes = Some(i32::from(minutes)).filter(|minutes| *minutes < 60)?;
    jiff::tz::Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
}

/// Reads a dot and digits, or nothing. Digits beyond nanoseconds are cut off.
fn nanoseconds(fraction: &[u8]) -> Option<i32> {
    let Some((b'.', digits)) = fraction.split_first() else {
        return fraction.is_empty().then_some(0);
    };
    let (digits, finer) = digits.split_at_checked(9).unwrap_or((digits, &[]));
    if !finer.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let missing = 9_usize.checked_sub(digits.len())?;
    let digits = (!digits.is_empty()).then(|| number(digits))??;
    Some(digits * 10_i32.pow(u32::try_from(missing).ok()?))
}

fn two_digits(text: &[u8], at: usize) -> Option<i8> {
    i8::try_from(number(text.get(at..at + 2)?)?).ok()
}

/// Reads at most 9 digits.
fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| i32::from(digit - b'0'))?;
        Some(number * 10 + digit)
    })
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimeError;

    fn try_from(time: SystemTime) -> Result<Self, TimeError> {
        jiff::Timestamp::try_from(time)
            .map(Self::from_instant)
            .map_err(|_| EXPECTED)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({})", self.text)
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.instant.cmp(&other.instant)
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.instant.hash(state);
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keeps_the_text_with_0_to_9_fractional_digits() {
        for digits in 0..=9 {
            let fraction = if digits == 0 {
                String::new()
            } else {
                format!(".{}", &"123456789"[..digits])
            };
            let text = format!("2020-01-23T16:33:02{fraction}Z");
            let timestamp: Timestamp = text.parse().unwrap();
            assert_eq!(timestamp.as_str(), text);
            assert_eq!(timestamp.unix_seconds(), 1_579_797_182);
            assert_eq!(
                serde_json::to_string(&timestamp).unwrap(),
                format!("{text:?}")
            );
        }
    }

    #[test]
    fn orders_by_instant_across_offsets() {
        let utc: Timestamp = "2020-01-23T16:33:02Z".parse().unwrap();
        let same: Timestamp = "2020-01-23T18:33:02+02:00".parse().unwrap();
        let later: Timestamp = "2020-01-23T16:33:02.000000001Z".parse().unwrap();
        assert_eq!(utc, same);
        for same in [
            "2020-01-23T12:03:02-04:30",
            "2020-01-23T18:33:02+0200",
            "2020-01-23T18:33:02.000+02",
            "2020-01-23t16:33:02z",
            "2020-01-23 16:33:02Z",
            "2020-01-23 18:33:02.0000000000+02:00",
        ] {
            assert_eq!(same.parse::<Timestamp>().unwrap(), utc, "{same}");
        }
        assert!(utc < later);
    }

    #[test]
    fn rounds_seconds_before_1970_down() {
        let before: Timestamp = "1969-12-31T23:59:58.5Z".parse().unwrap();
        assert_eq!(before.unix_seconds(), -2);
    }

    #[test]
    fn refuses_what_is_not_rfc_3339() {
        for text in [
            "",
            "2020-01-23",
            "2020-01-23  16:33:02Z",
            "2020-01-23_16:33:02Z",
            "2020-01-23 16:33:02",
            "2020-01-23T16:33:02.1234567890a1Z",
            "2020-01-23T16:33:02",
            "1579797182",
            "2020-13-23T16:33:02Z",
            "2020-01-23T16:33:02+01:00[Europe/Paris]",
            "2020-01-23T16:33:02+1:00",
            "2020-01-23T16:33:02+01:",
            "2020-01-23T16:33:02+99:00",
            "2020-01-23T16:33:02+01:60",
            "2020-01-23T16:33:02 +01:00",
            "2020-01-23T16:33:02é",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_any_text_without_a_panic(text in "\\PC{0,40}") {
            if let Ok(timestamp) = text.parse::<Timestamp>() {
                prop_assert_eq!(timestamp.as_str(), text);
            }
        }

        #[test]
        fn every_form_is_read_as_jiff_reads_it(
            text in "[0129][0-9]{3}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,10})?\
                (Z|z|[+-][0-2][0-9](:?[0-6][0-9]?){0,2}|)",
        ) {
            // jiff also reads seconds of an offset, which RFC 3339 does not have. It refuses more than nine fractional
            // digits.
            let fraction = text.get(19..).unwrap_or_default().bytes().skip(1).take_while(u8::is_ascii_digit).count();
            let known = if fraction > 9 { [&text[..29], &text[20 + fraction..]].concat() } else { text.clone() };
            let expected = known.parse::<jiff::Timestamp>().ok();
            let zone = text.get(19..).unwrap_or_default();
            let has_seconds = zone.find(['+', '-']).is_some_and(|at| zone[at..].bytes().filter(u8::is_ascii_digit).count() > 4);
            prop_assert_eq!(instant(text.as_bytes()), expected.filter(|_| !has_seconds));
        }

        #[test]
        fn a_count_of_seconds_survives(seconds in -60_000_000_000_i64..250_000_000_000) {
            let timestamp = Timestamp::from_unix_seconds(seconds).unwrap();
            prop_assert_eq!(timestamp.unix_seconds(), seconds);
            prop_assert_eq!(timestamp.as_str().parse::<Timestamp>().unwrap(), timestamp);
        }
    }
}
