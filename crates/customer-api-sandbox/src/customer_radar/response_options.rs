//! The forms of the server's responses.

use serde::{Deserialize, Serialize};

/// The form of an error's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorFamily {
    /// `{"code", "description"}`, like the response to an accepted invitation.
    Description,
    /// `{"code", "userMessage", "developerMessage"}`, as documented for a refused login.
    UserMessage,
}

/// Whether a `code` is a text or an integer, in every response that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeType {
    /// A text beside a `description`, an integer beside a `userMessage`.
    AsDocumented,
    /// Always a text.
    Text,
    /// Always an integer, without leading zeros: an accepted invitation has the code 0. A code that
    /// is not a number stays a text.
    Integer,
}

/// The `data` of an accepted invitation: a number above 2^53, different for each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DataResponse {
    /// A text of digits.
    Text,
    /// The number itself. A client that reads numbers as floats reads another number.
    Number,
    /// `null`.
    Null,
    /// No `data`.
    Missing,
}

/// The `expiration` of a login's response, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExpirationResponse {
    /// The time at which the token expires, with milliseconds as the fraction.
    Exact,
    /// An hour before the login, although the token is valid. The token then looks expired when it
    /// arrives, as any valid token does to a client whose clock is far ahead.
    Past,
    /// `null`.
    Null,
    /// No `expiration`.
    Missing,
}
