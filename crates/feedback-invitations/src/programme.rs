/// On whose behalf people are asked: an account, and one of its programmes.
///
/// A programme holds the settings of a feedback page. The provider's support sets it up and hands out both ids, along with those of
/// locations and points of measure; no call looks them up. Ids are opaque: all that is checked is that they are not blank.
///
/// See <https://customerradar.zendesk.com/hc/en-us/articles/4406082967055-What-are-programmes-locations-and-sub-measures->.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Programme {
    pub(crate) client_display_id: String,
    pub(crate) programme_display_id: String,
    pub(crate) require_email: bool,
}

impl Programme {
    /// A programme, by the provider's `clientDisplayId` and `programmeDisplayId`.
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

    /// Whether an invitation without an e-mail address is refused before it is sent; by default a mobile number will do.
    ///
    /// The provider's table says that the address is mandatory, its page on send rules has people with a mobile number alone. Turn
    /// this on for an account that answers them with 400.
    #[must_use]
    pub fn require_email(mut self, require: bool) -> Self {
        self.require_email = require;
        self
    }
}
