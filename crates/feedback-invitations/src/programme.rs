/// An account, and the programme of this account for which people are asked for feedback.
///
/// A programme contains the settings of a feedback page. The provider's support sets up the programme and issues both ids, and the
/// ids of locations and points of measure. No call returns these ids. Ids are opaque: the client checks only that they are not blank.
///
/// See <https://customerradar.zendesk.com/hc/en-us/articles/4406082967055-What-are-programmes-locations-and-sub-measures->.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Programme {
    pub(crate) client_display_id: String,
    pub(crate) programme_display_id: String,
    pub(crate) require_email: bool,
}

impl Programme {
    /// Makes a programme from the provider's `clientDisplayId` and `programmeDisplayId`.
    #[must_use]
    pub fn new(
        client_display_id: impl Into<String>,
        programme_display_id: impl Into<String>,
    ) -> Self {
        Self {
            client_display_id: client_display_id.into(),
            programme_display_id: programme_display_id.into(),
            require_email: false,
        }
    }

    /// Sets whether an invitation without an e-mail address is an error before it is sent. By default a mobile number is enough.
    ///
    /// The provider's table states that the address is mandatory, but its page on send rules shows people with a mobile number alone.
    /// Turn this on for an account that responds to such invitations with 400.
    #[must_use]
    pub fn require_email(mut self, require: bool) -> Self {
        self.require_email = require;
        self
    }
}
