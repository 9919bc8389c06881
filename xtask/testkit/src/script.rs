//! Responses without a socket.

use customer_api_core::transport::{ScriptedResponse, ScriptedTransport};

/// Makes a transport that returns these responses, one after another, and keeps the sent requests.
#[must_use]
pub fn scripted(responses: impl IntoIterator<Item = ScriptedResponse>) -> ScriptedTransport {
    let transport = ScriptedTransport::new();
    for response in responses {
        transport.push(response);
    }
    transport
}

/// Makes a response with the status 200 and JSON, or any other text, as the body.
#[must_use]
pub fn ok(body: &str) -> ScriptedResponse {
    ScriptedResponse::status(200).body(body.to_owned())
}
