//! Which spans a call opens, one in the other, and when they are closed.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use customer_api_core::{
    ErrorKind,
    transport::{Answer, ScriptedTransport},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::support::{builder, client, count};

/// What a subscriber saw.
#[derive(Default)]
struct Seen {
    /// Name and handles of every span, in the order of their ids.
    spans: Vec<(&'static str, u32)>,
    entered: Vec<Id>,
    story: Vec<String>,
}

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Seen>>);

impl Seen {
    fn span(&mut self, id: &Id) -> &mut (&'static str, u32) {
        let index = usize::try_from(id.into_u64()).unwrap() - 1;
        &mut self.spans[index]
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut seen = self.0.lock().unwrap();
        let name = span.metadata().name();
        let parent = match seen.entered.last().cloned() {
            Some(parent) if span.is_contextual() => seen.span(&parent).0,
            _ => "nothing",
        };
        seen.story.push(format!("open {name} in {parent}"));
        seen.spans.push((name, 1));
        Id::from_u64(u64::try_from(seen.spans.len()).unwrap())
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn enter(&self, span: &Id) {
        self.0.lock().unwrap().entered.push(span.clone());
    }

    fn exit(&self, span: &Id) {
        let left = self.0.lock().unwrap().entered.pop();
        assert_eq!(left.as_ref(), Some(span));
    }

    fn clone_span(&self, span: &Id) -> Id {
        self.0.lock().unwrap().span(span).1 += 1;
        span.clone()
    }

    fn try_close(&self, span: Id) -> bool {
        let mut seen = self.0.lock().unwrap();
        let (name, handles) = seen.span(&span);
        *handles -= 1;
        if *handles > 0 {
            return false;
        }
        let line = format!("close {name}");
        seen.story.push(line);
        true
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}
}

impl Visit for Recorder {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let line = format!("{field} = {value:?}");
        self.0.lock().unwrap().story.push(line);
    }
}

impl Recorder {
    fn story(&self) -> Vec<String> {
        self.0.lock().unwrap().story.clone()
    }
}

#[tokio::test]
async fn a_call_holds_its_attempt() {
    let recorder = Recorder::default();
    let _recorded = tracing::subscriber::set_default(recorder.clone());
    let transport = ScriptedTransport::new().then(Answer::status(200).body("7"));
    client(&transport).send(count()).await.unwrap();
    let expected = [
        "open api.call in nothing",
        "open http.request in api.call",
        "http.response.status_code = 200",
        "close http.request",
        "api.attempts = 1",
        "close api.call",
    ];
    assert_eq!(recorder.story(), expected);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_a_span_of_its_own() {
    let recorder = Recorder::default();
    let _recorded = tracing::subscriber::set_default(recorder.clone());
    let transport = ScriptedTransport::new()
        .then(Answer::status(503))
        .then(Answer::status(200).body("7"));
    client(&transport).send(count()).await.unwrap();
    let expected = [
        "open api.call in nothing",
        "open http.request in api.call",
        "http.response.status_code = 503",
        "error.type = \"status\"",
        "otel.status_code = \"ERROR\"",
        "close http.request",
        "open http.request in api.call",
        "http.response.status_code = 200",
        "close http.request",
        "api.attempts = 2",
        "close api.call",
    ];
    assert_eq!(recorder.story(), expected);
}

/// The answer arrived, so its attempt is well; that it makes no sense is the call's failure. The span is closed though the future
/// lives on.
#[tokio::test]
async fn an_answer_that_makes_no_sense_is_a_failure_of_the_call() {
    let recorder = Recorder::default();
    let _recorded = tracing::subscriber::set_default(recorder.clone());
    let transport = ScriptedTransport::new().then(Answer::status(200).body("seven"));
    let shop = builder(&transport).build().unwrap();
    let mut call = std::pin::pin!(shop.send(count()).response());
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
    assert_eq!(recorder.story(), expected);
}
