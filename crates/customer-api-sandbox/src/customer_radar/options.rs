//! The switches of the Customer Radar server.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::response_options::{CodeType, DataResponse, ErrorFamily, ExpirationResponse};
use super::send_rules::MessageType;
use super::set_up::CustomerRadarSetUp;
use crate::checked;
use crate::duration;
use crate::limit;

/// The switches of the Customer Radar server, each with a default.
///
/// ```
/// use customer_api_sandbox::{CustomerRadarOptions, CustomerRadarSetUp};
///
/// let options = CustomerRadarOptions::default()
///     .set_up(CustomerRadarSetUp::empty().feedback_code("client", "programme", "location", None))
///     .token_uses(50);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use = "options do nothing until they are handed to a builder"]
pub struct CustomerRadarOptions {
    pub(super) username: String,
    pub(super) password: String,
    #[serde(deserialize_with = "checked::status")]
    pub(super) refused_login_status: u16,
    #[serde(with = "duration::required")]
    pub(super) token_life: Duration,
    pub(super) token_uses: Option<usize>,
    pub(super) one_token: bool,
    pub(super) expiration: ExpirationResponse,
    #[serde(deserialize_with = "checked::status")]
    pub(super) bad_token_status: u16,
    pub(super) accept_bearer: bool,
    pub(super) set_up: CustomerRadarSetUp,
    pub(super) require_email: bool,
    pub(super) blank_metadata_keys: bool,
    pub(super) duplicate_metadata_keys: bool,
    pub(super) message_type: MessageType,
    #[serde(with = "duration::optional")]
    pub(super) contact_restriction: Option<Duration>,
    pub(super) data: DataResponse,
    pub(super) refusal_in_200: Option<(String, String)>,
    pub(super) invitation_errors: ErrorFamily,
    pub(super) token_errors: ErrorFamily,
    pub(super) codes: CodeType,
    #[serde(with = "limit")]
    pub(super) rate_limit: Option<(usize, Duration)>,
    pub(super) retry_after: bool,
    pub(super) dates: bool,
}

impl Default for CustomerRadarOptions {
    fn default() -> Self {
        Self {
            username: "testing".to_owned(),
            password: "testing12345".to_owned(),
            refused_login_status: 401,
            token_life: Duration::from_secs(60 * 60),
            token_uses: None,
            one_token: false,
            expiration: ExpirationResponse::Exact,
            bad_token_status: 401,
            accept_bearer: false,
            set_up: CustomerRadarSetUp::default(),
            require_email: false,
            blank_metadata_keys: false,
            duplicate_metadata_keys: false,
            message_type: MessageType::EmailPriority,
            contact_restriction: None,
            data: DataResponse::Text,
            refusal_in_200: None,
            invitation_errors: ErrorFamily::Description,
            token_errors: ErrorFamily::UserMessage,
            codes: CodeType::AsDocumented,
            rate_limit: None,
            retry_after: true,
            dates: true,
        }
    }
}

impl CustomerRadarOptions {
    /// Sets the user name and the password that a login must have. Default: `testing` and
    /// `testing12345`, the provider's sample.
    pub fn credentials(mut self, username: impl Into<String>, password: impl Into<String>) -> Self {
        self.username = username.into();
        self.password = password.into();
        self
    }

    /// Sets the status of a refused login. The body is documented, the status is not. Default: 401.
    pub fn refused_login_status(mut self, status: u16) -> Self {
        self.refused_login_status = status;
        self
    }

    /// Sets how long a token lives, by the sandbox's clock. Documented. Default: 60 minutes.
    pub fn token_life(mut self, life: Duration) -> Self {
        self.token_life = life;
        self
    }

    /// Sets for how many requests a token is valid, whatever their outcome. For the next request, the token has expired. The
    /// provider has no such limit. In a test, this setting makes a token expire in the middle of a run without a change of
    /// the clock. Default: any number.
    pub fn token_uses(mut self, requests: usize) -> Self {
        self.token_uses = Some(requests);
        self
    }

    /// Sets whether a login ends the tokens of earlier logins. Not documented. Default: false.
    pub fn one_token(mut self, one: bool) -> Self {
        self.one_token = one;
        self
    }

    /// Sets the `expiration` in the response to a login. Documented. Default:
    /// [`ExpirationResponse::Exact`].
    pub fn expiration(mut self, response: ExpirationResponse) -> Self {
        self.expiration = response;
        self
    }

    /// Sets the status for a token that is missing, unknown or expired. Not documented. Default:
    /// 401.
    pub fn bad_token_status(mut self, status: u16) -> Self {
        self.bad_token_status = status;
        self
    }

    /// Sets whether a token is also accepted with `Bearer ` before it. The provider documents the token without `Bearer `. Default:
    /// false.
    pub fn accept_bearer(mut self, accepted: bool) -> Self {
        self.accept_bearer = accepted;
        self
    }

    /// Sets the account's setup, which the provider's support configures. Default:
    /// [`CustomerRadarSetUp::default`].
    pub fn set_up(mut self, set_up: CustomerRadarSetUp) -> Self {
        self.set_up = set_up;
        self
    }

    /// Sets whether every recipient must have an e-mail address. The provider's table may mean
    /// that. If no address is required, a mobile number is enough. Inferred. Default: false.
    pub fn require_email(mut self, required: bool) -> Self {
        self.require_email = required;
        self
    }

    /// Sets whether metadata with a blank key are accepted. If not, the request gets 400. Not
    /// documented. Default: false.
    pub fn blank_metadata_keys(mut self, accepted: bool) -> Self {
        self.blank_metadata_keys = accepted;
        self
    }

    /// Sets whether two metadata of a recipient can have the same key. If not, the request gets
    /// 400. Not documented. Default: false.
    pub fn duplicate_metadata_keys(mut self, accepted: bool) -> Self {
        self.duplicate_metadata_keys = accepted;
        self
    }

    /// Sets the send rule that picks e-mail or SMS. The rule is documented. The default,
    /// [`MessageType::EmailPriority`], is inferred.
    pub fn message_type(mut self, message_type: MessageType) -> Self {
        self.message_type = message_type;
        self
    }

    /// Sets the send rule that allows an e-mail address or a mobile number one message per period,
    /// by the sandbox's clock. A message that comes too early is suppressed: it never gets into the
    /// outbox. Its request gets the same response as any other, which is inferred. The rule is
    /// documented. Default: none.
    pub fn contact_restriction(mut self, period: Duration) -> Self {
        self.contact_restriction = Some(period);
        self
    }

    /// Sets the `data` of an accepted invitation. Documented. Default: [`DataResponse::Text`].
    pub fn data(mut self, response: DataResponse) -> Self {
        self.data = response;
        self
    }

    /// Makes the server respond to each acceptable invitation with 200, this description, and this
    /// code instead of `00000`. The server then sends nothing. It is inferred that the provider has
    /// such a response. Default: none.
    pub fn refusal_in_200(
        mut self,
        code: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        self.refusal_in_200 = Some((code.into(), description.into()));
        self
    }

    /// Sets the family of errors for invitations. Inferred. Default: [`ErrorFamily::Description`].
    pub fn invitation_errors(mut self, family: ErrorFamily) -> Self {
        self.invitation_errors = family;
        self
    }

    /// Sets the family of the error for a token that is missing, unknown or expired. Inferred.
    /// Default: [`ErrorFamily::UserMessage`].
    pub fn token_errors(mut self, family: ErrorFamily) -> Self {
        self.token_errors = family;
        self
    }

    /// Sets whether a `code` is a text or an integer. Default: [`CodeType::AsDocumented`].
    pub fn codes(mut self, codes: CodeType) -> Self {
        self.codes = codes;
        self
    }

    /// Sets how many invitation requests the account can make per window of time, by the sandbox's
    /// clock. A request above the limit gets 429 and is not carried out. Not documented. Default:
    /// any number.
    pub fn rate_limit(mut self, requests: usize, window: Duration) -> Self {
        self.rate_limit = Some((requests, window));
        self
    }

    /// Sets whether a 429 has a `Retry-After`, in whole seconds. Not documented. Default: true.
    pub fn retry_after(mut self, present: bool) -> Self {
        self.retry_after = present;
        self
    }

    /// Sets whether the provider's own responses have a `Date`, by the sandbox's clock. With
    /// [`clock_ahead`](crate::SandboxBuilder::clock_ahead),
    /// [`clock_behind`](crate::SandboxBuilder::clock_behind) or a [stepped
    /// clock](crate::SandboxBuilder::stepped_clock), the `Date` is that of a provider whose clock
    /// differs from the client's. A response that a [`Fault`](crate::Fault) sends instead has no
    /// `Date`, unless the fault sets one. Inferred. Default: true.
    pub fn dates(mut self, dates: bool) -> Self {
        self.dates = dates;
        self
    }
}
