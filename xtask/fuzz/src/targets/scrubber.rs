use std::cell::RefCell;

use customer_api_core::{
    Client, Error, Operation, OperationInfo, Service,
    auth::KeyCredential,
    error::{DecodeError, ValidationError},
    http::{HeaderMap, StatusCode},
    operation::Method,
    request::{Encoder, Sensitive},
    response::ResponseBody,
    service::ErrorDetails,
    transport::{ScriptedResponse, ScriptedTransport},
};

use tokio::runtime::Runtime;

use crate::response::LONGEST;

/// A provider that repeats the values that it receives.
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
            .with_message(&*text)
            .with_code(&*text)
            .with_trace_id(text)
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

/// The replacement of a removed value.
const REPLACEMENT: &str = "[redacted]";

/// A client of the parrot, and the runtime that polls its calls.
struct Caller {
    transport: ScriptedTransport,
    client: Client<Parrot>,
    runtime: Runtime,
    calls: usize,
}

/// The number of calls that one client makes. Its transport keeps every request.
const CALLS: usize = 1_000;

thread_local! {
    /// The caller is kept for many calls, because making a caller takes longer than most inputs.
    static CALLER: RefCell<Caller> = RefCell::new(Caller::new());
}

impl Caller {
    fn new() -> Self {
        let transport = ScriptedTransport::new();
        let client = Client::builder(Parrot, KeyCredential::bearer("key-0815"))
            .transport(transport.clone())
            .build();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        Self {
            transport,
            client: client.expect("the settings are right"),
            runtime: runtime.expect("a runtime can be made"),
            calls: 0,
        }
    }

    /// Sends the values to the parrot, and returns the error with the parrot's words.
    fn tell(&mut self, values: Vec<String>, words: &str) -> Error {
        if self.calls == CALLS {
            *self = Self::new();
        }
        self.calls += 1;
        self.transport
            .push(ScriptedResponse::status(400).body(words.to_owned()));
        let told = self
            .runtime
            .block_on(async { self.client.send(Tell(values)).await });
        told.expect_err("a 400 is no success")
    }
}

/// The values are the input's first lines, and the provider's words are the rest. In an error, the words contain no value.
pub(super) fn run(input: &[u8]) {
    let input = input.get(..LONGEST).unwrap_or(input);
    let text = String::from_utf8_lossy(input);
    let (values, words) = text.split_once("\n\n").unwrap_or((&text, &text));
    let values: Vec<String> = values.lines().take(4_096).map(str::to_owned).collect();
    let error = CALLER.with_borrow_mut(|caller| caller.tell(values.clone(), words));
    for said in [error.message(), error.code(), error.trace_id()] {
        let said = said.unwrap_or_default();
        assert!(said.chars().count() <= 2_001);
        assert!(!said.chars().any(char::is_control), "controls in {said:?}");
        let said = said.strip_suffix('…').unwrap_or(said).to_ascii_lowercase();
        let pieces: Vec<&str> = said.split(REPLACEMENT).flat_map(unescaped).collect();
        for value in values.iter().map(|value| value.trim()) {
            let value = value.to_ascii_lowercase();
            // A value of one or two letters is removed only as a whole word, and a value can be a part of the replacement.
            if value.chars().filter(|c| counts(*c)).count() < 3 || REPLACEMENT.contains(&value) {
                continue;
            }
            let is_left = pieces.iter().any(|piece| piece.contains(&value));
            assert!(!is_left, "{value:?} is left in {said:?}");
        }
    }
}

/// Returns whether a character certainly adds to the length of a value. A quote, for example, may not add to the length,
/// because repeated quotes count as one.
fn counts(c: char) -> bool {
    (c.is_ascii_graphic() && !matches!(c, '\'' | '"'))
        || matches!(c, 'à'..='ö' | 'ø'..='ž' | 'α'..='ω' | 'а'..='я' | '一'..='鿿')
}

/// Returns the pieces between the escapes of invisible characters. The library writes these escapes.
fn unescaped(piece: &str) -> impl Iterator<Item = &str> {
    let mut parts = piece.split("\\u{");
    let first = parts.next();
    first.into_iter().chain(parts.map(|part| {
        let end = part.find('}').map_or(0, |end| end + 1);
        part.get(end..).unwrap_or_default()
    }))
}
