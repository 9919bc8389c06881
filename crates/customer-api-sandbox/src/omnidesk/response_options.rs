//! The forms of the Omnidesk server's responses.

use serde::{Deserialize, Serialize};

/// The shape of a search result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SearchResponse {
    /// The envelope of the list of customers: `{"type":"list","items":[…],…}`.
    ListEnvelope,
    /// The envelope of one customer: `{"type":"item","item":{…}}`. If several
    /// customers match, it contains the first one.
    ItemEnvelope,
    /// `[…]`.
    BareArray,
    /// `{…}`. If several customers match, this is the first one.
    BareObject,
}

/// The response of a search that finds no customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoMatch {
    /// The envelope of a list without items.
    EmptyList,
    /// `[]`.
    EmptyArray,
    /// 200 without a body.
    EmptyBody,
    /// 200 and `null`.
    Null,
    /// The response for any other missing customer.
    Error,
}

/// The shape of one customer, read by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ItemResponse {
    /// `{"type":"item","item":{…}}`.
    Envelope,
    /// `{…}`.
    Bare,
}

/// The response to a write that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WriteResponse {
    /// `{"type":"result","message":"…"}`.
    Message,
    /// `{"type":"result"}`.
    NoMessage,
    /// 200 without a body.
    EmptyBody,
    /// 200 and `null`.
    Null,
}

/// The shape of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimelineResponse {
    /// `[…]`.
    BareArray,
    /// `{"type":"list","items":[…]}`.
    ListEnvelope,
}

/// The form of a customer's channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChannelsResponse {
    /// `[{"id":1,"type":"email","value":"…"}]`.
    Objects,
    /// `["email: …"]`.
    Texts,
    /// `[]`, whatever channels there are.
    Empty,
    /// `null`.
    Null,
}

/// The response of an operation that is refused. For a wrong key, path, method or content type, the
/// response always has the status for that mistake, and the body of [`Status400`](Self::Status400).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorResponse {
    /// 400 and `{"status":"error","message":"…"}`.
    Status400,
    /// 200 and `{"type":"error","message":"…"}`.
    TypeIn200,
}

/// The response of an operation whose customer does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissingCustomer {
    /// Like any other error.
    Error,
    /// 404 and `{"status":"error","message":"…"}`.
    NotFound,
}
