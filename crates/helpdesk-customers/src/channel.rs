use std::fmt;

use crate::CreateCustomer;

/// A channel, by its name or its number.
///
/// The admin settings show the numbers. In the provider's examples `1` is e-mail and `8` is live chat. The others are not documented.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Channel {
    /// `email`.
    Email,
    /// `telephone`.
    Telephone,
    /// `facebook`.
    Facebook,
    /// `twitter`.
    Twitter,
    /// A channel by its number.
    Id(u64),
    /// A name that is not documented. A client that checks patterns rejects it in
    /// [`CreateCustomer::link_channel`].
    Other(String),
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email => f.write_str("email"),
            Self::Telephone => f.write_str("telephone"),
            Self::Facebook => f.write_str("facebook"),
            Self::Twitter => f.write_str("twitter"),
            Self::Id(id) => id.fmt(f),
            Self::Other(name) => f.write_str(name),
        }
    }
}

/// Converts to the text that is sent, so that a `Channel` can be passed wherever a channel type is needed.
impl From<Channel> for String {
    fn from(channel: Channel) -> Self {
        channel.to_string()
    }
}

impl CreateCustomer {
    /// Links a channel to the new customer. Sets `channel_id` and `customer_link_channel`, which have a meaning only together.
    ///
    /// The address identifies the customer in the channel, such as an e-mail address. A guide states that a phone number is
    /// written in E.164, with `+` and the country code.
    ///
    /// Provenance: documented, <https://docs.omnidesk.io/omnidesk/api-specification/customer>.
    pub fn link_channel(self, channel: Channel, address: impl Into<String>) -> Self {
        self.set_channel_id(channel)
            .set_customer_link_channel(address)
    }
}
