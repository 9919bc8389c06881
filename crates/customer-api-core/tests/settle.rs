//! Looking for a write whose outcome is unknown: the trace of a failed call, and the looks, over a scripted transport.
#![cfg(test)]

use std::time::{Duration, SystemTime};

use customer_api_core::{
    Client, Delivery, Error, ErrorKind, Operation, SendTrace, Service, Settle, Settled, Timestamp,
    auth::KeyCredential,
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    rate_limit::Quota,
    request::Encoder,
    response::ResponseBody,
    retry::RetryTransient,
    settle::{Comparison, Look, Reason},
    transport::{ScriptedResponse, ScriptedTransport, TransportErrorKind},
};

#[derive(Debug)]
struct Shop;

impl Service for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }
    fn user_agent(&self) -> &'static str {
        "shop-client/1.0"
    }
    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://shop.example")
    }
}

/// A write that sets a number.
struct SetSeats(u64);

impl Operation for SetSeats {
    type Service = Shop;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new("setSeats", Method::Post, "/seats");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }
    fn decode(body: &ResponseBody) -> Result<(), DecodeError> {
        body.ignore()
    }
}

/// The read that shows the number.
struct Seats;

impl Operation for Seats {
    type Service = Shop;
    type Output = u64;
    const INFO: &'static OperationInfo = &OperationInfo::new("seats", Method::Get, "/seats");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }
    fn decode(body: &ResponseBody) -> Result<u64, DecodeError> {
        body.json()
    }
}

impl Settle for SetSeats {
    type Evidence = u64;

    async fn look(&self, look: &mut Look<Shop>) -> Result<Settled<u64>, Error> {
        let seats = look.read(Seats).await?;
        Ok(if seats == self.0 {
            Settled::InEffect(seats)
        } else {
            look.not_seen()
        })
    }
}

fn client(transport: &ScriptedTransport) -> Client<Shop> {
    Client::builder(Shop, KeyCredential::bearer("key-1"))
        .transport(transport.clone())
        .retry(RetryTransient::new().max_attempts(1))
        .build()
        .unwrap()
}

fn shows(seats: u64) -> ScriptedResponse {
    ScriptedResponse::status(200).body(seats.to_string())
}

fn stamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a trace is of the calendar")]
fn ago(seconds: u64) -> SystemTime {
    SystemTime::now() - Duration::from_secs(seconds)
}

fn sent(seconds_ago: u64) -> SendTrace {
    SendTrace::new("setSeats", stamp(ago(seconds_ago)))
}

/// How many seconds ago a timestamp is.
fn age(timestamp: &Timestamp) -> f64 {
    let age = ago(0).duration_since(timestamp.to_system_time());
    age.unwrap_or_default().as_secs_f64()
}

#[tokio::test(start_paused = true)]
async fn a_failed_call_leaves_a_trace_of_its_first_and_its_last_attempt() {
    let lost =
        || ScriptedResponse::failure(TransportErrorKind::Connect).after(Duration::from_secs(10));
    let transport = ScriptedTransport::new().then(lost()).then(
        ScriptedResponse::failure(TransportErrorKind::Interrupted).after(Duration::from_secs(20)),
    );
    let shop = Client::builder(Shop, KeyCredential::bearer("key-1")).transport(transport.clone());
    let shop = shop.build().unwrap();
    let error = shop.send(SetSeats(4)).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    let trace = error.trace().unwrap();
    assert_eq!((trace.operation(), trace.attempts()), ("setSeats", Some(2)));
    // The clock of the call is paused, but the calendar clock is not. The attempts are counted back from the failure.
    let (first, last) = (age(trace.first()), age(trace.last().unwrap()));
    assert!((30.0..=33.0).contains(&first), "{first}");
    assert!((20.0..=22.0).contains(&last), "{last}");
    let text = serde_json::to_string(&trace).unwrap();
    assert_eq!(serde_json::from_str::<SendTrace>(&text).unwrap(), trace);
}

#[tokio::test]
async fn a_call_that_made_no_attempt_leaves_no_trace() {
    let quota = Quota::per_window(1, Duration::from_secs(3600));
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200));
    let shop = Client::builder(Shop, KeyCredential::bearer("key-1"))
        .transport(transport)
        .rate_limiter(quota)
        .timeout(Duration::from_secs(1));
    let shop = shop.build().unwrap();
    shop.send(SetSeats(4)).await.unwrap();
    let error = shop.send(SetSeats(4)).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(error.trace(), None);
}

#[tokio::test]
async fn one_look_is_one_look() {
    let transport = ScriptedTransport::new().then(shows(4)).then(shows(3));
    let shop = client(&transport);
    let verdict = shop.settle(&SetSeats(4), sent(5)).look().await.unwrap();
    assert_eq!(verdict, Settled::InEffect(4));
    let verdict = shop.settle(&SetSeats(4), sent(5)).look().await.unwrap();
    let Settled::NotSeen { waited, .. } = verdict else {
        panic!("{verdict:?}");
    };
    assert!((5..8).contains(&waited.as_secs()), "{waited:?}");
    assert!(
        transport
            .requests()
            .iter()
            .all(|request| request.method() == "GET")
    );
}

#[tokio::test(start_paused = true)]
async fn looking_goes_on_until_the_write_shows() {
    let transport = ScriptedTransport::new();
    for _ in 0..3 {
        transport.push(shows(3));
    }
    transport.push(shows(4));
    let began = tokio_now();
    let looks = client(&transport);
    let verdict = looks.settle(&SetSeats(4), sent(0));
    let verdict = verdict.look_for(Duration::from_secs(120)).await.unwrap();
    assert_eq!(verdict, Settled::InEffect(4));
    // After 1, 2 and 4 s.
    assert_eq!(began.elapsed().as_secs(), 7);
}

#[expect(clippy::disallowed_methods, reason = "the paused clock of a test")]
fn tokio_now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

#[tokio::test(start_paused = true)]
async fn looking_ends_in_time_and_says_how_long_the_write_was_not_seen() {
    let transport = ScriptedTransport::new();
    for _ in 0..20 {
        transport.push(shows(3));
    }
    let began = tokio_now();
    let shop = client(&transport);
    let settling = shop.settle(&SetSeats(4), sent(10));
    let verdict = settling.look_for(Duration::from_secs(120)).await.unwrap();
    let Settled::NotSeen { waited, .. } = verdict else {
        panic!("{verdict:?}");
    };
    assert!(began.elapsed() <= Duration::from_secs(120));
    // At 0, 1, 3, 7, 15, 31, 61 and 91 s.
    assert_eq!(transport.requests().len(), 8);
    assert!((101..104).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_for_a_moment_does_not_end_the_looking() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::failure(TransportErrorKind::Connect))
        .then(ScriptedResponse::status(503).header("retry-after", "20"))
        .then(shows(4));
    let began = tokio_now();
    let shop = client(&transport);
    let settling = shop.settle(&SetSeats(4), sent(0));
    let verdict = settling.look_for(Duration::from_secs(60)).await.unwrap();
    assert_eq!(verdict, Settled::InEffect(4));
    assert_eq!(began.elapsed().as_secs(), 21);
}

#[tokio::test(start_paused = true)]
async fn looking_that_finds_nothing_keeps_the_last_verdict_or_gives_the_last_error() {
    let failing = || ScriptedResponse::status(503).header("retry-after", "100");
    let transport = ScriptedTransport::new().then(shows(3)).then(failing());
    let shop = client(&transport);
    let settling = shop.settle(&SetSeats(4), sent(0));
    let verdict = settling.look_for(Duration::from_secs(60)).await.unwrap();
    assert!(matches!(verdict, Settled::NotSeen { .. }), "{verdict:?}");

    let shop = client(&ScriptedTransport::new().then(failing()));
    let settling = shop.settle(&SetSeats(4), sent(0));
    let error = settling
        .look_for(Duration::from_secs(60))
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(503));
}

#[tokio::test(start_paused = true)]
async fn a_refused_look_ends_the_looking() {
    let transport = ScriptedTransport::new()
        .then(shows(3))
        .then(ScriptedResponse::status(403))
        .then(shows(4));
    let shop = client(&transport);
    let settling = shop.settle(&SetSeats(4), sent(0));
    let error = settling
        .look_for(Duration::from_secs(60))
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(403));
}

#[tokio::test(start_paused = true)]
async fn looks_wait_for_their_turn_in_the_quota() {
    let transport = ScriptedTransport::new().then(shows(3)).then(shows(4));
    let shop = Client::builder(Shop, KeyCredential::bearer("key-1"))
        .transport(transport.clone())
        .rate_limiter(Quota::per_window(1, Duration::from_secs(30)));
    let shop = shop.build().unwrap();
    let began = tokio_now();
    let settling = shop.settle(&SetSeats(4), sent(0));
    let verdict = settling.look_for(Duration::from_secs(120)).await.unwrap();
    assert_eq!(verdict, Settled::InEffect(4));
    assert!(began.elapsed() >= Duration::from_secs(30));
}

#[tokio::test]
async fn the_trace_of_another_write_tells_nothing() {
    let transport = ScriptedTransport::new();
    let trace = SendTrace::new("orderWine", stamp(ago(0)));
    let verdict = client(&transport).settle(&SetSeats(4), trace).look().await;
    let Settled::CannotTell(why) = verdict.unwrap() else {
        panic!("it told");
    };
    assert_eq!(why.reason(), Reason::OtherOperation);
    assert!(transport.requests().is_empty());
}

/// A write that would look by writing.
struct Careless;

impl Operation for Careless {
    type Service = Shop;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new("careless", Method::Put, "/seats");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }
    fn decode(body: &ResponseBody) -> Result<(), DecodeError> {
        body.ignore()
    }
}

impl Settle for Careless {
    type Evidence = ();

    async fn look(&self, look: &mut Look<Shop>) -> Result<Settled<()>, Error> {
        look.read(Careless).await.map(Settled::InEffect)
    }
}

#[tokio::test]
async fn a_look_never_writes() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200));
    let trace = SendTrace::new("careless", stamp(ago(0)));
    let error = client(&transport).settle(&Careless, trace).look().await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Validation);
    assert!(transport.requests().is_empty());
}

/// A write whose provider dates what it shows.
struct Dated;

impl Operation for Dated {
    type Service = Shop;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new("dated", Method::Post, "/seats");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }
    fn decode(body: &ResponseBody) -> Result<(), DecodeError> {
        body.ignore()
    }
}

impl Settle for Dated {
    type Evidence = Option<bool>;

    async fn look(&self, look: &mut Look<Shop>) -> Result<Settled<Option<bool>>, Error> {
        let shown = look.read(Seats).await?;
        let shown = Timestamp::from_unix_seconds(i64::try_from(shown).unwrap()).unwrap();
        Ok(Settled::InEffect(look.may_be_later(&shown)))
    }
}

#[tokio::test]
async fn dates_are_judged_by_the_clock_of_the_provider() {
    let seconds = |time: &Timestamp| u64::try_from(time.unix_seconds()).unwrap();
    let date = |time: SystemTime| {
        let text = jiff_date(time);
        move |response: ScriptedResponse| response.header("date", &text)
    };
    let first = stamp(ago(60));
    for (skew, dated_at, expected) in [
        (0, 60, Some(true)),
        (0, 90, Some(false)),
        // The provider's clock is an hour ahead. By the caller's clock, it dates an old review later than the call.
        (3600, 60, Some(true)),
        (3600, 90, Some(false)),
        (-3600, 60, Some(true)),
        (-3600, 90, Some(false)),
    ] {
        let shift = |time: SystemTime| match u64::try_from(skew) {
            Ok(ahead) => time + Duration::from_secs(ahead),
            Err(_) => time - Duration::from_secs(3600),
        };
        let shown = seconds(&stamp(shift(ago(dated_at))));
        let transport = ScriptedTransport::new().then(date(shift(ago(0)))(shows(shown)));
        let trace = SendTrace::new("dated", first.clone());
        let verdict = client(&transport)
            .settle(&Dated, trace)
            .look()
            .await
            .unwrap();
        assert_eq!(verdict, Settled::InEffect(expected), "{skew} {dated_at}");
    }
    // Without a `Date`, or for a call in this machine's future, a date proves nothing.
    let shown = seconds(&first);
    let without = ScriptedTransport::new().then(shows(shown));
    let trace = SendTrace::new("dated", first.clone());
    let verdict = client(&without).settle(&Dated, trace).look().await.unwrap();
    assert_eq!(verdict, Settled::InEffect(None));
    let dated = ScriptedTransport::new().then(date(ago(0))(shows(shown)));
    let future = stamp(ago(0) + Duration::from_secs(600));
    let trace = SendTrace::new("dated", future);
    let verdict = client(&dated).settle(&Dated, trace).look().await.unwrap();
    assert_eq!(verdict, Settled::InEffect(None));
}

/// Formats a time as in a `Date` header.
fn jiff_date(time: SystemTime) -> String {
    httpdate::fmt_http_date(time)
}

/// A write of several fields, which compares the fields that it was given.
struct SetTable(Vec<(&'static str, Option<bool>)>);

impl Operation for SetTable {
    type Service = Shop;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new("setTable", Method::Post, "/table");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }
    fn decode(body: &ResponseBody) -> Result<(), DecodeError> {
        body.ignore()
    }
}

impl Settle for SetTable {
    type Evidence = customer_api_core::settle::Compared<u64>;

    async fn look(&self, look: &mut Look<Shop>) -> Result<Settled<Self::Evidence>, Error> {
        let seen = look.read(Seats).await?;
        let mut comparison = Comparison::new();
        for (name, is_equal) in &self.0 {
            comparison.field(*name, *is_equal);
        }
        Ok(comparison.verdict(seen, look, "look at the table"))
    }
}

#[tokio::test]
async fn fields_are_judged_together_and_what_can_not_be_compared_is_named() {
    let look = async |fields: &[(&'static str, Option<bool>)]| {
        let trace = SendTrace::new("setTable", stamp(ago(0)));
        let shop = client(&ScriptedTransport::new().then(shows(4)));
        shop.settle(&SetTable(fields.to_vec()), trace)
            .look()
            .await
            .unwrap()
    };
    let (same, other, hidden) = (Some(true), Some(false), None);
    let Settled::InEffect(evidence) = look(&[("a", same), ("b", hidden), ("c", same)]).await else {
        panic!("it is in effect");
    };
    assert_eq!(evidence.equal().collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(evidence.not_compared().collect::<Vec<_>>(), ["b"]);
    assert!(matches!(
        look(&[("a", other), ("b", hidden)]).await,
        Settled::NotSeen { .. }
    ));
    let Settled::CannotTell(why) = look(&[("a", same), ("b", other), ("c", other)]).await else {
        panic!("a part may have been there before");
    };
    assert_eq!(why.reason(), Reason::Partly);
    assert_eq!(
        why.to_string(),
        "a read shows only some of the sent values: look at the table (as sent: a; otherwise: b, c)"
    );
    let Settled::CannotTell(why) = look(&[("b", hidden)]).await else {
        panic!("nothing can be compared");
    };
    assert_eq!(why.reason(), Reason::NothingToCompare);
}

#[cfg(feature = "blocking")]
#[test]
fn a_program_without_a_runtime_looks_too() {
    let transport = ScriptedTransport::new().then(shows(4)).then(shows(4));
    let shop = client(&transport);
    let verdict = shop.settle(&SetSeats(4), sent(0)).wait_look().unwrap();
    assert_eq!(verdict, Settled::InEffect(4));
    let settling = shop.settle(&SetSeats(4), sent(0));
    let verdict = settling.wait_look_for(Duration::from_secs(5)).unwrap();
    assert_eq!(verdict, Settled::InEffect(4));
}
