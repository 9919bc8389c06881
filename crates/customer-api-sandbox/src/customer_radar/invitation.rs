//! Invitations: the content of a request, whether the account can send it, and the sent messages.

use std::collections::BTreeSet;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::options::CustomerRadarOptions;
use super::send_rules::Channels;
use super::wording::Refusal;
use crate::clock;

/// An invitation in the outbox: one recipient of a request whose message was triggered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SentInvitation {
    /// The `data` of the request's response. All recipients of a request have the same `data`.
    pub data: String,
    /// The client.
    pub client_display_id: String,
    /// The programme.
    pub programme_display_id: String,
    /// The location.
    pub location_display_id: String,
    /// The POM, if the request named one.
    pub pom_display_id: Option<String>,
    /// The e-mail address, as sent.
    pub email: Option<String>,
    /// The mobile number, as sent.
    pub mobile: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// Keys and values in the order of the request.
    #[serde(default)]
    pub metadata: Vec<(String, String)>,
    /// Whether an e-mail was triggered.
    pub by_email: bool,
    /// Whether an SMS was triggered.
    pub by_sms: bool,
    /// The time, by the sandbox's clock.
    #[serde(with = "clock::rfc3339")]
    pub sent_at: SystemTime,
}

/// One recipient of a request, with the ids of the request.
pub(super) struct Invitation {
    client: String,
    programme: String,
    location: String,
    pom: Option<String>,
    pub(super) email: Option<String>,
    pub(super) mobile: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    metadata: Vec<(String, String)>,
}

impl Invitation {
    /// Returns the invitations of a request, one per recipient. The request must conform to the
    /// API's description.
    pub(super) fn all(body: &Value) -> Vec<Self> {
        let recipients = body.get("sendData").and_then(Value::as_array);
        let recipients = recipients.into_iter().flatten();
        recipients.map(|one| Self::read(body, one)).collect()
    }

    fn read(body: &Value, recipient: &Value) -> Self {
        let metadata = recipient.get("metadata").and_then(Value::as_array);
        let pair = |pair| {
            let part = |name| text(pair, name).unwrap_or_default();
            (part("key"), part("value"))
        };
        Self {
            client: text(body, "clientDisplayId").unwrap_or_default(),
            programme: text(body, "programmeDisplayId").unwrap_or_default(),
            location: text(recipient, "locationDisplayId").unwrap_or_default(),
            pom: text(recipient, "pomDisplayId"),
            email: text(recipient, "email"),
            mobile: text(recipient, "mobile"),
            first_name: text(recipient, "firstName"),
            last_name: text(recipient, "lastName"),
            metadata: metadata.into_iter().flatten().map(pair).collect(),
        }
    }

    /// Returns the channels of the message, or the reason why the account can't send it.
    pub(super) fn judge(&self, options: &CustomerRadarOptions) -> Result<Channels, Refusal> {
        let (email, mobile) = (given(self.email.as_ref()), given(self.mobile.as_ref()));
        if !email && options.require_email {
            return Err(Refusal::NoEmail);
        }
        if !email && !mobile {
            return Err(Refusal::NoContact);
        }
        let keys: Vec<&str> = self.metadata.iter().map(|(key, _)| key.as_str()).collect();
        if !options.blank_metadata_keys && keys.iter().any(|key| key.trim().is_empty()) {
            return Err(Refusal::BlankKey);
        }
        let different: BTreeSet<&str> = keys.iter().copied().collect();
        if !options.duplicate_metadata_keys && different.len() < keys.len() {
            return Err(Refusal::DuplicateKey);
        }
        let set_up = &options.set_up;
        let pom = self.pom.as_deref();
        if !set_up.knows(&self.client, &self.programme, &self.location, pom) {
            return Err(Refusal::NoFeedbackCode);
        }
        let channels = options.message_type.channels(email, mobile);
        if channels.email && !set_up.sends_email(&self.programme) {
            return Err(Refusal::NoPostmarkId);
        }
        Ok(channels)
    }

    pub(super) fn sent(self, data: &str, channels: Channels, at: SystemTime) -> SentInvitation {
        SentInvitation {
            data: data.to_owned(),
            client_display_id: self.client,
            programme_display_id: self.programme,
            location_display_id: self.location,
            pom_display_id: self.pom,
            email: self.email,
            mobile: self.mobile,
            first_name: self.first_name,
            last_name: self.last_name,
            metadata: self.metadata,
            by_email: channels.email,
            by_sms: channels.sms,
            sent_at: at,
        }
    }
}

/// Returns whether a contact is present. A blank contact counts as missing.
fn given(contact: Option<&String>) -> bool {
    contact.is_some_and(|contact| !contact.trim().is_empty())
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}
