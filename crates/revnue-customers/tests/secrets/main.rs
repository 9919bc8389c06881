//! Nothing that is printed contains a token or personal data, whatever fails. This test is a separate program because its subscriber
//! must see everything.
#![cfg(test)]

use std::time::Duration;

use customer_api_core::{rate_limit::Unlimited, retry::ExponentialBackoff};
use customer_api_sandbox::{Fault, FaultBody, RevnueOptions, Sandbox};
use revnue_customers::{
    Client, ClientBuilder, DeleteCustomer, GetCustomer, ListCustomers, NewContactPerson, NewField,
    NewTemplate, ReplaceCustomer, UpdateCustomer,
};
use testkit::{
    CapturedLogs,
    faults::{of_any_server, of_connections},
};

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

/// Values that must not appear: every planted value, as text, in JSON and in URLs.
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

/// Sets every personal field except the name.
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
    logs.note_call(client, ListCustomers::new(1)).await;
    logs.note_call(client, GetCustomer::new(1, 1)).await;
    logs.note_call(client, personal!(ReplaceCustomer::new(1, 1, NAME)))
        .await;
    logs.note_call(client, personal!(UpdateCustomer::new(1, 1)).name(NAME))
        .await;
    #[cfg(feature = "undocumented")]
    {
        let create = revnue_customers::CreateCustomer::new(1, NAME);
        logs.note_call(client, personal!(create)).await;
    }
    logs.note_call(client, DeleteCustomer::new(99)).await;
    let mut customers = client.customers(1);
    logs.note(format_args!("{customers:?}"));
    logs.note_outcome(&customers.next_page().await);
    logs.note(format_args!("{customers:?}"));
}

/// Returns the faults of a response. Faults with a body echo the content of the request.
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
    let mut faults = of_any_server(echo, &location);
    faults.extend([
        Fault::status(200).body(FaultBody::json(&customer)),
        Fault::status(200).body(FaultBody::json(&serde_json::json!([wrong]))),
        Fault::status(200).body(FaultBody::json(&wrong)),
        Fault::status(200).body(FaultBody::json(&customers)),
        Fault::status(429)
            .header("retry-after", "3600")
            .body(json()),
    ]);
    faults.extend([400, 401, 403, 404, 405, 500].map(|status| Fault::status(status).body(json())));
    faults.extend([400, 503].map(|status| Fault::status(status).body(fields())));
    faults
}

/// The values that a write sends. Every field has a different value, so that no value is found under the name of another field.
const SENT: &[&str] = &[
    NAME, EMAIL, PHONE, MOBILE, FAX, STREET, FLOOR, ZIP, TEXT, SUPPLEMENT, ADDITION, AMOUNT,
];

/// The values that each operation sends. The provider's message is scrubbed of these values, and of nothing else.
const ECHOES: [(&str, &[&str]); 6] = [
    ("listCustomers", &[]),
    ("getCustomer", &[]),
    ("createCustomer", SENT),
    ("replaceCustomer", SENT),
    ("updateCustomer", SENT),
    ("deleteCustomer", &[]),
];

/// Sets up each fault for every operation, with an echo of the operation's own request.
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
    let logs = CapturedLogs::of_the_process();
    let options = RevnueOptions::default().token(TOKEN).no_rate_limit();
    let sandbox = Sandbox::builder().revnue(options).start().await.unwrap();
    let mut met = 0;
    while script(&sandbox, met) {
        every_call(&logs, sandbox_client(&sandbox)).await;
        sandbox.revnue().clear_faults();
        met += 1;
    }
    assert_eq!(met, 25);

    of_connections(sandbox.revnue(), async |base_url| {
        every_call(&logs, sandbox_client(&sandbox).base_url(base_url)).await;
    })
    .await;
    logs.assert_silent_about(&PLANTED, &["replaceCustomer"]);
}
