use customer_api_core::{Timestamp, time::Date};

use crate::assert_unquoted;

/// A parsed time keeps its text, is ordered by the instant, and converts without a panic.
pub(super) fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match text.parse::<Timestamp>() {
        Ok(timestamp) => {
            assert_eq!(timestamp.as_str(), text);
            assert_eq!(timestamp.to_string(), text);
            let json = serde_json::to_string(&timestamp).unwrap();
            assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), timestamp);
            let whole = i128::from(timestamp.unix_seconds()) * 1_000_000_000;
            assert!((whole..whole + 1_000_000_000).contains(&timestamp.unix_nanoseconds()));
            let again = Timestamp::try_from(timestamp.to_system_time()).unwrap();
            assert_eq!(again, timestamp);
            let second = Timestamp::from_unix_seconds(timestamp.unix_seconds()).unwrap();
            assert!(second <= timestamp);
        }
        Err(error) => assert_unquoted(&format!("{error} {error:?}")),
    }
    match text.parse::<Date>() {
        Ok(date) => {
            assert_eq!(date.to_string(), text);
            assert_eq!(
                Date::new(date.year(), date.month(), date.day()).unwrap(),
                date
            );
            let json = serde_json::to_string(&date).unwrap();
            assert_eq!(serde_json::from_str::<Date>(&json).unwrap(), date);
        }
        Err(error) => assert_unquoted(&format!("{error} {error:?}")),
    }
    if let Err(error) = serde_json::from_str::<Timestamp>(&format!("{text:?}")) {
        assert_unquoted(&error.to_string());
    }
}
