//! The switches of the Customer Radar server.

use std::time::Duration;

use super::response_options::{CodeType, DataResponse, ErrorFamily, ExpirationResponse};
use super::send_rules::MessageType;
use super::set_up::CustomerRadarSetUp;

/// The switches of the Customer Radar server, each with a default.
///
/// ```
/// use customer_api_sandbox::{CustomerRadarOptions, CustomerRadarSetUp};
///
/// let options = CustomerRadarOptions::default()
///     .set_up(CustomerRadarSetUp::empty().feedback_code("client", "programme", "location", None))
///     .token_uses(50);
/// ```
#[derive(Debug, Clone)]
#[must_use = "options do nothing until they are handed to a builder"]
pub struct CustomerRadarOptions {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) refused_login_status: u16,
    pub(super) token_life: Duration,
    pub(super) token_uses: Option<usize>,
    pub(super) one_token: bool,
    pub(super) expiration: ExpirationResponse,
    pub(super) bad_token_status: u16,
    pub(super) accept_bearer: bool,
    pub(super) set_up: CustomerRadarSetUp,
    pub(super) require_email: bool,
    pub(super) blank_metadata_keys: bool,
    pub(super) duplicate_metadata_keys: bool,
    pub(super) message_type: MessageType,
    pub(super) contact_restriction: Option<Duration>,
    pub(super) data: DataResponse,
    pub(super) refusal_in_200: Option<(String, String)>,
    pub(super) invitation_errors: ErrorFamily,
    pub(super) token_errors: ErrorFamily,
    pub(super) codes: CodeType,
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
            dates: false,
        }
    }
}

impl CustomerRadarOptions {
    /// What a login must say. Default: `testing` and `testing12345`, the provider's sample.
    pub fn credentials(mut self, username: impl Into<String>, password: impl Into<String>) -> Self {
        self.username = username.into();
        self.password = password.into();
        self
    }

    /// The status of a refused login, whose body is documented. Not documented; default: 401.
    pub fn refused_login_status(mut self, status: u16) -> Self {
        self.refused_login_status = status;
        self
    }

    /// How long a token lives, by the sandbox's clock. Documented; default: 60 minutes.
    pub fn token_life(mut self, life: Duration) -> Self {
        self.token_life = life;
        self
    }

    /// How many requests a token is good for, whatever comes of them; the next one finds it
    /// expired. The provider knows no such limit: it lets a token expire in the middle of a run
    /// without any clock. Default: any number.
    pub fn token_uses(mut self, requests: usize) -> Self {
        self.token_uses = Some(requests);
        self
    }

    /// Whether a login ends the tokens of earlier ones. Not documented; default: false.
    pub fn one_token(mut self, one: bool) -> Self {
        self.one_token = one;
        self
    }

    /// The `expiration` of a login's response. Documented; default: [`ExpirationResponse::Exact`].
    pub fn expiration(mut self, response: ExpirationResponse) -> Self {
        self.expiration = response;
        self
    }

    /// The status for a token that is missing, unknown or expired. Not documented; default: 401.
    pub fn bad_token_status(mut self, status: u16) -> Self {
        self.bad_token_status = status;
        self
    }

    /// Whether a token is taken with `Bearer ` before it, too. Documented without; default: false.
    pub fn accept_bearer(mut self, accepted: bool) -> Self {
        self.accept_bearer = accepted;
        self
    }

    /// What the provider's support has set up. Default: [`CustomerRadarSetUp::default`].
    pub fn set_up(mut self, set_up: CustomerRadarSetUp) -> Self {
        self.set_up = set_up;
        self
    }

    /// Whether every recipient must have an e-mail address, as one reading of the provider's table
    /// has it; without, a mobile number will do. Inferred; default: false.
    pub fn require_email(mut self, required: bool) -> Self {
        self.require_email = required;
        self
    }

    /// Whether metadata with a blank key are taken; if not, 400. Not documented; default: false.
    pub fn blank_metadata_keys(mut self, accepted: bool) -> Self {
        self.blank_metadata_keys = accepted;
        self
    }

    /// Whether two metadata of a recipient may have the same key; if not, 400. Not documented;
    /// default: false.
    pub fn duplicate_metadata_keys(mut self, accepted: bool) -> Self {
        self.duplicate_metadata_keys = accepted;
        self
    }

    /// The send rule that picks e-mail or SMS. Documented; the default, which is inferred:
    /// [`MessageType::EmailPriority`].
    pub fn message_type(mut self, message_type: MessageType) -> Self {
        self.message_type = message_type;
        self
    }

    /// The send rule that lets an e-mail address or a mobile number have one message in a period,
    /// by the sandbox's clock. What comes too early is suppressed: it is answered like any other,
    /// which is inferred, and never gets into the outbox. The rule is documented; default: none.
    pub fn contact_restriction(mut self, period: Duration) -> Self {
        self.contact_restriction = Some(period);
        self
    }

    /// The `data` of an accepted invitation. Documented; default: [`DataResponse::Text`].
    pub fn data(mut self, response: DataResponse) -> Self {
        self.data = response;
        self
    }

    /// Answers each invitation that would be accepted with 200, this code in the place of `00000`
    /// and this description, and does nothing. That there is such a response is inferred; default:
    /// none.
    pub fn refusal_in_200(
        mut self,
        code: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        self.refusal_in_200 = Some((code.into(), description.into()));
        self
    }

    /// The family of errors that invitations response. Inferred; default:
    /// [`ErrorFamily::Description`].
    pub fn invitation_errors(mut self, family: ErrorFamily) -> Self {
        self.invitation_errors = family;
        self
    }

    /// The family of the error for a token that is missing, unknown or expired. Inferred; default:
    /// [`ErrorFamily::UserMessage`].
    pub fn token_errors(mut self, family: ErrorFamily) -> Self {
        self.token_errors = family;
        self
    }

    /// Whether a `code` is a text or an integer. Default: [`CodeType::AsDocumented`].
    pub fn codes(mut self, codes: CodeType) -> Self {
        self.codes = codes;
        self
    }

    /// How many invitation requests the account may make in a window of time, by the sandbox's
    /// clock. One more is answered with 429 and not carried out. Not documented; default: any
    /// number.
    pub fn rate_limit(mut self, requests: usize, window: Duration) -> Self {
        self.rate_limit = Some((requests, window));
        self
    }

    /// Whether a 429 has a `Retry-After`, in whole seconds. Not documented; default: true.
    pub fn retry_after(mut self, present: bool) -> Self {
        self.retry_after = present;
        self
    }

    /// Whether the provider's own responses carry a `Date`, by the sandbox's clock: with
    /// [`clock_ahead`](crate::SandboxBuilder::clock_ahead),
    /// [`clock_behind`](crate::SandboxBuilder::clock_behind) or a
    /// [stepped clock](crate::SandboxBuilder::stepped_clock), it is that of a provider whose clock
    /// differs from the client's. What a [`Fault`](crate::Fault) shows instead of a response has
    /// none, unless it sets one. Inferred; default: false.
    pub fn dates(mut self, dates: bool) -> Self {
        self.dates = dates;
        self
    }
}
