//! A customer of the help desk, as the sandbox stores it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A customer of the help desk, as the sandbox stores it. A customer belongs to one brand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct OmnideskCustomer {
    /// The help desk's id. The server assigns it when the customer is seeded or created.
    pub id: u64,
    /// The brand.
    pub brand_id: u64,
    /// The merchant's own id, which is unique within a brand.
    pub external_id: Option<String>,
    /// The first name; empty if there is none.
    pub first_name: String,
    /// The last name; empty if there is none.
    pub last_name: String,
    /// The channels, in the order in which they were added.
    pub channels: Vec<OmnideskChannel>,
    /// The custom fields, by their names without the prefix.
    pub custom_fields: BTreeMap<String, String>,
    /// The tickets that the customer was linked to.
    pub ticket_ids: Vec<u64>,
    /// The outside events on the timeline, oldest first.
    pub events: Vec<OmnideskEvent>,
    /// Whether the personal data was purged.
    pub purged: bool,
}

/// A channel of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OmnideskChannel {
    /// The channel's id. The server assigns it.
    #[serde(default)]
    pub id: u64,
    /// The type as it was sent: a name such as `email`, or a number.
    pub channel_type: String,
    /// The address.
    pub value: String,
}

/// An outside event on a customer's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OmnideskEvent {
    /// The event's id. The server assigns it.
    #[serde(default)]
    pub id: u64,
    /// The person or system that caused the event.
    pub initiated_by: String,
    /// The text of the event.
    pub message: String,
    /// The source of the event.
    pub source_url: String,
    /// The time of the event, as `2020-01-23 16:33:02`.
    pub created_at: String,
}

/// A requested synchronisation with the CRM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OmnideskCrmSync {
    /// The brand.
    pub brand_id: u64,
    /// The kind of address.
    pub channel: String,
    /// The address, if one was sent.
    pub address: Option<String>,
}

impl OmnideskCustomer {
    /// Makes a customer of a brand with only the merchant's own id.
    #[must_use]
    pub fn new(brand_id: u64, external_id: impl Into<String>) -> Self {
        Self {
            brand_id,
            external_id: Some(external_id.into()),
            ..Self::default()
        }
    }

    /// Sets both names.
    #[must_use]
    pub fn with_names(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.first_name = first.into();
        self.last_name = last.into();
        self
    }

    /// Adds a channel.
    #[must_use]
    pub fn with_channel(
        mut self,
        channel_type: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.channels.push(OmnideskChannel {
            id: 0,
            channel_type: channel_type.into(),
            value: value.into(),
        });
        self
    }

    /// Sets a custom field, by its name without the prefix.
    #[must_use]
    pub fn with_custom_field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.custom_fields.insert(name.into(), value.into());
        self
    }

    /// Links a ticket.
    #[must_use]
    pub fn with_ticket(mut self, ticket_id: u64) -> Self {
        self.ticket_ids.push(ticket_id);
        self
    }

    pub(super) fn has_external_id(&self, brand_id: Option<u64>, external_id: &str) -> bool {
        brand_id.is_none_or(|brand_id| brand_id == self.brand_id)
            && self.external_id.as_deref() == Some(external_id)
    }

    pub(super) fn has_channel(&self, brand_id: u64, value: &str) -> bool {
        brand_id == self.brand_id && self.channels.iter().any(|channel| channel.value == value)
    }

    /// Returns whether a text occurs in the names or the external id, ignoring case.
    pub(super) fn mentions(&self, text: &str) -> bool {
        let name = format!("{} {}", self.first_name, self.last_name);
        let external_id = self.external_id.as_deref().unwrap_or_default();
        let text = text.to_lowercase();
        [name.as_str(), external_id]
            .iter()
            .any(|field| field.to_lowercase().contains(&text))
    }

    /// Removes the personal data. The ids stay.
    pub(super) fn purge(&mut self) {
        *self = Self {
            id: self.id,
            brand_id: self.brand_id,
            external_id: self.external_id.take(),
            purged: true,
            ..Self::default()
        };
    }
}
