//! Responses without a socket.

use customer_api_core::transport::{ScriptedResponse, ScriptedTransport};

/// A transport that gives these responses, one after another, and keeps what was sent.
#[must_use]
pub fn scripted(responses: impl IntoIterator<Item = ScriptedResponse>) -> ScriptedTransport {
    let transport = ScriptedTransport::new();
    for response in responses {
        transport.push(response);
    }
    transport
}

/// A response of the status 200 with JSON, or with whatever the text is.
#[must_use]
pub fn ok(body: &str) -> ScriptedResponse {
    ScriptedResponse::status(200).body(body.to_owned())
}
