//! The effect of a 429 on a class: no caller gets a slot for as long as the provider asks.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_429_stops_the_class_for_as_long_as_it_asks() {
    for (retry_after, seconds) in [(Some(7), 7), (None, 60), (Some(u64::MAX), 600)] {
        let window = Quota::per_window(5, MINUTE);
        let feedback = throttled(retry_after.map(Duration::from_secs));
        window
            .acquire(&ask("a", deadline(1)))
            .await
            .unwrap()
            .complete(&feedback);
        let watch = deadline(10_000);
        drop(window.acquire(&ask("a", deadline(1_000))).await.unwrap());
        assert_eq!(watch.elapsed().as_secs(), seconds, "{retry_after:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn penalty_and_back_off_are_not_added_up() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(429).header("retry-after", "7"))
        .then(ScriptedResponse::status(200).body("7"));
    let shop = builder(&transport)
        .rate_limiter(Quota::per_window(5, MINUTE))
        .build()
        .unwrap();
    let response = shop.call(count()).response().await.unwrap();
    assert_eq!(response.elapsed().as_secs(), 7);
}

/// A caller that waits for the end of a stop takes a slot then, not now.
#[tokio::test(start_paused = true)]
async fn those_who_wait_behind_a_429_count_from_its_end() {
    let window = Quota::per_window(1, MINUTE);
    let permit = window.acquire(&ask("a", deadline(1))).await.unwrap();
    permit.complete(&throttled(Some(Duration::from_secs(100))));
    let waiting = window.clone();
    let first =
        tokio::spawn(async move { waiting.acquire(&ask("a", deadline(1_000))).await.map(drop) });
    tokio::task::yield_now().await;
    let watch = deadline(1_000);
    let refused = window.acquire(&ask("a", deadline(150))).await.unwrap_err();
    assert_eq!(watch.elapsed(), Duration::ZERO, "it is refused at once");
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(160)));
    first.await.unwrap().unwrap();
    assert_eq!(watch.elapsed().as_secs(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_later_429_does_not_shorten_an_earlier_one() {
    let window = Quota::per_window(2, MINUTE);
    let first = window.acquire(&ask("a", deadline(1))).await.unwrap();
    let second = window.acquire(&ask("a", deadline(1))).await.unwrap();
    first.complete(&throttled(Some(Duration::from_secs(200))));
    second.complete(&throttled(Some(Duration::from_secs(5))));
    let watch = deadline(1_000);
    drop(window.acquire(&ask("a", deadline(1_000))).await.unwrap());
    assert_eq!(watch.elapsed().as_secs(), 200);
}

/// If no waiting caller can outlast a stop, all of them are refused immediately.
#[tokio::test(start_paused = true)]
async fn a_429_is_told_to_those_who_wait_already() {
    let window = Quota::per_window(2, MINUTE);
    drop(window.acquire(&ask("a", deadline(1))).await.unwrap());
    let held = window.acquire(&ask("a", deadline(1))).await.unwrap();
    let waits: Vec<_> = (0..2)
        .map(|_| {
            let window = window.clone();
            tokio::spawn(async move { window.acquire(&ask("a", deadline(90))).await.map(drop) })
        })
        .collect();
    tokio::task::yield_now().await;
    let watch = deadline(1_000);
    held.complete(&throttled(Some(Duration::from_secs(300))));
    for wait in waits {
        let refused = wait.await.unwrap().unwrap_err();
        assert_eq!(refused.retry_after(), Some(Duration::from_secs(300)));
    }
    assert_eq!(watch.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn any_other_answer_stops_nobody() {
    let window = Quota::per_window(2, MINUTE);
    let permit = window.acquire(&ask("a", deadline(1))).await.unwrap();
    let mut feedback = throttled(Some(MINUTE));
    feedback.status = Some(503);
    permit.complete(&feedback);
    drop(window.acquire(&ask("a", deadline(1))).await.unwrap());
}

/// If a window is short, its provider can still ask for a longer pause.
#[tokio::test(start_paused = true)]
async fn a_retry_after_outlasts_a_short_window() {
    for window in [Duration::ZERO, Duration::from_secs(1)] {
        for (retry_after, seconds) in [(120, 120), (u64::MAX, 600)] {
            let window = Quota::per_window(1, window);
            let permit = window.acquire(&ask("a", deadline(1))).await.unwrap();
            permit.complete(&throttled(Some(Duration::from_secs(retry_after))));
            let watch = deadline(10_000);
            drop(window.acquire(&ask("a", deadline(1_000))).await.unwrap());
            assert_eq!(watch.elapsed().as_secs(), seconds, "{window:?}");
        }
    }
}
