//! Send rules: the account's own settings for who gets a message, and how.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The send rule that picks the channel of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageType {
    /// An e-mail. Recipients with only a mobile number get an SMS.
    EmailPriority,
    /// An SMS. Recipients with only an e-mail address get an e-mail.
    SmsPriority,
    /// An e-mail. Recipients without an address are skipped.
    EmailOnly,
    /// An SMS. Recipients without a mobile number are skipped.
    SmsOnly,
    /// An e-mail if the recipient has an address, and an SMS if the recipient has a mobile number.
    EmailAndSms,
}

/// The channels of a message: none, one or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Channels {
    pub(super) email: bool,
    pub(super) sms: bool,
}

impl MessageType {
    pub(super) fn channels(self, email: bool, mobile: bool) -> Channels {
        let (email, sms) = match self {
            Self::EmailPriority => (email, mobile && !email),
            Self::SmsPriority => (email && !mobile, mobile),
            Self::EmailOnly => (email, false),
            Self::SmsOnly => (false, mobile),
            Self::EmailAndSms => (email, mobile),
        };
        Channels { email, sms }
    }
}

/// The time of the last message to each contact.
#[derive(Debug, Default)]
pub(super) struct LastMessages(BTreeMap<String, Duration>);

impl LastMessages {
    /// Records a message to a contact, and returns true. Returns false if the last message was less
    /// than a period ago.
    pub(super) fn admit(&mut self, contact: &str, period: Duration, now: Duration) -> bool {
        let contact = contact.trim().to_lowercase();
        let last = self.0.get(&contact);
        if last.is_some_and(|last| now.saturating_sub(*last) < period) {
            return false;
        }
        self.0.insert(contact, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_picks_its_channels() {
        let of = |message_type: MessageType, email, mobile| {
            let channels = message_type.channels(email, mobile);
            (channels.email, channels.sms)
        };
        for (message_type, both, email, mobile) in [
            (
                MessageType::EmailPriority,
                (true, false),
                (true, false),
                (false, true),
            ),
            (
                MessageType::SmsPriority,
                (false, true),
                (true, false),
                (false, true),
            ),
            (
                MessageType::EmailOnly,
                (true, false),
                (true, false),
                (false, false),
            ),
            (
                MessageType::SmsOnly,
                (false, true),
                (false, false),
                (false, true),
            ),
            (
                MessageType::EmailAndSms,
                (true, true),
                (true, false),
                (false, true),
            ),
        ] {
            assert_eq!(of(message_type, true, true), both, "{message_type:?}");
            assert_eq!(of(message_type, true, false), email, "{message_type:?}");
            assert_eq!(of(message_type, false, true), mobile, "{message_type:?}");
        }
    }

    #[test]
    fn a_contact_has_one_message_in_a_period() {
        let mut last = LastMessages::default();
        let period = Duration::from_secs(60);
        let mut at = |contact, second| last.admit(contact, period, Duration::from_secs(second));
        assert!(at("a@b.example", 0));
        assert!(!at("A@b.example ", 59));
        assert!(at("021", 59));
        assert!(at("a@b.example", 60), "a suppressed message does not count");
    }
}
