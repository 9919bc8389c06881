//! The ways in which the Omnidesk server can answer.

/// The shape of what a search finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SearchResponse {
    /// The envelope of the list of customers: `{"type":"list","items":[…],…}`.
    ListEnvelope,
    /// The envelope of one: `{"type":"item","item":{…}}`. Of several customers the first.
    ItemEnvelope,
    /// `[…]`.
    BareArray,
    /// `{…}`. Of several customers the first.
    BareObject,
}

/// What a search responses that finds nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// As for any other missing customer.
    Error,
}

/// The shape of one customer, read by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ItemResponse {
    /// `{"type":"item","item":{…}}`.
    Envelope,
    /// `{…}`.
    Bare,
}

/// How a write is answered that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimelineResponse {
    /// `[…]`.
    BareArray,
    /// `{"type":"list","items":[…]}`.
    ListEnvelope,
}

/// What a customer's channels look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChannelsResponse {
    /// `[{"id":1,"type":"email","value":"…"}]`.
    Objects,
    /// `["email: …"]`.
    Texts,
    /// `[]`, whatever there is.
    Empty,
    /// `null`.
    Null,
}

/// How the provider says no to what an operation asks. A wrong key, path, method or content type
/// has the status of its kind and the body of [`Status400`](Self::Status400) either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorResponse {
    /// 400 and `{"status":"error","message":"…"}`.
    Status400,
    /// 200 and `{"type":"error","message":"…"}`.
    TypeIn200,
}

/// What an operation answers whose customer does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingCustomer {
    /// Like any other error.
    Error,
    /// 404 and `{"status":"error","message":"…"}`.
    NotFound,
}
