//! A caller's own step before each attempt: when it runs, what it receives, and when it is withdrawn.

mod diary;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use customer_api_core::{
    Auth, Client, Delivery, ErrorKind,
    auth::{AuthContext, AuthError, Credential},
    before_send::{BeforeSend, ContentBody, Upcoming, Withheld},
    error::{StopReason, TimeoutPhase},
    rate_limit::{Permit, PermitRequest, RateLimitError, RateLimiter},
    retry::NeverRetry,
    transport::{ScriptedResponse, ScriptedTransport, TransportErrorKind},
};
use http::header::AUTHORIZATION;

use self::diary::{Always, Diary, Mode, Step};
use crate::support::{Shop, buy, count, dropped_after};

#[tokio::test(start_paused = true)]
async fn it_comes_last_before_each_attempt() {
    let diary = Diary::new([
        ScriptedResponse::status(503),
        ScriptedResponse::status(200).body("7"),
    ]);
    diary.call(count()).send().await.unwrap();
    let expected = [
        "1 credential",
        "1 permit",
        "1 before count 1",
        "1 send",
        "1 permit completed",
        "12 credential",
        "12 permit",
        "12 before count 2",
        "12 send",
        "12 permit completed",
        "12 step dropped",
    ];
    assert_eq!(diary.lines(), expected);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_withdrawn_before_the_wait_and_asked_anew() {
    let lost = ScriptedResponse::failure(TransportErrorKind::Connect);
    let diary = Diary::new([lost, ScriptedResponse::status(201).body("9")]);
    diary.call(buy()).send().await.unwrap();
    let expected = [
        "1 credential",
        "1 permit",
        "1 before buy 1",
        "1 send",
        "1 permit completed",
        "1 withdraw",
        "12 credential",
        "12 permit",
        "12 before buy 2",
        "12 send",
        "12 permit completed",
        "12 step dropped",
    ];
    assert_eq!(diary.lines(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_401_that_is_replayed_is_withdrawn_before_the_login() {
    let diary = Diary::new([
        ScriptedResponse::status(401),
        ScriptedResponse::status(201).body("9"),
    ]);
    diary.call(buy()).send().await.unwrap();
    let expected = [
        "1 credential",
        "1 permit",
        "1 before buy 1",
        "1 send",
        "1 permit completed",
        "1 withdraw",
        "2 credential",
        "2 permit",
        "2 before buy 2",
        "2 send",
        "2 permit completed",
        "2 step dropped",
    ];
    assert_eq!(diary.lines(), expected);
}

/// A second 401 is the response to the call, and the step is not withdrawn for it. It is not withdrawn for a refusal or an
/// unknown outcome either.
#[tokio::test(start_paused = true)]
async fn what_was_sent_is_not_withdrawn() {
    for (responses, withdrawn, delivery) in [
        (
            vec![ScriptedResponse::status(401), ScriptedResponse::status(401)],
            1,
            Delivery::Refused,
        ),
        (
            vec![
                ScriptedResponse::status(400),
                ScriptedResponse::status(400),
                ScriptedResponse::status(400),
            ],
            0,
            Delivery::Refused,
        ),
        (
            vec![ScriptedResponse::failure(TransportErrorKind::Interrupted)],
            0,
            Delivery::Unknown,
        ),
        (
            vec![ScriptedResponse::status(200).cut(TransportErrorKind::Connect)],
            0,
            Delivery::NotSent,
        ),
    ] {
        let diary = Diary::new(responses);
        let outcome = diary.call(buy()).retry(NeverRetry).send().await;
        let withdraws = diary
            .lines()
            .iter()
            .filter(|line| line.ends_with("withdraw"))
            .count();
        assert_eq!(withdraws, withdrawn, "{:?}", diary.lines());
        // A head arrived, so the status decides. The last attempt is therefore a success.
        assert_eq!(
            outcome.map_or_else(|error| error.delivery(), |_| Delivery::NotSent),
            delivery
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_it_refuses_is_over_and_costs_no_quota() {
    let diary = Diary::new([]);
    let step = Step {
        diary: diary.clone(),
        mode: Mode::Refuses,
    };
    let error = diary
        .client()
        .call(buy())
        .before_send(step)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::Withheld, Delivery::NotSent, 0)
    );
    assert_eq!(error.stop_reason(), Some(StopReason::NotRetryable));
    assert_eq!(
        error.to_string(),
        "shop buy: the call was withheld before it was sent: the key is taken. Not sent"
    );
    let expected = [
        "1 credential",
        "1 permit",
        "1 before buy 1",
        "1 permit released",
        "1 step dropped",
    ];
    assert_eq!(diary.lines(), expected);
}

/// A later refusal does not change the outcome of an earlier attempt that may have happened.
#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_doubt_leaves_the_doubt() {
    struct Once(Diary);
    #[async_trait]
    impl BeforeSend for Once {
        async fn before_send(&self, attempt: &Upcoming<'_>) -> Result<(), Withheld> {
            self.0.note(attempt.number());
            match attempt.number() {
                1 => Ok(()),
                _ => Err("once is enough".into()),
            }
        }
    }
    let diary = Diary::new([ScriptedResponse::status(503)]);
    let call = diary
        .client()
        .call(count())
        .before_send(Once(diary.clone()));
    let error = call.send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::Withheld, Delivery::Unknown, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn it_has_the_time_that_the_call_has() {
    let timeout = ErrorKind::Timeout(TimeoutPhase::Call);
    let second = Duration::from_secs(1);
    // (mode, the response, the kind of failure that ends the call, and when it ends)
    for (mode, response, kind, ends) in [
        (Mode::Hangs, None, timeout, 20),
        (Mode::Takes(19 * second), None, timeout, 20),
        (
            Mode::HangsInWithdraw,
            Some(TransportErrorKind::Connect),
            ErrorKind::Connect,
            20,
        ),
        (Mode::Takes(9 * second), None, timeout, 10),
    ] {
        let diary = Diary::new(response.map(ScriptedResponse::failure));
        let step = Step {
            diary: diary.clone(),
            mode,
        };
        let call = diary
            .client()
            .call(buy())
            .timeout(20 * second)
            .before_send(step);
        let call = match ends {
            10 => call.latest_start(10 * second),
            _ => call,
        };
        let error = call.send().await.unwrap_err();
        let lines = diary.lines();
        assert_eq!(
            (error.kind(), error.delivery()),
            (kind, Delivery::NotSent),
            "{lines:?}"
        );
        assert_eq!(diary.began.elapsed(), ends * second, "{lines:?}");
        let sent = lines.iter().filter(|line| line.ends_with("send")).count();
        assert_eq!(sent, usize::from(response.is_some()), "{lines:?}");
        let withdraws = lines
            .iter()
            .filter(|line| line.ends_with("withdraw"))
            .count();
        assert_eq!(withdraws, 1, "{lines:?}");
        let released = lines.iter().any(|line| line.ends_with("permit released"));
        assert_eq!(released, response.is_none(), "{lines:?}");
        assert!(lines.last().unwrap().ends_with("step dropped"), "{lines:?}");
    }
}

/// A permit is lost only if something may have been sent. The step is dropped when the call is dropped.
#[tokio::test(start_paused = true)]
async fn a_call_may_be_dropped_anywhere() {
    for polls in 0.. {
        let slow = || ScriptedResponse::status(401).after(Duration::from_secs(1));
        let lost =
            ScriptedResponse::failure(TransportErrorKind::Connect).after(Duration::from_secs(1));
        let diary = Diary::new([slow(), lost, ScriptedResponse::status(201).body("9")]);
        let step = Step {
            diary: diary.clone(),
            mode: Mode::Takes(Duration::from_secs(1)),
        };
        let call = diary.client().call(buy()).before_send(step).send();
        let is_over = dropped_after(polls, call).await;
        let lines = diary.lines();
        let count = |what: &str| lines.iter().filter(|line| line.ends_with(what)).count();
        assert_eq!(count("step dropped"), 1, "{polls}: {lines:?}");
        assert!(
            count("credential") >= count(" permit"),
            "{polls}: {lines:?}"
        );
        let ended = count("permit completed") + count("permit lost");
        assert_eq!(count("send"), ended, "{polls}: {lines:?}");
        assert_eq!(
            count(" permit"),
            ended + count("permit released"),
            "{polls}: {lines:?}"
        );
        if is_over {
            assert_eq!((count("send"), count("withdraw")), (3, 2));
            assert!(polls > 8, "there were only {polls} points to drop it at");
            break;
        }
    }
}

#[tokio::test]
async fn it_is_told_what_the_call_says_and_no_more() {
    struct Reader(Arc<Mutex<Vec<String>>>);
    #[async_trait]
    impl BeforeSend for Reader {
        async fn before_send(&self, attempt: &Upcoming<'_>) -> Result<(), Withheld> {
            let content = attempt.content();
            let body = match content.body() {
                ContentBody::Json(json) => json.to_string(),
                other => format!("{other:?}"),
            };
            let line = format!("{} {:?} {body}", content.path(), content.query());
            assert!(!format!("{attempt:?}").contains("teapot"), "{attempt:?}");
            self.0.lock().unwrap().push(line);
            Ok(())
        }
    }
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(201).body("9"))
        .then(ScriptedResponse::status(200).body("7"));
    let shop = crate::support::client(&transport);
    let read = Arc::<Mutex<Vec<String>>>::default();
    let call = shop
        .call(buy())
        .query("a b", "ü&")
        .header("x-note", "planted");
    call.before_send(Reader(Arc::clone(&read)))
        .send()
        .await
        .unwrap();
    let call = shop.call(count()).raw_query("x=%20");
    call.before_send(Reader(Arc::clone(&read)))
        .send()
        .await
        .unwrap();
    let expected = [
        "/orders [(\"a b\", \"ü&\")] \"a teapot\"",
        "/customers/cust-1/orders [(\"x\", \" \")] Empty",
    ];
    assert_eq!(*read.lock().unwrap(), expected);
}

/// A step is withdrawn for its own attempt only. An earlier attempt that may have happened stays on record.
#[tokio::test(start_paused = true)]
async fn a_doubt_is_not_withdrawn_by_a_later_attempt_that_never_began() {
    #[derive(Debug)]
    struct Spent(AtomicU64);
    #[async_trait]
    impl RateLimiter for Spent {
        async fn acquire(&self, _: &PermitRequest) -> Result<Permit, RateLimitError> {
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => Ok(Permit::free()),
                _ => Err(RateLimitError::new()),
            }
        }
    }
    let diary = Diary::new([ScriptedResponse::status(503)]);
    let shop = Client::builder(Shop, diary.clone())
        .rate_limiter(Spent(AtomicU64::new(0)))
        .transport(diary.clone())
        .retry(Always(Duration::from_secs(10)))
        .backoff(Always(Duration::from_secs(10)))
        .build()
        .unwrap();
    let step = Step {
        diary: diary.clone(),
        mode: Mode::LetsGo,
    };
    let error = shop
        .call(count())
        .before_send(step)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    let withdraws = diary.lines();
    assert!(
        !withdraws.iter().any(|line| line.ends_with("withdraw")),
        "{withdraws:?}"
    );
}

/// The replay has the full time of an attempt, however long the first attempt took. No replay starts too late.
#[tokio::test(start_paused = true)]
async fn a_replay_has_the_time_of_an_attempt() {
    #[derive(Debug)]
    struct AtHand(AtomicU64);
    #[async_trait]
    impl Auth for AtHand {
        async fn authorize(&self, _: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
            Ok(self.try_authorize())
        }
        fn try_authorize(&self) -> Option<Credential> {
            let generation = self.0.load(Ordering::SeqCst);
            let credential = Credential::new(AUTHORIZATION, &format!("token-{generation}"));
            Some(credential.ok()?.with_generation(generation))
        }
        fn invalidate(&self, _: u64) -> bool {
            self.0.fetch_add(1, Ordering::SeqCst);
            true
        }
    }
    let second = Duration::from_secs(1);
    for (latest, replayed) in [
        (None, true),
        (Some(40 * second), true),
        (Some(20 * second), false),
    ] {
        let transport = ScriptedTransport::new()
            .then(ScriptedResponse::status(401).after(29 * second))
            .then(ScriptedResponse::status(201).body("9").after(29 * second));
        let shop = Client::builder(Shop, AtHand(AtomicU64::new(0)))
            .transport(transport.clone())
            .build()
            .unwrap();
        let call = shop.call(buy());
        let call = match latest {
            Some(latest) => call.latest_start(latest),
            None => call,
        };
        match call.response().await {
            Ok(response) => assert_eq!(response.attempt_elapsed(), 29 * second),
            Err(error) => assert_eq!(
                (error.is_timeout(), error.delivery()),
                (true, Delivery::NotSent)
            ),
        }
        assert_eq!(
            transport.requests().len(),
            1 + usize::from(replayed),
            "{latest:?}"
        );
    }
}

/// Records its calls, and refuses if it is set to refuse.
struct Named {
    name: &'static str,
    refuses: bool,
    lines: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl BeforeSend for Named {
    async fn before_send(&self, _: &Upcoming<'_>) -> Result<(), Withheld> {
        self.lines
            .lock()
            .unwrap()
            .push(format!("{} asked", self.name));
        if self.refuses {
            return Err("not now".into());
        }
        Ok(())
    }

    async fn withdraw(&self) {
        let line = format!("{} withdraws", self.name);
        self.lines.lock().unwrap().push(line);
    }
}

#[tokio::test(start_paused = true)]
async fn several_steps_are_asked_in_turn_and_take_back_in_reverse() {
    let lines = Arc::default();
    let step = |name, refuses| Named {
        name,
        refuses,
        lines: Arc::clone(&lines),
    };
    let lost = ScriptedResponse::failure(TransportErrorKind::Connect);
    let transport = ScriptedTransport::new()
        .then(lost)
        .then(ScriptedResponse::status(201));
    let shop = crate::support::client(&transport);
    let call = shop.call(buy());
    let call = call
        .before_send(step("a", false))
        .before_send(step("b", false));
    call.send().await.unwrap();
    let round = ["a asked", "b asked"];
    let expected = [&round[..], &["b withdraws", "a withdraws"], &round].concat();
    assert_eq!(*lines.lock().unwrap(), expected);

    lines.lock().unwrap().clear();
    let call = shop.call(buy());
    let call = call
        .before_send(step("a", false))
        .before_send(step("b", true));
    let call = call.before_send(step("c", false));
    let error = call.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Withheld);
    assert_eq!(
        *lines.lock().unwrap(),
        ["a asked", "b asked", "a withdraws"]
    );
    assert_eq!(transport.requests().len(), 2);
}
