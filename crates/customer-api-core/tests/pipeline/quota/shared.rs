//! A quota whose slots are kept in a store that fails, hangs and is shared.

use std::{collections::HashMap, sync::MutexGuard};

use customer_api_core::{
    before_send::{BeforeSend, Upcoming, Withheld},
    error::StoreError,
    rate_limit::{RateLimitError, SharedQuota, SlotClaim, SlotStore, Taken, conformance},
    time::sleep_with_the_machine,
};

use super::*;

/// Slots in memory. Times are since the store was created.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    since: Deadline,
    kept: Arc<Mutex<Kept>>,
}

/// The name of a quota, and a class of calls.
type Class = (String, &'static str);

fn class(claim: &SlotClaim) -> Class {
    (claim.quota().to_owned(), claim.class())
}

#[derive(Debug)]
struct Held {
    free_at: Duration,
    is_over: bool,
}

#[derive(Debug, Default)]
pub(super) struct Kept {
    held: HashMap<(Class, [u8; 16]), Held>,
    stopped: HashMap<Class, Duration>,
    pub(super) asked: usize,
    pub(super) is_down: bool,
    pub(super) hangs: bool,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self {
            since: Deadline::after(Duration::MAX),
            kept: Arc::default(),
        }
    }

    fn now(&self) -> Duration {
        self.since.elapsed()
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    async fn reach(&self) -> Result<(), StoreError> {
        let (is_down, hangs) = {
            let kept = self.kept();
            (kept.is_down, kept.hangs)
        };
        if hangs {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        if is_down {
            return Err(StoreError::new("the store is down"));
        }
        Ok(())
    }

    /// How many slots are not free.
    pub(super) fn held(&self) -> usize {
        let kept = self.kept();
        kept.held
            .values()
            .filter(|held| held.free_at > self.now())
            .count()
    }

    pub(super) fn quota(&self, attempts: usize) -> SharedQuota {
        SharedQuota::per_window(self.clone(), "account", attempts, MINUTE)
    }
}

#[async_trait]
impl SlotStore for Slots {
    async fn take(&self, claim: &SlotClaim) -> Result<Taken, StoreError> {
        self.kept().asked += 1;
        self.reach().await?;
        let (now, mut kept) = (self.now(), self.kept());
        kept.held.retain(|_, held| held.free_at > now);
        let class = class(claim);
        let stop = kept.stopped.get(&class).copied().unwrap_or(now);
        let of_class = kept.held.iter().filter(|((other, _), _)| *other == class);
        let mut waits: Vec<Duration> = of_class
            .map(|(_, held)| {
                held.free_at
                    .min(now + claim.window())
                    .max(stop)
                    .saturating_sub(now)
            })
            .collect();
        waits.sort();
        let is_free = stop <= now && waits.len() < claim.slots();
        let key = (class, *claim.token());
        if kept.held.contains_key(&key) {
            return Ok(Taken::Granted);
        }
        if is_free {
            let held = Held {
                free_at: now.saturating_add(claim.hold()),
                is_over: false,
            };
            kept.held.insert(key, held);
            return Ok(Taken::Granted);
        }
        if waits.is_empty() {
            waits.push(stop.saturating_sub(now));
        }
        Ok(Taken::Full(waits))
    }

    async fn complete(&self, claim: &SlotClaim, stop: Option<Duration>) -> Result<(), StoreError> {
        self.reach().await?;
        let (now, mut kept) = (self.now(), self.kept());
        let key = (class(claim), *claim.token());
        if let Some(held) = kept.held.get_mut(&key).filter(|held| !held.is_over) {
            held.free_at = now.saturating_add(claim.window());
            held.is_over = true;
        }
        if let Some(stop) = stop {
            let until = kept.stopped.entry(class(claim)).or_default();
            *until = (*until).max(now + stop);
        }
        Ok(())
    }

    async fn release(&self, claim: &SlotClaim) -> Result<(), StoreError> {
        self.reach().await?;
        let key = (class(claim), *claim.token());
        self.kept().held.remove(&key);
        Ok(())
    }
}

/// A step before an attempt that takes this long.
pub(super) struct Pause(pub(super) Duration);

#[async_trait]
impl BeforeSend for Pause {
    async fn before_send(&self, _: &Upcoming<'_>) -> Result<(), Withheld> {
        tokio::time::sleep(self.0).await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn limiters_of_every_kind_keep_to_the_rules() {
    let quota = Quota::per_window(5, MINUTE);
    conformance::check(&quota, &quota.clone(), 5, MINUTE)
        .await
        .unwrap();
    let slots = Slots::new();
    conformance::check(&slots.quota(5), &slots.quota(5), 5, MINUTE)
        .await
        .unwrap();
    conformance::check_store(&slots, &slots.clone())
        .await
        .unwrap();
    let violation = conformance::check_store(&slots, &Slots::new()).await;
    assert!(violation.unwrap_err().to_string().contains("all are taken"));
    // Two quotas do not share a window.
    let (one, other) = (Quota::per_window(5, MINUTE), Quota::per_window(5, MINUTE));
    let violation = conformance::check(&one, &other, 5, MINUTE).await;
    assert!(violation.unwrap_err().to_string().contains("refused"));
}

#[tokio::test(start_paused = true)]
async fn programs_share_one_quota_and_waste_little_of_it() {
    let slots = Slots::new();
    let server = Jittery::new();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let shop = Client::builder(Shop, KeyCredential::bearer("key"))
            .transport(server.clone())
            .rate_limiter(slots.quota(20))
            .timeout(MINUTE * 20)
            .build()
            .unwrap();
        for _ in 0..25 {
            calls.spawn(shop.send(count()));
        }
    }
    for outcome in calls.join_all().await {
        outcome.unwrap();
    }
    let seen = server.seen.lock().unwrap().clone();
    assert_eq!((seen.len(), most_in_a_minute(&seen)), (100, 20));
    // Five windows. The last one is not waited for.
    let took = server.since.elapsed();
    assert!(took < 4 * MINUTE + MINUTE / 5, "{took:?}");
    // Only the head of each queue asks.
    let asked = slots.kept().asked;
    assert!(asked < 100 * 4, "{asked}");
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_down_nothing_is_sent_and_nobody_waits_for_it() {
    let slots = Slots::new();
    let quota = slots.quota(20);
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    let shop = builder(&transport)
        .rate_limiter(quota.clone())
        .build()
        .unwrap();
    slots.kept().is_down = true;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        calls.spawn(shop.send(count()));
    }
    for outcome in calls.join_all().await {
        let error = outcome.unwrap_err();
        let what = (error.kind(), error.delivery());
        assert_eq!(what, (ErrorKind::RateLimit, Delivery::NotSent));
        let text = error.to_string();
        assert!(
            text.contains("the limiter can't be asked: the store is down"),
            "{text}"
        );
        let source = error.cause().unwrap();
        let cause = source.downcast_ref::<RateLimitError>().unwrap();
        assert!(cause.is_unavailable());
    }
    assert!(transport.requests().is_empty());
    assert_eq!(slots.kept().asked, 1, "the others share the failure");
    slots.kept().is_down = false;
    tokio::time::advance(Duration::from_secs(1)).await;
    shop.send(count()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_down_a_program_may_have_a_share_of_its_own() {
    let slots = Slots::new();
    let quota = slots
        .quota(20)
        .when_unreachable(Quota::per_window(2, MINUTE));
    slots.kept().is_down = true;
    drop(quota.acquire(&ask("a", deadline(1))).await.unwrap());
    drop(quota.acquire(&ask("a", deadline(1))).await.unwrap());
    let refused = quota.acquire(&ask("a", deadline(1))).await.unwrap_err();
    assert!(!refused.is_unavailable(), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_ends_with_the_call() {
    let slots = Slots::new();
    let quota = slots.quota(20);
    slots.kept().hangs = true;
    let clock = Deadline::after(MINUTE);
    let outcome = quota.acquire(&ask("a", deadline(5))).await;
    outcome.unwrap_err();
    assert_eq!(clock.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_takes_no_slot_along() {
    let slots = Slots::new();
    let quota = slots.quota(20);
    for _ in 0..50 {
        let request = ask("a", deadline(60));
        let wait = quota.acquire(&request);
        // The wait ends before the store has responded. The store grants the slot nevertheless.
        let given_up = tokio::time::timeout(Duration::from_millis(2), wait).await;
        assert!(given_up.is_err());
    }
    quota.flush().await;
    assert_eq!(slots.held(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_comes_too_late_is_not_used() {
    let slots = Slots::new();
    let quota = slots.quota(1).start_within(Duration::from_secs(5));
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    let shop = builder(&transport)
        .rate_limiter(quota.clone())
        .build()
        .unwrap();
    let slow = |seconds| Pause(Duration::from_secs(seconds));
    let error = shop
        .call(count())
        .before_send(slow(6))
        .send()
        .await
        .unwrap_err();
    let what = (error.kind(), error.delivery(), error.attempts());
    assert_eq!(what, (ErrorKind::RateLimit, Delivery::NotSent, 0));
    assert!(error.to_string().contains("expired"), "{error}");
    quota.flush().await;
    assert_eq!(slots.held(), 0, "it goes back unused");
    shop.call(count())
        .before_send(slow(4))
        .send()
        .await
        .unwrap();
}

/// A step during which the machine sleeps.
struct Asleep;

#[async_trait]
impl BeforeSend for Asleep {
    async fn before_send(&self, _: &Upcoming<'_>) -> Result<(), Withheld> {
        sleep_with_the_machine(MINUTE);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_does_not_send_on_an_old_permit() {
    let slots = Slots::new();
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    let shop = builder(&transport)
        .rate_limiter(slots.quota(1))
        .build()
        .unwrap();
    let error = shop.call(count()).before_send(Asleep).send().await;
    assert_eq!(error.unwrap_err().delivery(), Delivery::NotSent);
    assert!(transport.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn no_time_is_too_long_to_be_added() {
    let slots = Slots::new();
    let quota = SharedQuota::per_window(slots.clone(), "account", 1, Duration::MAX);
    let forever = Deadline::after(Duration::MAX);
    let request = PermitRequest::new("a", forever, Duration::MAX);
    let quota = quota.start_within(Duration::MAX);
    let permit = quota.acquire(&request).await.unwrap();
    let refused = quota.acquire(&ask("a", deadline(60))).await.unwrap_err();
    assert!(!refused.is_unavailable());
    permit.complete(&throttled(Some(Duration::MAX)));
}

/// No clock can represent the end of these times.
#[tokio::test(start_paused = true)]
async fn times_without_an_end_are_no_trouble() {
    let slots = Slots::new();
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    let shop = builder(&transport)
        .rate_limiter(slots.quota(1).start_within(Duration::MAX))
        .attempt_timeout(Duration::MAX)
        .timeout(Duration::MAX)
        .build()
        .unwrap();
    shop.send(count()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_the_store_said_long_ago_refuses_nobody() {
    let slots = Slots::new();
    let (one, other) = (slots.quota(1), slots.quota(1));
    let permit = one.acquire(&ask("a", deadline(1))).await.unwrap();
    other.acquire(&ask("a", deadline(30))).await.unwrap_err();
    permit.release();
    one.flush().await;
    tokio::time::advance(Duration::from_secs(6)).await;
    drop(other.acquire(&ask("a", deadline(30))).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_in_time_is_no_used_up_quota() {
    let slots = Slots::new();
    let quota = slots.quota(20);
    slots.kept().hangs = true;
    let mut waits = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let quota = quota.clone();
        waits.spawn(async move { quota.acquire(&ask("a", deadline(1))).await });
    }
    for outcome in waits.join_all().await {
        let error = outcome.unwrap_err();
        assert!(error.is_unavailable(), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_counts_for_all_even_if_it_came_while_the_store_was_down() {
    let slots = Slots::new();
    let quota = slots
        .quota(20)
        .when_unreachable(Quota::per_window(2, MINUTE));
    slots.kept().is_down = true;
    let permit = quota.acquire(&ask("a", deadline(1))).await.unwrap();
    slots.kept().is_down = false;
    permit.complete(&throttled(Some(MINUTE)));
    quota.flush().await;
    tokio::time::advance(Duration::from_secs(2)).await;
    for quota in [quota, slots.quota(20)] {
        let error = quota.acquire(&ask("a", deadline(30))).await.unwrap_err();
        assert!(!error.is_unavailable(), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_stops_this_process_when_the_store_has_just_failed() {
    let slots = Slots::new();
    let quota = slots
        .quota(20)
        .when_unreachable(Quota::per_window(2, MINUTE));
    let permit = quota.acquire(&ask("a", deadline(1))).await.unwrap();
    slots.kept().is_down = true;
    drop(quota.acquire(&ask("a", deadline(1))).await.unwrap());
    permit.complete(&throttled(Some(MINUTE)));
    let clock = Deadline::after(MINUTE);
    drop(quota.acquire(&ask("a", deadline(100))).await.unwrap());
    assert_eq!(clock.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_leaves_time_for_the_share_of_this_process() {
    let slots = Slots::new();
    let quota = slots
        .quota(20)
        .when_unreachable(Quota::per_window(2, MINUTE));
    slots.kept().hangs = true;
    let clock = deadline(1);
    drop(quota.acquire(&ask("a", clock)).await.unwrap());
    assert!(clock.remaining() >= Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn flush_does_not_wait_for_what_ends_later() {
    let slots = Slots::new();
    let quota = slots.quota(100_000);
    let mut others = tokio::task::JoinSet::new();
    for number in 0..4 {
        let busy = quota.clone();
        others.spawn(async move {
            tokio::time::sleep(Duration::from_millis(number * 2)).await;
            loop {
                drop(busy.acquire(&ask("a", deadline(1))).await.unwrap());
            }
        });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    tokio::time::timeout(MINUTE / 60, quota.flush())
        .await
        .unwrap();
}
