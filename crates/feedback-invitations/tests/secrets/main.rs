//! No password, no token and no personal data in anything that is printed, whatever fails. A separate program, because its
//! subscriber must see everything.
#![cfg(test)]

use std::time::Duration;

use customer_api_core::{rate_limit::Unlimited, retry::ExponentialBackoff};
use customer_api_sandbox::{CustomerRadarOptions, Fault, FaultBody, Sandbox};
use feedback_invitations::{Client, ClientBuilder, LogIn, Programme, Recipient, SendInvitation};
use testkit::{
    CapturedLogs,
    faults::{of_any_server, of_connections},
};

const USERNAME: &str = "planted-user-4711";
const PASSWORD: &str = "planted \"pass\" & word";
const TOKEN: &str = "planted.token.4711";
const EMAIL: &str = "planted.address@shop.example";
const MOBILE: &str = "021 999 8877";
const FIRST_NAME: &str = "Plantedfirst & Co";
const LAST_NAME: &str = "Plantedlast";
const VALUE: &str = "planted \"value\" of a pair";

/// The values that must not be printed: every planted value, in the spellings of text, JSON and HTML.
const PLANTED: [&str; 11] = [
    USERNAME,
    PASSWORD,
    "planted \\\"pass\\\" & word",
    TOKEN,
    EMAIL,
    MOBILE,
    FIRST_NAME,
    "Plantedfirst &amp; Co",
    LAST_NAME,
    VALUE,
    "planted \\\"value\\\" of a pair",
];

fn sandbox_client(sandbox: &Sandbox) -> ClientBuilder<Client> {
    Client::builder(USERNAME, PASSWORD)
        .base_url(sandbox.customer_radar().base_url())
        .rate_limiter(Unlimited)
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .attempt_timeout(Duration::from_millis(200))
        .timeout(Duration::from_secs(10))
        .max_response_bytes(64 * 1024)
}

fn recipient(location: &str) -> Recipient {
    Recipient::new(location)
        .email(EMAIL)
        .mobile(format!("  {MOBILE} "))
        .first_name(FIRST_NAME)
        .last_name(LAST_NAME)
        .metadata("invoice_no", VALUE)
}

async fn every_call(logs: &CapturedLogs, builder: ClientBuilder<Client>) {
    logs.note(format_args!("{builder:?}"));
    let client = builder.build().unwrap();
    let client = &client;
    let programme = Programme::new("client-1", "programme-1");
    logs.note_call(client, LogIn::new(USERNAME, PASSWORD)).await;
    let one = SendInvitation::new(&programme, recipient("location-1"));
    logs.note_call(client, one).await;
    let people = [recipient("location-3"), recipient("nowhere")];
    logs.note_call(client, SendInvitation::batch(&programme, people, 2))
        .await;
    // The client rejects this one before anything is sent.
    let twice = recipient("location-1").metadata("invoice_no", VALUE);
    logs.note_call(client, SendInvitation::new(&programme, twice))
        .await;
}

/// The faults of a response. Those with a body echo what the request carried.
fn faults(echo: &str) -> Vec<Fault> {
    let plain = || FaultBody::json(&serde_json::json!({ "code": "9", "description": echo }));
    let worded = serde_json::json!({ "code": 9, "userMessage": echo, "developerMessage": echo });
    let worded = || FaultBody::json(&worded);
    let odd = serde_json::json!({ "token": [echo], "code": "00000", "data": { "a": echo } });
    let text_code = serde_json::json!({ "code": "00000", "token": echo, "expiration": echo });
    let location = format!("https://{EMAIL}@elsewhere.example/x?key={TOKEN}#{EMAIL}");
    let mut faults = of_any_server(echo, &location);
    faults.extend([
        Fault::status(200).body(plain()),
        Fault::status(200).body(worded()),
        Fault::status(200).body(FaultBody::json(&odd)),
        Fault::status(200).body(FaultBody::json(&text_code)),
        Fault::status(429)
            .header("retry-after", "3600")
            .body(plain()),
    ]);
    faults.extend([400, 401, 403, 404, 500].map(|status| Fault::status(status).body(plain())));
    faults.extend([400, 401, 503].map(|status| Fault::status(status).body(worded())));
    faults
}

const FAULTS: usize = 25;

/// Runs a call into each fault, with an echo of the sent values. These values, and nothing else, are removed from the provider's message.
const ECHOES: [(&str, &[&str]); 2] = [
    ("logIn", &[USERNAME, PASSWORD]),
    (
        "sendInvitation",
        &[EMAIL, MOBILE, FIRST_NAME, LAST_NAME, VALUE, TOKEN],
    ),
];

#[tokio::test]
async fn nothing_planted_is_printed_or_logged() {
    let logs = CapturedLogs::of_the_process();
    let options = CustomerRadarOptions::default().credentials(USERNAME, PASSWORD);
    let sandbox = Sandbox::builder().customer_radar(options).start().await;
    let sandbox = sandbox.unwrap();
    let radar = sandbox.customer_radar();
    // A login that returns the planted token, which the server then refuses. That fault is tested, too.
    let token = serde_json::json!({ "token": TOKEN, "expiration": 1e300, "userName": USERNAME });
    let token = Fault::status(200).body(FaultBody::json(&token));
    for (operation, values) in ECHOES {
        let echo = format!("no {}", values.join(" "));
        let faults = faults(&echo);
        assert_eq!(faults.len(), FAULTS);
        for fault in faults {
            if operation == "sendInvitation" {
                radar.fault_on("logIn", token.clone().times(99)).unwrap();
            }
            radar.fault_on(operation, fault.times(99)).unwrap();
            every_call(&logs, sandbox_client(&sandbox)).await;
            radar.clear_faults();
        }
    }
    // First everything succeeds, and then the password is wrong.
    every_call(&logs, sandbox_client(&sandbox)).await;
    assert!(radar.applied_count() > 0);
    let wrong = Client::builder(USERNAME, format!("{PASSWORD}?"));
    every_call(&logs, wrong.base_url(radar.base_url())).await;

    of_connections(radar, async |base_url| {
        every_call(&logs, sandbox_client(&sandbox).base_url(base_url)).await;
    })
    .await;
    logs.assert_silent_about(
        &PLANTED,
        &[
            "sendInvitation",
            "logIn",
            "no credential could be obtained",
            "appears twice",
        ],
    );
}
