//! The callback that Ravelin sends to your server after a review in its dashboard.

use std::{collections::BTreeMap, fmt};

use customer_api_core::{
    BuildError,
    bytes::Bytes,
    error::DecodeError,
    response::{ResponseBody, Unreadable},
    secrecy::{ExposeSecret as _, SecretString},
};
use serde::de::IgnoredAny;
use subtle::{Choice, ConstantTimeEq as _};

use crate::Review;

/// The scheme of the header's value, in front of the token.
const SCHEME: &[u8] = b"token";

/// The required members of a review.
const REQUIRED: [&str; 3] = ["customerId", "label", "timestamp"];

/// The token that Ravelin sends with its callbacks, to check that a request is from Ravelin.
///
/// Ravelin sends `Authorization: token …` if you gave it a token together with the callback's URL. The callback has no signature, so the
/// token is the only proof: use https, and a long random token. The token is never printed.
///
/// ```
/// use ravelin_labels::{CallbackError, CallbackToken};
///
/// let token = CallbackToken::new("abcdef123")?;
/// let body = br#"{"timestamp": "2020-01-23T17:32:58Z", "customerId": "cust-1", "label": "GENUINE"}"#;
/// let callback = token.read(Some("token abcdef123"), body).unwrap();
/// assert_eq!(callback.review.label.as_str(), "GENUINE");
/// assert_eq!(token.check(Some("token guessed")), Err(CallbackError::WrongToken));
/// # Ok::<(), ravelin_labels::BuildError>(())
/// ```
///
/// Provenance: the provider documents the header, and that the token is optional,
/// <https://developer.ravelin.com/merchant/api/callbacks/manual-reviews>.
#[derive(Clone)]
pub struct CallbackToken {
    accepted: Vec<SecretString>,
}

/// A review that Ravelin reported by a callback.
///
/// The provider documents that it sends a callback when someone reviews a customer in its dashboard. It does not document whether a label
/// from the API leads to a callback, whether a callback is repeated after a failure, or in which order callbacks arrive. Therefore treat
/// two callbacks with the same review as one, and compare [`timestamp`](Review::timestamp)s. If your decision depends on the current
/// label, read [`LastReview`](crate::LastReview).
///
/// Provenance: documented, <https://developer.ravelin.com/merchant/api/callbacks/manual-reviews>.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReviewCallback {
    /// The review.
    ///
    /// The documented callback has no comment, and does not show the category. Callbacks for refund abuse have the labels `REFUND_ABUSE`
    /// and `NOT_REFUND_ABUSE`, which are [`Label::Unlisted`](crate::Label::Unlisted) here:
    /// [`RefundAbuseReview::listed`](crate::RefundAbuseReview::listed) reads them. `UNREVIEWED` can belong to either category. The two
    /// kinds of callback are set up with the provider. It is inferred that each kind can have its own URL or token.
    pub review: Review,
    /// The values that are not as documented, and how each was handled: the same as [`Response::unreadable`](crate::Response::unreadable).
    /// Empty for nearly all callbacks.
    pub unreadable: Vec<Unreadable>,
}

/// The reason why a request was not accepted as a callback. Never shows a value of the request, and never a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallbackError {
    /// The request has no `Authorization` header, or an empty one.
    MissingToken,
    /// The `Authorization` header has a token other than the accepted ones, or a scheme other than `token`.
    WrongToken,
    /// The token is right, or was not checked, and the body is not a review. The error contains the place in the body.
    Unreadable(DecodeError),
}

impl CallbackToken {
    /// Creates a check for the token that you gave to Ravelin, without the word `token` in front of it.
    ///
    /// # Errors
    ///
    /// [`BuildError::Credential`] if the token is empty, or contains white space, control characters or characters outside ASCII. Such
    /// a token can't be a part of the header's value. The error does not show the token.
    pub fn new(token: impl Into<SecretString>) -> Result<Self, BuildError> {
        Self {
            accepted: Vec::new(),
        }
        .also(token)
    }

    /// Accepts this token too. Use this method while the provider changes from one token to another.
    ///
    /// # Errors
    ///
    /// The same errors as [`new`](Self::new).
    pub fn also(mut self, token: impl Into<SecretString>) -> Result<Self, BuildError> {
        let token = token.into();
        let refused = |reason: &'static str| Err(BuildError::Credential(reason.into()));
        if token.expose_secret().is_empty() {
            return refused("the callback's token is empty");
        }
        let is_graphic = |byte: u8| byte.is_ascii_graphic();
        if !token.expose_secret().bytes().all(is_graphic) {
            return refused(
                "the callback's token contains white space, control characters or characters outside ASCII",
            );
        }
        self.accepted.push(token);
        Ok(self)
    }

    /// Checks the value of a request's `Authorization` header. `None` means that the request has no such header.
    ///
    /// The value can be a `&str`, a `&[u8]`, or your framework's type if it is `AsRef<[u8]>`, such as `http::HeaderValue`. The scheme
    /// `token` is compared without regard to case (RFC 9110). The token is compared in constant time: for tokens of the same length, the
    /// time does not depend on their contents. The time depends on the lengths and on the number of accepted tokens, which are not secret.
    ///
    /// # Errors
    ///
    /// [`MissingToken`](CallbackError::MissingToken) or [`WrongToken`](CallbackError::WrongToken).
    pub fn check(&self, authorization: Option<impl AsRef<[u8]>>) -> Result<(), CallbackError> {
        let value = authorization.as_ref().map(AsRef::as_ref);
        let value = value.unwrap_or_default().trim_ascii();
        if value.is_empty() {
            return Err(CallbackError::MissingToken);
        }
        let end = value.iter().position(|byte| *byte == b' ');
        let parts = end.and_then(|end| value.split_at_checked(end));
        match parts {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case(SCHEME) => {
                self.compare(token.trim_ascii_start())
            }
            _ => Err(CallbackError::WrongToken),
        }
    }

    /// Compares the token with every accepted token, so that the time does not show which one is right.
    fn compare(&self, token: &[u8]) -> Result<(), CallbackError> {
        let nothing = Choice::from(0);
        let is_accepted = self.accepted.iter().fold(nothing, |so_far, accepted| {
            so_far | accepted.expose_secret().as_bytes().ct_eq(token)
        });
        if is_accepted.into() {
            Ok(())
        } else {
            Err(CallbackError::WrongToken)
        }
    }

    /// Checks the `Authorization` header, as [`check`](Self::check) does, and then reads the body. The body of a request without a right
    /// token is not read.
    ///
    /// # Errors
    ///
    /// A [`CallbackError`]. Its [`status`](CallbackError::status) is a fitting response.
    pub fn read(
        &self,
        authorization: Option<impl AsRef<[u8]>>,
        body: &[u8],
    ) -> Result<ReviewCallback, CallbackError> {
        self.check(authorization)?;
        ReviewCallback::read(body)
    }
}

/// Shows the number of accepted tokens, but not the tokens.
impl fmt::Debug for CallbackToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackToken")
            .field("accepted", &self.accepted.len())
            .finish_non_exhaustive()
    }
}

impl ReviewCallback {
    /// Reads the body of a callback without a token. Anyone who knows the URL can send such a request, unless your server rejects it for
    /// another reason. With a token, use [`CallbackToken::read`].
    ///
    /// The body is read like the responses of this crate's operations: a value that is not as documented is converted or, in an optional
    /// member, omitted, and is reported in [`unreadable`](Self::unreadable). Members that are not known are ignored. This method does not
    /// limit the length of the body: your server must do so.
    ///
    /// # Errors
    ///
    /// [`Unreadable`](CallbackError::Unreadable) if the body is not JSON, or if the customer, the label or the time can't be read.
    pub fn read(body: &[u8]) -> Result<Self, CallbackError> {
        let body = ResponseBody::new(Bytes::copy_from_slice(body));
        match body.read() {
            Ok(review) => Ok(Self {
                review,
                unreadable: body.unreadable(),
            }),
            Err(error) => Err(CallbackError::Unreadable(located(error, &body))),
        }
    }
}

/// Adds the name of a missing member to the error, because the parser names only the object that lacks the member.
fn located(error: DecodeError, body: &ResponseBody) -> DecodeError {
    let members: BTreeMap<String, IgnoredAny> = match body.object() {
        Ok(members) if error.path().is_empty() => members,
        _ => return error,
    };
    let mut required = REQUIRED.into_iter();
    let missing = required.find(|name| !members.contains_key(*name));
    missing.map_or(error, DecodeError::shape)
}

impl CallbackError {
    /// Returns the HTTP status that fits as a response: 401 for a missing or wrong token, 400 for a body that can't be read.
    ///
    /// How the provider reacts to a status is not documented.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::MissingToken | Self::WrongToken => 401,
            Self::Unreadable(_) => 400,
        }
    }
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingToken => f.write_str("the callback has no token"),
            Self::WrongToken => f.write_str("the callback has a wrong token"),
            Self::Unreadable(error) => write!(f, "the callback can't be read: {error}"),
        }
    }
}

/// `Display` prints the cause, so [`source`](std::error::Error::source) does not return it again.
impl std::error::Error for CallbackError {}
