use customer_api_core::{
    Client, Operation, OperationInfo, Service,
    auth::StaticCredential,
    error::{DecodeError, ValidationError},
    http::{HeaderMap, StatusCode},
    operation::Method,
    request::{Encoder, Sensitive},
    response::ResponseBody,
    service::ErrorDetails,
    transport::{Answer, ScriptedTransport},
};

use crate::{answer::LONGEST, offline};

/// A provider that repeats whatever it is told.
#[derive(Debug)]
struct Parrot;

impl Service for Parrot {
    fn name(&self) -> &'static str {
        "parrot"
    }
    fn user_agent(&self) -> &'static str {
        "parrot"
    }
    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://parrot.example")
    }
    fn read_error(&self, _: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {
        let text = String::from_utf8_lossy(body);
        ErrorDetails::new()
            .message(&*text)
            .code(&*text)
            .trace_id(text)
    }
}

struct Tell(Vec<String>);

impl Operation for Tell {
    type Service = Parrot;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new("tell", Method::Post, "/");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }
    fn decode(body: &ResponseBody) -> Result<(), DecodeError> {
        body.ignore()
    }
    fn sensitive<'a>(&'a self, values: &mut Sensitive<'a>) {
        for value in &self.0 {
            values.text(value);
        }
    }
}

/// What stands for a value that was taken out.
const REPLACEMENT: &str = "[redacted]";

/// None of the values, which stand in the input's first lines, is left in the provider's words, which are the rest.
pub(super) fn run(input: &[u8]) {
    let input = input.get(..LONGEST).unwrap_or(input);
    let text = String::from_utf8_lossy(input);
    let (values, words) = text.split_once("\n\n").unwrap_or((&text, &text));
    let values: Vec<String> = values.lines().take(16).map(str::to_owned).collect();
    let transport = ScriptedTransport::new().then(Answer::status(400).body(words.to_owned()));
    let client = Client::builder(Parrot, StaticCredential::bearer("key-0815"))
        .transport(transport)
        .build();
    let client = client.expect("the settings are right");
    let error = offline::run(async { client.send(Tell(values.clone())).await });
    let error = error.expect_err("a 400 is no success");
    for said in [error.message(), error.code(), error.trace_id()] {
        let said = said.unwrap_or_default();
        assert!(said.chars().count() <= 2_001);
        for value in values.iter().map(|value| value.trim()) {
            // One or two letters go as words only, and some values are parts of what replaces them.
            let is_long = value.chars().count() >= 3;
            if !is_long || REPLACEMENT.contains(&value.to_ascii_lowercase()) {
                continue;
            }
            let lower = value.to_ascii_lowercase();
            let is_left = said
                .split(REPLACEMENT)
                .any(|piece| piece.to_ascii_lowercase().contains(&lower));
            assert!(!is_left, "{value:?} is left in {said:?}");
        }
    }
}
