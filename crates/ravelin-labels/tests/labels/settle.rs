//! Looks for applied labels, against the sandbox: lost responses, second writers, clocks that differ, reads that lag.

use std::time::{Duration, SystemTime};

use customer_api_core::Timestamp;
use customer_api_sandbox::{Fault, Later, RavelinOptions, Review as Kept, Sandbox, SecondWriter};
use ravelin_labels::{
    Client, CustomerLabel, Delivery, Label, LabelCustomer, Marker, Operation, PaymentFraudReview,
    Ravelin, Reason, RefundAbuseReview, Review, Reviewer, SendTrace, Settle, Settled,
};

use crate::support::{answering, sandbox_client};

const ID: &str = "cust-1";

fn plain() -> LabelCustomer {
    LabelCustomer::payment_fraud(ID, PaymentFraudReview::Fraudster)
        .reviewer(Reviewer::new("Ana", "ana@shop.example"))
}

fn marked() -> LabelCustomer {
    let marker = Marker::new("case-4711").unwrap();
    plain().comment("chargeback").marked(&marker)
}

#[expect(deprecated, reason = "it can be called, so it can be settled")]
fn legacy() -> ravelin_labels::LegacyLabelCustomer {
    let marker = Marker::new("case-4712").unwrap();
    ravelin_labels::LegacyLabelCustomer::new(ID, Label::Fraudster).marked(&marker)
}

/// The provider's clock minus this machine's clock, in seconds.
type Skew = i64;

#[expect(clippy::disallowed_methods, reason = "the calendar of a test")]
fn provider_time(skew: Skew) -> SystemTime {
    let hours = Duration::from_secs(skew.unsigned_abs());
    if skew < 0 {
        SystemTime::now() - hours
    } else {
        SystemTime::now() + hours
    }
}

/// Returns another reviewer's review, dated by the provider's clock.
fn review(label: &str, skew: Skew) -> Kept {
    let seconds = Timestamp::try_from(provider_time(skew))
        .unwrap()
        .unix_seconds();
    Kept::new(
        ID,
        label,
        Timestamp::from_unix_seconds(seconds).unwrap().as_str(),
    )
}

async fn start(options: RavelinOptions, skew: Skew) -> (Sandbox, Client) {
    let builder = Sandbox::builder().ravelin(options);
    let by = Duration::from_secs(skew.unsigned_abs());
    let builder = if skew < 0 {
        builder.clock_behind(by)
    } else {
        builder.clock_ahead(by)
    };
    let sandbox = builder.start().await.unwrap();
    let client = sandbox_client(&sandbox).build().unwrap();
    (sandbox, client)
}

/// Returns a fault that loses the response.
fn lost(is_applied: bool) -> Fault {
    let lost = Fault::reset_before_head();
    if is_applied { lost.processed() } else { lost }
}

/// Returns a colleague's label: the same label, but without the comment and its marker.
fn colleague() -> SecondWriter {
    SecondWriter::same().unset("comment")
}

/// Sends a label that meets a fault, and returns its trace.
async fn lose<O>(sandbox: &Sandbox, client: &Client, label: O, lost: Fault) -> SendTrace
where
    O: Operation<Service = Ravelin>,
    O::Output: std::fmt::Debug,
{
    sandbox.ravelin().fault_on(O::INFO.id, lost).unwrap();
    let error = client.send(label).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    error.trace().unwrap()
}

async fn settle<O: Settle<Service = Ravelin> + Clone>(
    (sandbox, client): &(Sandbox, Client),
    label: O,
    is_applied: bool,
) -> Settled<O::Evidence>
where
    O::Output: std::fmt::Debug,
{
    let trace = lose(sandbox, client, label.clone(), lost(is_applied)).await;
    client.settle(&label, trace).look().await.unwrap()
}

fn reason<E: std::fmt::Debug>(verdict: Settled<E>) -> Reason {
    match verdict {
        Settled::CannotTell(why) => why.reason(),
        other => panic!("it tells: {other:?}"),
    }
}

#[tokio::test]
async fn a_marked_label_whose_response_was_lost_is_applied() {
    for skew in [0, 3_600, -3_600] {
        let world = start(RavelinOptions::default(), skew).await;
        let Settled::Applied(review) = settle(&world, marked(), true).await else {
            panic!("it was applied");
        };
        let comment = Some("[ref:case-4711~tthq] chargeback");
        assert_eq!(review.comment.as_deref(), comment);
        let verdict = settle(&world, legacy(), true).await;
        assert!(matches!(verdict, Settled::Applied(_)), "{verdict:?}");
        assert_eq!(world.0.ravelin().applied_count(), 2);
    }
}

#[tokio::test]
async fn a_label_of_a_category_that_is_not_listed_can_not_be_looked_for() {
    let world = start(RavelinOptions::default(), 0).await;
    let label = serde_json::json!({ "category": "PROMO_ABUSE", "review": "FRAUDSTER" });
    let label = LabelCustomer::new(ID, CustomerLabel::unlisted(label).unwrap());
    let label = label.marked(&Marker::new("case-4711").unwrap());
    let verdict = settle(&world, label, false).await;
    assert_eq!(reason(verdict), Reason::NoRead);
    // The write alone, with its marker.
    let requests = world.0.ravelin().requests();
    let [write] = &requests[..] else {
        panic!("{requests:?}");
    };
    let body = String::from_utf8_lossy(&write.body);
    assert!(body.contains("[ref:case-4711~"), "{body}");
}

#[tokio::test]
async fn a_label_without_a_marker_is_in_effect_at_best() {
    for skew in [0, 3_600, -3_600] {
        let world = start(RavelinOptions::default(), skew).await;
        let verdict = settle(&world, plain(), true).await;
        assert!(
            matches!(verdict, Settled::InEffect(_)),
            "{skew}: {verdict:?}"
        );
    }
}

#[tokio::test]
async fn a_label_that_was_not_applied_is_not_seen() {
    for skew in [0, 3_600, -3_600] {
        let world = start(RavelinOptions::default(), skew).await;
        // The same label, half an hour old. By a clock that is ahead, its date can look later than the call.
        let earlier = review("FRAUDSTER", skew - 1_800);
        let by_ana = customer_api_sandbox::Reviewer::new("Ana", "ana@shop.example");
        world.0.ravelin().seed_review(earlier.with_reviewer(by_ana));
        for label in [plain(), marked()] {
            let verdict = settle(&world, label, false).await;
            assert!(
                matches!(verdict, Settled::NotSeen { .. }),
                "{skew}: {verdict:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_later_label_of_another_kind_supersedes() {
    for label in [plain(), marked()] {
        let (sandbox, client) = start(RavelinOptions::default(), 0).await;
        let trace = lose(&sandbox, &client, label.clone(), lost(true)).await;
        sandbox.ravelin().seed_review(review("GENUINE", 5));
        let verdict = client.settle(&label, trace).look().await.unwrap();
        assert!(matches!(verdict, Settled::Superseded(_)), "{verdict:?}");
    }
}

#[tokio::test]
async fn a_second_writers_same_label_is_never_this_call() {
    let (sandbox, client) = start(RavelinOptions::default(), 0).await;
    let overtaken = || lost(false).second_writer(colleague());
    let trace = lose(&sandbox, &client, plain(), overtaken()).await;
    let verdict = client.settle(&plain(), trace).look().await.unwrap();
    assert!(matches!(verdict, Settled::InEffect(_)), "{verdict:?}");

    let trace = lose(&sandbox, &client, marked(), overtaken()).await;
    let verdict = client.settle(&marked(), trace).look().await.unwrap();
    assert!(matches!(verdict, Settled::NotSeen { .. }), "{verdict:?}");
}

#[tokio::test]
async fn a_label_that_is_applied_after_the_look_is_found_by_the_next_one() {
    let (sandbox, client) = start(RavelinOptions::default(), 0).await;
    let late = Fault::status(503).processed_later(Later::Requests(2));
    let label = marked();
    let trace = lose(&sandbox, &client, label.clone(), late).await;
    let settling = || client.settle(&label, trace.clone());
    let verdict = settling().look().await.unwrap();
    assert!(matches!(verdict, Settled::NotSeen { .. }), "{verdict:?}");
    let verdict = settling().look().await.unwrap();
    assert!(matches!(verdict, Settled::Applied(_)), "{verdict:?}");
}

#[tokio::test]
async fn without_a_date_of_the_provider_only_a_marker_tells() {
    let options = RavelinOptions::default().dates(false);
    let sandbox = Sandbox::builder().ravelin(options).start().await.unwrap();
    let client = sandbox_client(&sandbox).build().unwrap();
    let world = (sandbox, client);
    assert_eq!(reason(settle(&world, plain(), true).await), Reason::Clocks);
    let verdict = settle(&world, marked(), true).await;
    assert!(matches!(verdict, Settled::Applied(_)), "{verdict:?}");
}

#[tokio::test]
async fn reads_that_do_not_show_the_label_say_nothing_against_it() {
    let options = RavelinOptions::default().customer_labels_in_reviews(false);
    let world = start(options, 0).await;
    let verdict = settle(&world, marked(), true).await;
    assert!(matches!(verdict, Settled::NotSeen { .. }), "{verdict:?}");
}

#[tokio::test]
async fn a_label_that_reads_show_late_is_found_later() {
    let options = RavelinOptions::default().shown_after(Duration::from_secs(30));
    let (sandbox, client) = start(options, 0).await;
    let trace = lose(&sandbox, &client, marked(), lost(true)).await;
    let verdict = client
        .settle(&marked(), trace.clone())
        .look()
        .await
        .unwrap();
    assert!(matches!(verdict, Settled::NotSeen { .. }), "{verdict:?}");
    sandbox.advance(Duration::from_secs(31));
    let verdict = client.settle(&marked(), trace).look().await.unwrap();
    assert!(matches!(verdict, Settled::Applied(_)), "{verdict:?}");
}

#[tokio::test]
async fn a_label_without_a_judgement_needs_a_marker() {
    let world = start(RavelinOptions::default(), 0).await;
    let label = LabelCustomer::refund_abuse(ID, RefundAbuseReview::Unreviewed);
    assert_eq!(
        reason(settle(&world, label.clone(), true).await),
        Reason::NoMarker
    );
    let marker = Marker::new("case-4713").unwrap();
    let verdict = settle(&world, label.marked(&marker), true).await;
    assert!(matches!(verdict, Settled::Applied(_)), "{verdict:?}");
}

#[tokio::test]
async fn a_review_that_can_not_be_read_leaves_doubt() {
    let body = r#"{"reviews":[
        {"customerId":"cust-1","label":"FRAUDSTER","timestamp":"2126-03-01T12:00:00Z"},
        {"customerId":"cust-1","label":"GENUINE","timestamp":"soon"}]}"#;
    let client = answering(200, body);
    let label = LabelCustomer::payment_fraud(ID, PaymentFraudReview::Fraudster);
    let first = Timestamp::try_from(provider_time(-5)).unwrap();
    let trace = SendTrace::new("labelCustomer", first);
    let verdict = client.settle(&label, trace).look().await.unwrap();
    assert_eq!(reason(verdict), Reason::Unclear);
}

/// A trace is stored, and another process settles the label.
#[tokio::test]
async fn a_trace_survives_its_process() {
    let (sandbox, client) = start(RavelinOptions::default(), 0).await;
    let trace = lose(&sandbox, &client, plain(), lost(true)).await;
    let stored = serde_json::to_string(&trace).unwrap();
    assert!(!stored.contains(ID) && !stored.contains("ana"), "{stored}");
    let read: SendTrace = serde_json::from_str(&stored).unwrap();
    let verdict = client.settle(&plain(), read).look().await.unwrap();
    assert!(matches!(verdict, Settled::InEffect(_)), "{verdict:?}");
    // A killed process has recorded only when it began.
    let killed = SendTrace::new("labelCustomer", trace.first().clone());
    let verdict = client.settle(&plain(), killed).look().await.unwrap();
    assert!(matches!(verdict, Settled::InEffect(_)), "{verdict:?}");
}

/// For all fates, second writers, clocks and lags: a label that this call did not apply is never `Applied`. A label that this call
/// applied is always found by its marker if reads show it.
#[tokio::test]
async fn no_verdict_claims_what_this_call_did_not_do() {
    let late = |requests| Fault::reset_before_head().processed_later(Later::Requests(requests));
    // Each fate, and whether the look finds the label applied.
    let fates = [
        (lost(true), true),
        (lost(false), false),
        (late(1), true),
        (late(2), false),
    ];
    let other = |label: &str| colleague().set("review", label);
    // The label of a minute before the call, and the writer right after the call.
    let writers: [(Option<&str>, Option<SecondWriter>); 5] = [
        (None, None),
        (None, Some(colleague())),
        (None, Some(other("GENUINE"))),
        (Some("GENUINE"), Some(colleague())),
        (Some("FRAUDSTER"), Some(other("UNREVIEWED"))),
    ];
    for (fate, is_done) in &fates {
        for is_marked in [true, false] {
            for (earlier, second) in &writers {
                for skew in [0, 3_600, -3_600] {
                    for lag in [0, 600] {
                        let lag = Duration::from_secs(lag);
                        let options = RavelinOptions::default().shown_after(lag);
                        let (sandbox, client) = start(options, skew).await;
                        if let Some(earlier) = earlier {
                            let by_ana =
                                customer_api_sandbox::Reviewer::new("Ana", "ana@shop.example");
                            let earlier = review(earlier, skew - 60).with_reviewer(by_ana);
                            sandbox.ravelin().seed_review(earlier);
                        }
                        let fate = match second {
                            Some(second) => fate.clone().second_writer(second.clone()),
                            None => fate.clone(),
                        };
                        let case = format!("{fate:?} {is_marked} {earlier:?} {skew} {lag:?}");
                        let label = if is_marked { marked() } else { plain() };
                        let trace = lose(&sandbox, &client, label.clone(), fate).await;
                        let verdict = client.settle(&label, trace).look().await.unwrap();
                        let case = format!("{case}: {verdict:?}");
                        let is_shown = *is_done && lag.is_zero();
                        match verdict {
                            Settled::Applied(_) => assert!(is_marked && is_shown, "{case}"),
                            Settled::Superseded(_) if is_marked => assert!(is_shown, "{case}"),
                            Settled::InEffect(Review { label, .. }) => {
                                assert_eq!(label, Label::Fraudster, "{case}");
                                assert!(!is_marked, "{case}");
                            }
                            Settled::NotSeen { .. } => assert!(!(is_marked && is_shown), "{case}"),
                            _ => {}
                        }
                    }
                }
            }
        }
    }
}
