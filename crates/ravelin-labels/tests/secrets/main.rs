//! Nothing that is printed contains a key or personal data, whatever fails. This test is a separate program because its subscriber must
//! see everything.
#![cfg(test)]

use std::time::Duration;

use customer_api_core::retry::ExponentialBackoff;
use customer_api_sandbox::{Fault, FaultBody, RavelinOptions, Sandbox};
use ravelin_labels::{
    AllReviews, Client, ClientBuilder, CustomerReviews, Label, LabelCustomer, LastReview,
    LegacyLabelCustomer, PaymentFraudReview, Reviewer,
};
use testkit::{
    CapturedLogs,
    faults::{of_any_server, of_connections},
};

const KEY: &str = "sk_test_planted_key";
const ID: &str = "planted.id+1@shop.example";
const NAME: &str = "Planted Reviewer";
const EMAIL: &str = "planted.reviewer@shop.example";
const COMMENT: &str = "planted \"comment\" about the customer";

/// Values that must not appear: every planted value, as text, in JSON and in URLs.
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

#[expect(deprecated, reason = "the deprecated endpoint is supported")]
async fn every_call(logs: &CapturedLogs, builder: ClientBuilder<Client>) {
    let client = builder.build().unwrap();
    let reviewer = || Reviewer::new(NAME, EMAIL);
    let review = PaymentFraudReview::Fraudster;
    logs.note_call(
        &client,
        LabelCustomer::payment_fraud(ID, review)
            .comment(COMMENT)
            .reviewer(reviewer()),
    )
    .await;
    logs.note_call(
        &client,
        LegacyLabelCustomer::new(ID, Label::Genuine)
            .comment(COMMENT)
            .reviewer(reviewer()),
    )
    .await;
    logs.note_call(&client, LastReview::new(ID)).await;
    logs.note_call(&client, CustomerReviews::new(ID)).await;
    logs.note_call(&client, AllReviews::new().scroll_id("a-cursor"))
        .await;
    let mut reviews = client.reviews_since("2020-01-01T00:00:00Z".parse().unwrap());
    let page = reviews.next_page().await;
    logs.note_outcome(&page);
    logs.note(format_args!("{reviews:?}"));
    logs.note_call(&client, LastReview::new(format!("{ID}\n")))
        .await;
}

/// Returns the faults of a response. Faults with a body echo the content of the request.
fn faults(echo: &str, location: &str) -> Vec<Fault> {
    let json =
        || FaultBody::json(&serde_json::json!({ "message": echo, "traceId": echo, "Error": echo }));
    let other_shape = serde_json::json!({
        "label": [echo],
        "eventTime": echo,
        "reviews": [{ "label": 7, "customerId": echo }],
    });
    let mut faults = of_any_server(echo, location);
    faults.extend([
        Fault::truncated(),
        Fault::status(200).body(json()),
        Fault::status(200).body(FaultBody::json(&other_shape)),
        Fault::status(429)
            .header("retry-after", "3600")
            .body(json()),
    ]);
    faults.extend(
        [400, 401, 403, 404, 408, 422, 500, 502, 503]
            .map(|status| Fault::status(status).body(json())),
    );
    faults
}

/// Sets up each fault for every operation, with an echo of the operation's own request.
fn script(sandbox: &Sandbox, index: usize) -> bool {
    let of_writes = format!("no {ID} {NAME} {EMAIL} {COMMENT} {KEY} {}", PLANTED[2]);
    let of_reads = format!("no {ID} {KEY} {}", PLANTED[2]);
    let of_lists = format!("no {KEY}");
    // Servers often encode only a part of a path.
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
    let logs = CapturedLogs::of_the_process();
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
        every_call(&logs, sandbox_client(&sandbox)).await;
        met += 1;
    }
    assert_eq!(met, 25);

    let sandbox = start().await.unwrap();
    of_connections(sandbox.ravelin(), async |base_url| {
        every_call(&logs, sandbox_client(&sandbox).base_url(base_url)).await;
    })
    .await;
    logs.assert_silent_about(&PLANTED, &["labelCustomer"]);
}
