use std::fmt;

use crate::CreateCustomer;

/// A channel, by its name or its number.
///
/// The numbers stand in the admin settings. `1` is e-mail and `8` is live chat in the provider's examples; the others are not
/// documented.
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
    /// A name that is not documented. A client that checks patterns refuses it in
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

/// As it is sent, so that a channel can be given wherever a channel type is asked for.
impl From<Channel> for String {
    fn from(channel: Channel) -> Self {
        channel.to_string()
    }
}

impl CreateCustomer {
    /// Links a channel to the new customer: `channel_id` and `customer_link_channel`, which make sense together only.
    ///
    /// The address is what the channel knows the customer by, such as an e-mail address. A phone number is written as E.164
    /// has it, with `+` and the country (says a guide).
    ///
    /// Provenance: documented, <https://docs.omnidesk.io/omnidesk/api-specification/customer>.
    pub fn link_channel(self, channel: Channel, address: impl Into<String>) -> Self {
        self.set_channel_id(channel)
            .set_customer_link_channel(address)
    }
}
