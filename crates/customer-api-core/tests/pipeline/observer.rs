//! What an observer learns.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use customer_api_core::{
    Delivery, ErrorKind,
    observe::{AttemptEnd, CallEnd, Observer},
    transport::{ScriptedResponse, ScriptedTransport},
};

use crate::support::{Count, builder, buy, count};

#[derive(Clone, Debug, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    fn lines(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Observer for Recorder {
    fn attempt_ended(&self, attempt: &AttemptEnd) {
        let AttemptEnd {
            number,
            status,
            kind,
            delivery,
            elapsed,
            ..
        } = attempt;
        let line = format!(
            "{} {number} {status:?} {kind:?} {delivery:?} {elapsed:?}",
            attempt.operation.id
        );
        self.0.lock().unwrap().push(line);
    }

    fn call_ended(&self, call: &CallEnd) {
        let CallEnd {
            attempts,
            status,
            kind,
            delivery,
            elapsed,
            ..
        } = call;
        assert_eq!(call.service, "shop");
        let line = format!(
            "{} ended {attempts} {status:?} {kind:?} {delivery:?} {elapsed:?}",
            call.operation.id
        );
        self.0.lock().unwrap().push(line);
    }
}

#[tokio::test(start_paused = true)]
async fn every_attempt_and_every_call_is_reported_when_it_ends() {
    let recorder = Recorder::default();
    let slow = Duration::from_secs(2);
    let transport = ScriptedTransport::new()
        .then(
            ScriptedResponse::status(429)
                .header("retry-after", "3")
                .after(slow),
        )
        .then(ScriptedResponse::status(200).body("7").after(slow));
    let shop = builder(&transport)
        .observer(recorder.clone())
        .build()
        .unwrap();

    shop.send(count()).await.unwrap();
    let expected = [
        "count 1 Some(429) Some(Status) Some(Refused) 2s",
        "count 2 Some(200) None None 2s",
        "count ended 2 Some(200) None None 7s",
    ];
    assert_eq!(recorder.lines(), expected);

    transport.push(ScriptedResponse::hang());
    let call = shop.call(buy()).timeout(Duration::from_secs(5));
    let error = call.send().await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    let expected = [
        "buy 1 None Some(Timeout(Call)) Some(Unknown) 5s",
        "buy ended 1 None Some(Timeout(Call)) Some(Unknown) 5s",
    ];
    assert_eq!(recorder.lines(), expected);

    // A body that can't be read fails the call, and not the attempt.
    transport.push(ScriptedResponse::status(200).body("seven"));
    let error = shop.send(count()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let expected = [
        "count 1 Some(200) None None 0ns",
        "count ended 1 Some(200) Some(Decode) Some(Unknown) 0ns",
    ];
    assert_eq!(recorder.lines(), expected);
    transport.verify().unwrap();
}

#[tokio::test]
async fn a_call_that_is_refused_before_it_begins_is_reported_too() {
    let recorder = Recorder::default();
    let transport = ScriptedTransport::new();
    let shop = builder(&transport)
        .observer(recorder.clone())
        .build()
        .unwrap();
    shop.send(Count("..".into())).await.unwrap_err();
    let expected = ["count ended 0 None Some(Validation) Some(NotSent) 0ns"];
    assert_eq!(recorder.lines(), expected);
}

#[derive(Debug)]
struct Panicking;

impl Observer for Panicking {
    fn attempt_ended(&self, _: &AttemptEnd) {
        panic!("the meter is full");
    }

    fn call_ended(&self, _: &CallEnd) {
        panic!("the meter is full");
    }
}

#[tokio::test]
async fn an_observer_that_panics_does_not_change_the_outcome_of_a_call() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(200).body("7"))
        .then(ScriptedResponse::status(503));
    let shop = builder(&transport).observer(Panicking).build().unwrap();
    assert_eq!(shop.send(buy()).await.unwrap(), Some(7));
    let error = shop.send(buy()).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    let error = shop.send(Count("..".into())).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    transport.verify().unwrap();
}

#[cfg(feature = "blocking")]
#[tokio::test]
async fn a_call_that_can_not_block_here_is_reported_too() {
    let recorder = Recorder::default();
    let transport = ScriptedTransport::new();
    let shop = builder(&transport)
        .observer(recorder.clone())
        .build()
        .unwrap();
    shop.call(buy()).wait().unwrap_err();
    let expected = ["buy ended 0 None Some(InsideRuntime) Some(NotSent) 0ns"];
    assert_eq!(recorder.lines(), expected);
}
