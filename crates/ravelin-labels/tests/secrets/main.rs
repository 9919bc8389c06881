//! No key and nothing personal in anything that is printed, whatever fails. A program of its own, as its subscriber must see
//! everything.
#![cfg(test)]

use std::{
    error::Error as StdError,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use customer_api_core::{operation::Operation, retry::ExponentialBackoff};
use customer_api_sandbox::{ConnectionFault, Fault, FaultBody, RavelinOptions, Sandbox};
use ravelin_labels::{
    AllReviews, Client, ClientBuilder, CustomerReviews, Label, LabelCustomer, LastReview,
    LegacyLabelCustomer, PaymentFraudReview, Ravelin, Reviewer,
};
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

const KEY: &str = "sk_test_planted_key";
const ID: &str = "planted.id+1@shop.example";
const NAME: &str = "Planted Reviewer";
const EMAIL: &str = "planted.reviewer@shop.example";
const COMMENT: &str = "planted \"comment\" about the customer";

/// What must not be seen: every planted value, in the spellings of text, JSON and URLs.
const PLANTED: [&str; 9] = [
    KEY,
    ID,
    "planted.id%2B1%40shop.example",
    NAME,
    "Planted%20Reviewer",
    EMAIL,
    "planted.reviewer%40shop.example",
    COMMENT,
    "planted \\\"comment\\\" about the customer",
];

fn sandbox_client(sandbox: &Sandbox) -> ClientBuilder<Client> {
    Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .attempt_timeout(Duration::from_millis(200))
        .timeout(Duration::from_secs(10))
        .max_response_bytes(64 * 1024)
}

/// Everything that was printed and logged.
#[derive(Clone, Default)]
struct CapturedLogs(Arc<Mutex<Vec<u8>>>);

impl io::Write for CapturedLogs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for CapturedLogs {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

impl CapturedLogs {
    fn note(&self, text: &str) {
        io::Write::write_all(&mut self.clone(), text.as_bytes()).unwrap();
        io::Write::write_all(&mut self.clone(), b"\n").unwrap();
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// Makes a call and notes everything of it that can be printed.
async fn call<O: Operation<Service = Ravelin> + std::fmt::Debug>(
    logs: &CapturedLogs,
    client: &Client,
    operation: O,
) where
    O::Output: std::fmt::Debug,
{
    logs.note(&format!("{client:?} {operation:?}"));
    let call = client.call(operation);
    logs.note(&format!("{call:?}"));
    match call.response().await {
        Ok(response) => logs.note(&format!("{response:?} {response:#?}")),
        Err(error) => {
            logs.note(&format!("{error} {error:?} {error:#?}"));
            let mut source = error.source();
            while let Some(cause) = source {
                logs.note(&format!("{cause} {cause:?}"));
                source = cause.source();
            }
        }
    }
}

#[expect(deprecated, reason = "the deprecated endpoint is supported")]
async fn every_call(logs: &CapturedLogs, builder: impl Fn() -> ClientBuilder<Client>) {
    let client = builder().build().unwrap();
    let reviewer = || Reviewer::new(NAME, EMAIL);
    let review = PaymentFraudReview::Fraudster;
    call(
        logs,
        &client,
        LabelCustomer::payment_fraud(ID, review)
            .comment(COMMENT)
            .reviewer(reviewer()),
    )
    .await;
    call(
        logs,
        &client,
        LegacyLabelCustomer::new(ID, Label::Genuine)
            .comment(COMMENT)
            .reviewer(reviewer()),
    )
    .await;
    call(logs, &client, LastReview::new(ID)).await;
    call(logs, &client, CustomerReviews::new(ID)).await;
    call(logs, &client, AllReviews::new().scroll_id("a-cursor")).await;
    let mut reviews = client.reviews_since("2020-01-01T00:00:00Z".parse().unwrap());
    let page = reviews.next_page().await;
    logs.note(&format!("{page:?} {reviews:?}"));
    if let Err(error) = page {
        logs.note(&format!("{error} {error:#?}"));
    }
    call(logs, &client, LastReview::new(format!("{ID}\n"))).await;
}

/// The faults of a response. Those with a body echo what the request carried.
fn faults(echo: &str, location: &str) -> Vec<Fault> {
    let json =
        || FaultBody::json(&serde_json::json!({ "message": echo, "traceId": echo, "Error": echo }));
    let other_shape = serde_json::json!({
        "label": [echo],
        "eventTime": echo,
        "reviews": [{ "label": 7, "customerId": echo }],
    });
    let mut faults = vec![
        Fault::none(),
        Fault::reset_while_reading(),
        Fault::reset_before_head(),
        Fault::close_before_head(),
        Fault::reset_after_head(),
        Fault::reset_mid_body(),
        Fault::truncated(),
        Fault::truncated().processed(),
        Fault::oversized(100_000),
        Fault::hang(),
        Fault::redirect(307, location),
        Fault::status(200).body(FaultBody::text(echo)),
        Fault::status(200).body(FaultBody::html(echo)),
        Fault::status(200).body(json()),
        Fault::status(200).body(FaultBody::json(&other_shape)),
        Fault::status(429)
            .header("retry-after", "3600")
            .body(json()),
    ];
    faults.extend(
        [400, 401, 403, 404, 408, 422, 500, 502, 503]
            .map(|status| Fault::status(status).body(json())),
    );
    faults
}

/// Lets every operation meet each fault, with an echo of its own request.
fn script(sandbox: &Sandbox, index: usize) -> bool {
    let of_writes = format!("no {ID} {NAME} {EMAIL} {COMMENT} {KEY} {}", PLANTED[2]);
    let of_reads = format!("no {ID} {KEY} {}", PLANTED[2]);
    let of_lists = format!("no {KEY}");
    // Servers often encode a path only in part.
    let partly = ID.replace('@', "%40");
    let of_one = format!(
        "https://{EMAIL}@elsewhere.example/{}/{partly}?key={KEY}#{ID}",
        PLANTED[2]
    );
    let of_all = format!("https://{EMAIL}@elsewhere.example/?key={KEY}#{ID}");
    let operations = [
        ("labelCustomer", &of_writes, &of_one),
        ("legacyLabelCustomer", &of_writes, &of_one),
        ("lastReview", &of_reads, &of_one),
        ("customerReviews", &of_reads, &of_one),
        ("allReviews", &of_lists, &of_all),
    ];
    for (operation, echo, location) in operations {
        let Some(fault) = faults(echo, location).into_iter().nth(index) else {
            return false;
        };
        sandbox
            .ravelin()
            .fault_on(operation, fault.times(99))
            .unwrap();
    }
    true
}

#[tokio::test]
async fn nothing_planted_is_printed_or_logged() {
    let logs = CapturedLogs::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(logs.clone())
        .with_ansi(false)
        .with_span_events(FmtSpan::FULL)
        .init();

    let start = || {
        Sandbox::builder()
            .ravelin(RavelinOptions::default().secret_key(KEY))
            .start()
    };
    let mut met = 0;
    loop {
        let sandbox = start().await.unwrap();
        if !script(&sandbox, met) {
            break;
        }
        every_call(&logs, || sandbox_client(&sandbox)).await;
        met += 1;
    }
    assert_eq!(met, 25);

    let sandbox = start().await.unwrap();
    for fault in [ConnectionFault::reset(), ConnectionFault::garbage()] {
        sandbox.ravelin().fault_connection(fault.times(99));
        every_call(&logs, || sandbox_client(&sandbox)).await;
        let tls = sandbox.ravelin().base_url().replace("http:", "https:");
        every_call(&logs, || sandbox_client(&sandbox).base_url(&*tls)).await;
        sandbox.ravelin().clear_faults();
    }
    sandbox.ravelin().refuse_connections().await;
    every_call(&logs, || sandbox_client(&sandbox)).await;
    every_call(&logs, || {
        sandbox_client(&sandbox).base_url("https://ravelin.invalid")
    })
    .await;

    let text = logs.text();
    // The spans are there, so that their silence proves something.
    for present in [
        "api.call",
        "http.request",
        "url.template",
        "labelCustomer",
        "http.response.status_code",
        "hyper_util",
        "[redacted]",
    ] {
        assert!(text.contains(present), "{present} is missing");
    }
    let lower = text.to_lowercase();
    for planted in PLANTED {
        let at = lower.find(&planted.to_lowercase());
        let context = at.map(|at| text.get(at.saturating_sub(300)..at + 100));
        assert_eq!(context, None, "`{planted}` was printed");
    }
}
