//! The outbox: the messages that were triggered, and those that a send rule held back.

use std::time::{Duration, UNIX_EPOCH};

use super::invitation::{Invitation, SentInvitation};
use super::send_rules::{Channels, LastMessages};

/// The number of the first request: the provider's sample.
const FIRST: u64 = 846_673_197_418_938_368;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    pub(super) sent: Vec<SentInvitation>,
    /// The number of recipients that got no message although their request was accepted.
    pub(super) suppressed: usize,
    requests: u64,
    last: LastMessages,
}

impl Outbox {
    /// Accepts all invitations of a request, and returns the request's number.
    pub(super) fn accept(
        &mut self,
        invitations: Vec<(Invitation, Channels)>,
        restriction: Option<Duration>,
        now: Duration,
    ) -> u64 {
        let number = FIRST + self.requests;
        self.requests += 1;
        let at = UNIX_EPOCH.checked_add(now).unwrap_or(UNIX_EPOCH);
        for (invitation, channels) in invitations {
            let channels = self.unrestricted(&invitation, channels, restriction, now);
            if channels.email || channels.sms {
                let sent = invitation.sent(&number.to_string(), channels, at);
                self.sent.push(sent);
            } else {
                self.suppressed += 1;
            }
        }
        number
    }

    /// Returns the channels that the contact restriction allows.
    fn unrestricted(
        &mut self,
        invitation: &Invitation,
        channels: Channels,
        restriction: Option<Duration>,
        now: Duration,
    ) -> Channels {
        let Some(period) = restriction else {
            return channels;
        };
        let mut free = |contact: &Option<String>| {
            let contact = contact.as_deref().unwrap_or_default();
            self.last.admit(contact, period, now)
        };
        Channels {
            email: channels.email && free(&invitation.email),
            sms: channels.sms && free(&invitation.mobile),
        }
    }
}
