//! Which spans a call opens and how they nest, when they are closed, and the events of its waits.
#![cfg(test)]

mod shop;

use std::{cell::RefCell, fmt, sync::Once, time::Duration};

use customer_api_core::{
    Client, ErrorKind,
    auth::Anonymous,
    rate_limit::Quota,
    retry::ExponentialBackoff,
    transport::{ScriptedResponse, ScriptedTransport},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::shop::{Count, Shop};

fn client(transport: ScriptedTransport) -> Client<Shop> {
    record();
    Client::builder(Shop, Anonymous)
        .base_url("https://shop.example")
        .transport(transport)
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .rate_limiter(Quota::per_window(2, Duration::from_secs(20)))
        .build()
        .unwrap()
}

/// What was recorded on one thread, which belongs to one test.
#[derive(Default)]
struct Seen {
    /// Name and handles of every span, in the order of their ids.
    spans: Vec<(&'static str, u32)>,
    entered: Vec<Id>,
    story: Vec<String>,
}

thread_local! {
    static SEEN: RefCell<Seen> = RefCell::default();
}

impl Seen {
    fn span(&mut self, id: &Id) -> &mut (&'static str, u32) {
        let index = usize::try_from(id.into_u64()).unwrap() - 1;
        &mut self.spans[index]
    }
}

/// Installs the recorder for the whole process. A recorder per test would be missed by a span that another thread registers
/// meanwhile.
fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing::subscriber::set_global_default(Recorder).unwrap());
}

fn story() -> Vec<String> {
    SEEN.with_borrow(|seen| seen.story.clone())
}

struct Recorder;

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        SEEN.with_borrow_mut(|seen| {
            let name = span.metadata().name();
            let parent = match seen.entered.last().cloned() {
                Some(parent) if span.is_contextual() => seen.span(&parent).0,
                _ => "nothing",
            };
            seen.story.push(format!("open {name} in {parent}"));
            seen.spans.push((name, 1));
            Id::from_u64(u64::try_from(seen.spans.len()).unwrap())
        })
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Self);
    }

    fn enter(&self, span: &Id) {
        SEEN.with_borrow_mut(|seen| seen.entered.push(span.clone()));
    }

    fn exit(&self, span: &Id) {
        let left = SEEN.with_borrow_mut(|seen| seen.entered.pop());
        assert_eq!(left.as_ref(), Some(span));
    }

    fn clone_span(&self, span: &Id) -> Id {
        SEEN.with_borrow_mut(|seen| seen.span(span).1 += 1);
        span.clone()
    }

    fn try_close(&self, span: Id) -> bool {
        SEEN.with_borrow_mut(|seen| {
            let (name, handles) = seen.span(&span);
            *handles -= 1;
            let is_closed = *handles == 0;
            let line = format!("close {name}");
            if is_closed {
                seen.story.push(line);
            }
            is_closed
        })
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let level = event.metadata().level();
        SEEN.with_borrow_mut(|seen| seen.story.push(format!("event of level {level}")));
        event.record(&mut Self);
    }
}

impl Visit for Recorder {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let line = format!("{field} = {value:?}");
        SEEN.with_borrow_mut(|seen| seen.story.push(line));
    }
}

#[tokio::test]
async fn a_call_holds_its_attempt() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    client(transport).send(Count).await.unwrap();
    let expected = [
        "open api.call in nothing",
        "open http.request in api.call",
        "http.response.status_code = 200",
        "close http.request",
        "api.attempts = 1",
        "close api.call",
    ];
    assert_eq!(story(), expected);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_a_span_of_its_own() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(503))
        .then(ScriptedResponse::status(200).body("7"));
    client(transport).send(Count).await.unwrap();
    let expected = [
        "open api.call in nothing",
        "open http.request in api.call",
        "http.response.status_code = 503",
        "error.type = \"status\"",
        "otel.status_code = \"ERROR\"",
        "close http.request",
        "event of level DEBUG",
        "message = the call is retried",
        "api.operation = \"count\"",
        "api.attempts = 1",
        "api.retry.reason = \"idempotent\"",
        "api.retry.wait_ms = 0",
        "error.type = \"status\"",
        "http.response.status_code = 503",
        "open http.request in api.call",
        "http.response.status_code = 200",
        "close http.request",
        "api.attempts = 2",
        "close api.call",
    ];
    assert_eq!(story(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_for_a_permit_is_an_event() {
    let ok = || ScriptedResponse::status(200).body("7");
    let transport = ScriptedTransport::new().then(ok()).then(ok()).then(ok());
    let client = client(transport);
    client.send(Count).await.unwrap();
    client.send(Count).await.unwrap();
    assert!(story().iter().all(|line| !line.starts_with("event")));
    client.send(Count).await.unwrap();
    let story = story();
    let event = story.iter().position(|line| line.starts_with("event"));
    let [level, message, class, wait, next, ..] = &story[event.unwrap()..] else {
        panic!("{story:?}");
    };
    assert_eq!(level, "event of level DEBUG");
    assert_eq!(message, "message = the call waited for a permit");
    assert_eq!(class, "api.rate_class = \"default\"");
    let wait = wait.strip_prefix("api.wait_ms = ").unwrap();
    assert!((19_000..=21_000).contains(&wait.parse::<u64>().unwrap()));
    assert_eq!(next, "open http.request in api.call");
}

/// The response arrived, so its attempt succeeds. Its unreadable body is the call's failure. The span is closed although the
/// future still exists.
#[tokio::test]
async fn a_response_that_makes_no_sense_is_a_failure_of_the_call() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("seven"));
    let mut call = std::pin::pin!(client(transport).call(Count).response());
    let error = call.as_mut().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let expected = [
        "open api.call in nothing",
        "open http.request in api.call",
        "http.response.status_code = 200",
        "close http.request",
        "api.attempts = 1",
        "error.type = \"decode\"",
        "otel.status_code = \"ERROR\"",
        "api.delivery = \"unknown\"",
        "close api.call",
    ];
    assert_eq!(story(), expected);
}
