use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::TimeError;

/// A calendar date, written `YYYY-MM-DD`.
///
/// ```
/// use customer_api_core::time::Date;
///
/// let date: Date = "2024-02-29".parse()?;
/// assert_eq!((date.year(), date.month(), date.day()), (2024, 2, 29));
/// assert!("2023-02-29".parse::<Date>().is_err());
/// # Ok::<(), customer_api_core::time::TimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// Creates a date from a year, a month and a day.
    ///
    /// # Errors
    ///
    /// If there is no such day, or the year lies outside 0 to 9999.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, TimeError> {
        jiff::civil::Date::new(year, month, day)
            .ok()
            .filter(|date| date.year() >= 0)
            .map(Self)
            .ok_or(EXPECTED)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, from 1.
    #[must_use]
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> i8 {
        self.0.day()
    }
}

const EXPECTED: TimeError = TimeError {
    expected: "a date such as 2020-01-23",
};

impl FromStr for Date {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        // Only this form is accepted. jiff would also accept a date that is followed by a time.
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
            return Err(EXPECTED);
        };
        if ![y1, y2, y3, y4, m1, m2, d1, d2]
            .iter()
            .all(|byte| byte.is_ascii_digit())
        {
            return Err(EXPECTED);
        }
        text.parse().map(Self).map_err(|_| EXPECTED)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Date({self})")
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_it_reads() {
        for text in ["0000-01-01", "1999-12-31", "2024-02-29", "9999-12-31"] {
            let date: Date = text.parse().unwrap();
            assert_eq!(date.to_string(), text);
            assert_eq!(serde_json::to_string(&date).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn refuses_other_forms() {
        for text in [
            "",
            "2024-2-9",
            "24-02-09",
            "2023-02-29",
            "2024-02-29T00:00:00Z",
            "+2024-02-29",
            "20240229",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
        assert!(Date::new(2023, 2, 29).is_err());
        assert!(Date::new(-1, 2, 2).is_err());
    }
}
