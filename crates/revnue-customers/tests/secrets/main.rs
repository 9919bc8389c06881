//! No token and nothing personal in anything that is printed, whatever fails. A program of its own, as its subscriber must see
//! everything.
#![cfg(test)]

mod captured_logs;

use std::{error::Error as StdError, time::Duration};

use captured_logs::CapturedLogs;
use customer_api_core::{operation::Operation, rate_limit::Unlimited, retry::ExponentialBackoff};
use customer_api_sandbox::{ConnectionFault, Fault, FaultBody, RevnueOptions, Sandbox};
use revnue_customers::{
    Client, ClientBuilder, DeleteCustomer, GetCustomer, ListCustomers, NewContactPerson, NewField,
    NewTemplate, ReplaceCustomer, Revnue, UpdateCustomer,
};
use tracing_subscriber::fmt::format::FmtSpan;

const TOKEN: &str = "planted-token-4711";
const NAME: &str = "Plantedname & Sons";
const EMAIL: &str = "planted.address@shop.example";
const PHONE: &str = "+64219998877";
const MOBILE: &str = "+64219998866";
const FAX: &str = "+64219998855";
const STREET: &str = "77 Planted Street";
const FLOOR: &str = "Planted Floor 3";
const ZIP: &str = "planted-97203";
const TEXT: &str = "planted \"text\" of a field";
const SUPPLEMENT: &str = "planted supplement";
const ADDITION: &str = "planted addition";
const AMOUNT: &str = "48151623420001.50";

/// What must not be seen: every planted value, in the spellings of text, JSON and URLs.
const PLANTED: [&str; 18] = [
    TOKEN,
    NAME,
    "Plantedname%20%26%20Sons",
    "Plantedname &amp; Sons",
    EMAIL,
    "planted.address%40shop.example",
    PHONE,
    "%2B64219998877",
    MOBILE,
    FAX,
    STREET,
    FLOOR,
    ZIP,
    TEXT,
    SUPPLEMENT,
    ADDITION,
    "planted \\\"text\\\" of a field",
    AMOUNT,
];

fn sandbox_client(sandbox: &Sandbox) -> ClientBuilder<Client> {
    Client::builder(TOKEN)
        .base_url(sandbox.revnue().base_url())
        .rate_limiter(Unlimited)
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .attempt_timeout(Duration::from_millis(200))
        .timeout(Duration::from_secs(10))
        .max_response_bytes(64 * 1024)
}

/// Makes a call and notes everything of it that can be printed.
async fn call<O: Operation<Service = Revnue> + std::fmt::Debug>(
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
        Err(error) => note(logs, &error),
    }
}

fn note(logs: &CapturedLogs, error: &(dyn StdError + 'static)) {
    logs.note(&format!("{error} {error:?} {error:#?}"));
    let mut source = error.source();
    while let Some(cause) = source {
        logs.note(&format!("{cause} {cause:?}"));
        source = cause.source();
    }
}

/// Sets every personal field but the name.
macro_rules! personal {
    ($operation:expr) => {
        $operation
            .contact_person(NewContactPerson::new().name(NAME).email(EMAIL))
            .address_line_1(STREET)
            .address_line_2(FLOOR)
            .zip_postal_code(ZIP)
            .phone(PHONE)
            .mobile(MOBILE)
            .fax(FAX)
            .general_description(TEXT)
            .supplementary_description(SUPPLEMENT)
            .additional_description(ADDITION)
            .template(NewTemplate::new(9, [NewField::new(1, AMOUNT)]))
    };
}

async fn every_call(logs: &CapturedLogs, builder: ClientBuilder<Client>) {
    let client = builder.build().unwrap();
    let client = &client;
    call(logs, client, ListCustomers::new(1)).await;
    call(logs, client, GetCustomer::new(1, 1)).await;
    call(logs, client, personal!(ReplaceCustomer::new(1, 1, NAME))).await;
    call(
        logs,
        client,
        personal!(UpdateCustomer::new(1, 1)).name(NAME),
    )
    .await;
    #[cfg(feature = "undocumented")]
    {
        let create = revnue_customers::CreateCustomer::new(1, NAME);
        call(logs, client, personal!(create)).await;
    }
    call(logs, client, DeleteCustomer::new(99)).await;
    let mut customers = client.customers(1);
    logs.note(&format!("{customers:?}"));
    match customers.next_page().await {
        Ok(page) => logs.note(&format!("{page:?}")),
        Err(error) => note(logs, &error),
    }
    logs.note(&format!("{customers:?}"));
}

/// The faults of a response. Those with a body echo what the request carried.
fn faults(echo: &str) -> Vec<Fault> {
    let json = || FaultBody::json(&serde_json::json!({ "detail": echo }));
    let fields = || FaultBody::json(&serde_json::json!({ "name": [echo], "phone": [echo] }));
    let customer = serde_json::json!({
        "id": 7,
        "name": echo,
        "contact_person": { "name": echo, "email": echo },
        "address_line_1": echo,
        "phone": echo,
        "general_description": echo,
        "template": { "id": 9, "fields": { "a": echo } },
    });
    let next = format!("https://{EMAIL}@elsewhere.example/?key={TOKEN}");
    let customers = serde_json::json!({ "next": next, "results": [customer] });
    let mut wrong = customer.clone();
    wrong["phone"] = serde_json::json!([echo]);
    let location = format!("https://{EMAIL}@elsewhere.example/x?key={TOKEN}#{EMAIL}");
    let mut faults = vec![
        Fault::none(),
        Fault::reset_while_reading(),
        Fault::reset_before_head(),
        Fault::close_before_head(),
        Fault::reset_after_head(),
        Fault::reset_mid_body(),
        Fault::truncated().processed(),
        Fault::oversized(100_000),
        Fault::hang(),
        Fault::redirect(307, location),
        Fault::status(200).body(FaultBody::text(echo)),
        Fault::status(200).body(FaultBody::html(echo)),
        Fault::status(200).body(FaultBody::json(&customer)),
        Fault::status(200).body(FaultBody::json(&serde_json::json!([wrong]))),
        Fault::status(200).body(FaultBody::json(&wrong)),
        Fault::status(200).body(FaultBody::json(&customers)),
        Fault::status(429)
            .header("retry-after", "3600")
            .body(json()),
    ];
    faults.extend([400, 401, 403, 404, 405, 500].map(|status| Fault::status(status).body(json())));
    faults.extend([400, 503].map(|status| Fault::status(status).body(fields())));
    faults
}

/// What a write sends, another value in every field, so that none is found by the name of another.
const SENT: &[&str] = &[
    NAME, EMAIL, PHONE, MOBILE, FAX, STREET, FLOOR, ZIP, TEXT, SUPPLEMENT, ADDITION, AMOUNT,
];

/// What each operation sends: the provider's words about it are scrubbed of that, and of nothing else.
const ECHOES: [(&str, &[&str]); 6] = [
    ("listCustomers", &[]),
    ("getCustomer", &[]),
    ("createCustomer", SENT),
    ("replaceCustomer", SENT),
    ("updateCustomer", SENT),
    ("deleteCustomer", &[]),
];

/// Lets every operation meet each fault, with an echo of its own request.
fn script(sandbox: &Sandbox, index: usize) -> bool {
    for (operation, values) in ECHOES {
        let echo = format!("no {} {TOKEN}", values.join(" "));
        let Some(fault) = faults(&echo).into_iter().nth(index) else {
            return false;
        };
        let fault = fault.times(99);
        sandbox.revnue().fault_on(operation, fault).unwrap();
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

    let options = RevnueOptions::default().token(TOKEN).no_rate_limit();
    let sandbox = Sandbox::builder().revnue(options).start().await.unwrap();
    let mut met = 0;
    while script(&sandbox, met) {
        every_call(&logs, sandbox_client(&sandbox)).await;
        sandbox.revnue().clear_faults();
        met += 1;
    }
    assert_eq!(met, 25);

    for fault in [ConnectionFault::reset(), ConnectionFault::garbage()] {
        sandbox.revnue().fault_connection(fault.times(999));
        every_call(&logs, sandbox_client(&sandbox)).await;
        let tls = sandbox.revnue().base_url().replace("http:", "https:");
        every_call(&logs, sandbox_client(&sandbox).base_url(tls)).await;
        sandbox.revnue().clear_faults();
    }
    sandbox.revnue().refuse_connections().await;
    every_call(&logs, sandbox_client(&sandbox)).await;
    let nowhere = sandbox_client(&sandbox).base_url("https://revnue.invalid");
    every_call(&logs, nowhere).await;

    let text = logs.text();
    // The spans are there, so that their silence proves something.
    for present in [
        "api.call",
        "http.request",
        "url.template",
        "replaceCustomer",
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
