//! Customer Radar's invitations: a login, tokens that expire, and an outbox.

mod invitation;
mod options;
mod outbox;
mod response_options;
mod send_rules;
mod set_up;
mod tokens;
mod wording;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::description::{Description, Rejection};
use crate::error::SandboxError;
use crate::http1::{Head, Response};
use crate::live::Live;
use crate::pipeline::{Pipeline, Surroundings};
use crate::provider::{Call, Outcome, Provider};
use crate::quota::Quota;
use crate::server::{Bound, Server};
use invitation::Invitation;
pub use invitation::SentInvitation;
pub use options::CustomerRadarOptions;
use outbox::Outbox;
pub use response_options::{CodeType, DataResponse, ErrorFamily, ExpirationResponse};
pub use send_rules::MessageType;
pub use set_up::CustomerRadarSetUp;
use tokens::Tokens;
use wording::{Form, Refusal};

const NAME: &str = "customer-radar";
const DESCRIPTION: &str = include_str!("../descriptions/feedback-invitations.json");
static LOADED: OnceLock<Description> = OnceLock::new();
const OPERATIONS: [&str; 2] = ["logIn", "sendInvitation"];
const LOGIN_PATH: &str = "/auth/login";
/// [`ExpirationResponse::Past`] reports a time that is this much earlier than the login.
const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) fn start(
    address: SocketAddr,
    options: CustomerRadarOptions,
    surroundings: Surroundings,
) -> Result<Server<CustomerRadar>, SandboxError> {
    let bound = Bound::new(NAME, address, &surroundings.hosts)?;
    let description = describe(&options)?;
    let provider = Arc::new(CustomerRadar {
        options: Live::new(options),
        clock: Arc::clone(&surroundings.clock),
        account: Mutex::default(),
    });
    let served = Arc::clone(&provider) as Arc<dyn Provider>;
    let pipeline = Pipeline::new(NAME, description, served, surroundings);
    Ok(Server::start(bound, pipeline, provider))
}

/// Returns the description, changed as the switches require.
fn describe(options: &CustomerRadarOptions) -> Result<Description, SandboxError> {
    let mut description =
        Description::load_once(&LOADED, DESCRIPTION, &OPERATIONS).map_err(|cause| {
            SandboxError::Description {
                provider: NAME,
                cause,
            }
        })?;
    if options.blank_metadata_keys {
        // This also lets blank ids through, which are then refused as unknown ids.
        description.ignore_short_texts();
    }
    Ok(description)
}

/// The imitated Customer Radar account: its login, its switches, its tokens and its outbox.
#[derive(Debug)]
pub struct CustomerRadar {
    options: Live<CustomerRadarOptions>,
    clock: Arc<Clock>,
    account: Mutex<Account>,
}

#[derive(Debug, Default)]
struct Account {
    tokens: Tokens,
    logins: usize,
    refused_logins: usize,
    refused_tokens: usize,
    quota: Quota,
    throttled: usize,
    outbox: Outbox,
    applied: usize,
}

/// The methods that only Customer Radar's server has.
impl Server<CustomerRadar> {
    /// Returns the user name that a login must have.
    #[must_use]
    pub fn username(&self) -> String {
        self.provider.options().username.clone()
    }

    /// Returns the password that a login must have.
    #[must_use]
    pub fn password(&self) -> String {
        self.provider.options().password.clone()
    }

    /// Returns the switches.
    pub fn options(&self) -> CustomerRadarOptions {
        CustomerRadarOptions::clone(&self.provider.options())
    }

    /// Changes the switches. Requests that arrive from now on are handled with the new switches.
    /// The outbox and the tokens stay as they are.
    ///
    /// # Errors
    ///
    /// [`SandboxError::Description`], if the crate itself has a fault.
    pub fn set_options(&self, options: CustomerRadarOptions) -> Result<(), SandboxError> {
        self.pipeline().description.set(describe(&options)?);
        self.provider.options.set(options);
        Ok(())
    }

    /// Returns every message that was triggered, one for each recipient, in the order in which they
    /// were triggered.
    #[must_use]
    pub fn outbox(&self) -> Vec<SentInvitation> {
        self.provider.account().outbox.sent.clone()
    }

    /// Returns how many recipients got no message although their request was accepted, because a
    /// send rule held the message back.
    #[must_use]
    pub fn suppressed_count(&self) -> usize {
        self.provider.account().outbox.suppressed
    }

    /// Returns how many invitation requests were accepted, whether or not a client saw the
    /// response, and whether or not a send rule held messages back.
    #[must_use]
    pub fn applied_count(&self) -> usize {
        self.provider.account().applied
    }

    /// Returns the number of tokens that logins have obtained, whether or not a client saw the
    /// response.
    #[must_use]
    pub fn login_count(&self) -> usize {
        self.provider.account().logins
    }

    /// Returns how many logins had a wrong user name or password.
    #[must_use]
    pub fn refused_login_count(&self) -> usize {
        self.provider.account().refused_logins
    }

    /// Returns how many requests had no token, or one that is invalid or has expired.
    #[must_use]
    pub fn refused_token_count(&self) -> usize {
        self.provider.account().refused_tokens
    }

    /// Returns how many requests got 429 because of the rate limit.
    #[must_use]
    pub fn throttled_count(&self) -> usize {
        self.provider.account().throttled
    }

    /// Makes all tokens expire now, whatever the clock shows.
    pub fn expire_tokens(&self) {
        self.provider.expire_tokens();
    }

    /// Returns how many tokens are valid now.
    #[must_use]
    pub fn live_tokens(&self) -> usize {
        let now = self.provider.clock.now();
        self.provider.account().tokens.live(now)
    }

    /// Replaces the outbox.
    #[cfg(feature = "console")]
    pub(crate) fn restore(&self, outbox: Vec<SentInvitation>) {
        self.provider.account().outbox.sent = outbox;
    }
}

impl Provider for CustomerRadar {
    fn expire_tokens(&self) {
        self.account().tokens.expire();
    }

    fn dates(&self) -> bool {
        self.options().dates
    }

    fn reset(&self) {
        let mut account = self.account();
        account.tokens.expire();
        // The counter of issued tokens is not reset, so that no later token equals an earlier one.
        let tokens = std::mem::take(&mut account.tokens);
        *account = Account {
            tokens,
            ..Account::default()
        };
    }

    fn admit(&self, head: &Head) -> Result<(), Response> {
        if head.path() == LOGIN_PATH {
            return Ok(());
        }
        let now = self.clock.now();
        let mut account = self.account();
        let admitted = self
            .presented(head)
            .is_some_and(|token| account.tokens.admit(token, now));
        if !admitted {
            account.refused_tokens += 1;
            let form = self.form(self.options().token_errors);
            return Err(form.bad_token(self.options().bad_token_status));
        }
        if let Some(limit) = self.options().rate_limit {
            if let Err(seconds) = account.quota.admit(limit, now) {
                account.throttled += 1;
                let response = self.invitation_form().throttled();
                return Err(if self.options().retry_after {
                    response.with_header("retry-after", &seconds.to_string())
                } else {
                    response
                });
            }
        }
        Ok(())
    }

    fn refuse(&self, rejection: &Rejection) -> Response {
        self.invitation_form().rejection(rejection)
    }

    fn carry_out(&self, call: &Call<'_>) -> Outcome {
        if call.operation_id == "logIn" {
            return Outcome::unchanged(self.log_in(call.body));
        }
        match self.send(call.body) {
            Ok(response) => {
                self.clock.step();
                Outcome::applied(response)
            }
            Err(response) => Outcome::unchanged(response),
        }
    }
}

impl CustomerRadar {
    fn options(&self) -> Arc<CustomerRadarOptions> {
        self.options.get()
    }

    /// Returns the token of a request that has exactly one `Authorization` header.
    fn presented<'a>(&self, head: &'a Head) -> Option<&'a [u8]> {
        let mut values = head.header_values("authorization");
        let value = values.next()?;
        if values.next().is_some() {
            return None;
        }
        let bare = value.strip_prefix(b"Bearer ");
        Some(
            bare.filter(|_| self.options().accept_bearer)
                .unwrap_or(value),
        )
    }

    fn log_in(&self, body: &Value) -> Response {
        let options = self.options();
        let is = |name, expected: &str| body.get(name).and_then(Value::as_str) == Some(expected);
        let mut account = self.account();
        if !is("username", &options.username) || !is("password", &options.password) {
            account.refused_logins += 1;
            let form = self.form(ErrorFamily::UserMessage);
            return form.wrong_password(options.refused_login_status);
        }
        account.logins += 1;
        if options.one_token {
            account.tokens.expire();
        }
        let now = self.clock.now();
        let until = now.saturating_add(options.token_life);
        let token = account.tokens.issue(until, options.token_uses);
        let mut response = Map::new();
        response.insert("token".to_owned(), json!(token));
        let expiration = match options.expiration {
            ExpirationResponse::Exact => Some(json!(unix_millis(until))),
            ExpirationResponse::Past => Some(json!(unix_millis(now.saturating_sub(HOUR)))),
            ExpirationResponse::Null => Some(Value::Null),
            ExpirationResponse::Missing => None,
        };
        response.extend(expiration.map(|expiration| ("expiration".to_owned(), expiration)));
        response.insert("userName".to_owned(), json!(options.username));
        Response::json(200, &Value::Object(response))
    }

    /// Sends the invitations of a request. If one of them is refused, sends none.
    fn send(&self, body: &Value) -> Result<Response, Response> {
        let options = self.options();
        let form = self.invitation_form();
        let mut invitations = Vec::new();
        for invitation in Invitation::all(body) {
            let channels = invitation.judge(&options);
            let channels = channels.map_err(|refusal| form.refusal(refusal))?;
            invitations.push((invitation, channels));
        }
        if invitations.is_empty() {
            return Err(form.refusal(Refusal::NoRecipient));
        }
        if let Some((code, description)) = &options.refusal_in_200 {
            let form = Form {
                family: ErrorFamily::Description,
                ..form
            };
            return Err(form.error(200, code, description));
        }
        let mut account = self.account();
        let now = self.clock.now();
        let restriction = options.contact_restriction;
        let number = account.outbox.accept(invitations, restriction, now);
        account.applied += 1;
        Ok(self.accepted(number))
    }

    fn accepted(&self, number: u64) -> Response {
        let form = self.form(ErrorFamily::Description);
        let mut response = Map::new();
        response.insert("code".to_owned(), form.code("00000"));
        response.insert("description".to_owned(), json!("success"));
        let data = match self.options().data {
            DataResponse::Text => Some(json!(number.to_string())),
            DataResponse::Number => Some(json!(number)),
            DataResponse::Null => Some(Value::Null),
            DataResponse::Missing => None,
        };
        response.extend(data.map(|data| ("data".to_owned(), data)));
        Response::json(200, &Value::Object(response))
    }

    fn invitation_form(&self) -> Form {
        self.form(self.options().invitation_errors)
    }

    fn form(&self, family: ErrorFamily) -> Form {
        Form {
            family,
            codes: self.options().codes,
        }
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the seconds since the Unix epoch with milliseconds as the fraction: `1517434473.269`.
fn unix_millis(time: Duration) -> f64 {
    let millis = time.as_millis().try_into().unwrap_or(u64::MAX);
    Duration::from_millis(millis).as_secs_f64()
}
