//! The sandbox's console in a real browser, beside a client of this project.
#![cfg(unix)]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests may stop at the first surprise"
)]

mod browser;

use std::{fs, path::PathBuf};

use customer_api_core::error::Delivery;
use customer_api_sandbox::Sandbox;
use fantoccini::Locator;
use ravelin_labels::{LabelCustomer, PaymentFraudReview};
use serde_json::json;

use browser::Browser;

const ROW: &str = "[data-test=\"request-row\"]";

async fn sandbox() -> (Sandbox, String) {
    let sandbox = Sandbox::builder().admin(0).start().await.unwrap();
    let url = sandbox.admin_url().unwrap().to_owned();
    (sandbox, url)
}

fn client(sandbox: &Sandbox) -> ravelin_labels::Client {
    let server = sandbox.ravelin();
    let client = ravelin_labels::Client::builder(server.secret_key()).base_url(server.base_url());
    client.build().unwrap()
}

fn label(customer: &str) -> LabelCustomer {
    LabelCustomer::payment_fraud(customer, PaymentFraudReview::Fraudster)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tester_loses_an_answer_and_finds_what_was_applied() {
    let (sandbox, url) = sandbox().await;
    let Some(browser) = Browser::start(false).await else {
        return;
    };
    let page = &browser.client;
    page.goto(&format!("{url}/#/requests")).await.unwrap();
    browser.shows("[data-test=\"live-state\"]", "Live").await;
    // A request appears while the page is open.
    let ravelin = client(&sandbox);
    ravelin.send(label("cust-1")).await.unwrap();
    browser.shows(ROW, "labelCustomer").await;
    // The request opens, and its answer is lost the next time.
    browser.click("request-row").await;
    browser
        .shows("[data-test=\"request-panel\"]", "PAYMENT_FRAUD")
        .await;
    browser.click("lose-next").await;
    browser.find("toast").await;
    let error = ravelin.send(label("cust-2")).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(sandbox.ravelin().reviews("cust-2").len(), 1);
    browser.shows(ROW, "Reset before the response").await;
    browser.shows("[data-test=\"tab-requests\"]", "2").await;
    // The fault is done.
    browser.click("tab-faults").await;
    browser
        .shows("[data-test=\"struck-row\"]", "labelCustomer")
        .await;
    assert_eq!(browser.count("[data-test=\"fault-row\"]").await, 0);
    quiet(&browser, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_are_scripted_by_a_form_that_names_mistakes() {
    let (sandbox, url) = sandbox().await;
    let Some(browser) = Browser::start(false).await else {
        return;
    };
    browser
        .client
        .goto(&format!("{url}/#/faults"))
        .await
        .unwrap();
    browser.find("fault-form").await;
    let kind = browser.find("fault-kind").await;
    kind.select_by_value("hang").await.unwrap();
    let delay = browser.find("fault-delay").await;
    delay.send_keys("soon").await.unwrap();
    browser.click("fault-add").await;
    browser.shows(".field-error", "500ms").await;
    assert_eq!(pending(&sandbox), 0);
    delay.clear().await.unwrap();
    browser.click("fault-add").await;
    browser.find("fault-row").await;
    assert_eq!(pending(&sandbox), 1);
    // The button lies below the head of the page, which stays.
    let top = "window.scrollTo(0, 0)";
    browser.client.execute(top, Vec::new()).await.unwrap();
    browser.click("fault-remove").await;
    browser.gone("[data-test=\"fault-row\"]").await;
    assert_eq!(pending(&sandbox), 0);
    // The browser itself notes the response of the API to the mistake.
    let messages = browser.messages().await;
    let is_refusal = |message: &serde_json::Value| message["source"] == "network";
    assert!(
        messages.len() == 1 && messages.iter().all(is_refusal),
        "{messages:?}"
    );
}

fn pending(sandbox: &Sandbox) -> usize {
    sandbox.ravelin().pending_faults()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outbox_is_searched_and_a_body_is_never_markup() {
    let (sandbox, url) = sandbox().await;
    let Some(browser) = Browser::start(false).await else {
        return;
    };
    let attack =
        "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>";
    let message = |id: u64, email: &str, name: &str| {
        json!({
            "data": id.to_string(), "client_display_id": "client-1", "programme_display_id": "programme-1",
            "location_display_id": "location-1", "email": email, "first_name": name,
            "metadata": [[attack, attack]], "by_email": true, "by_sms": false, "sent_at": "2026-01-02T03:04:05Z",
        })
    };
    let outbox = [
        message(1, "ana@shop.example", attack),
        message(2, "bo@shop.example", "Bo"),
        message(3, "ana@shop.example", "Ana"),
    ];
    let review = json!({ "customer_id": attack, "label": attack, "comment": attack, "timestamp": "2026-01-02T03:04:05Z" });
    sandbox
        .seed(json!({ "customer-radar": { "outbox": outbox }, "ravelin": { "reviews": [review] } }))
        .unwrap();
    let page = &browser.client;
    page.goto(&format!("{url}/#/outbox")).await.unwrap();
    browser
        .shows("[data-test=\"outbox-message\"]", "bo@shop.example")
        .await;
    browser
        .shows("[data-test=\"outbox-message\"]", attack)
        .await;
    browser
        .find("outbox-search")
        .await
        .send_keys("bo@shop")
        .await
        .unwrap();
    browser
        .gone("[data-test=\"outbox-message\"][data-to=\"ana@shop.example\"]")
        .await;
    assert_eq!(browser.count("[data-test=\"outbox-message\"]").await, 1);
    browser.click("tab-records").await;
    browser.shows("[data-test=\"view-records\"]", "<img").await;
    assert_ne!(page.title().await.unwrap(), "broken");
    assert_eq!(browser.count("main img, main script").await, 0);
    quiet(&browser, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_requests_are_a_few_rows_in_the_page() {
    let sandbox = Sandbox::builder()
        .admin(0)
        .kept_requests(10_000)
        .start()
        .await
        .unwrap();
    let url = sandbox.admin_url().unwrap().to_owned();
    let Some(browser) = Browser::start(false).await else {
        return;
    };
    let ravelin = client(&sandbox);
    for _ in 0..10_010 {
        let read = ravelin_labels::LastReview::new("cust-1");
        ravelin.send(read).await.unwrap();
    }
    let page = &browser.client;
    page.goto(&format!("{url}/#/requests")).await.unwrap();
    browser
        .shows("[data-test=\"requests-count\"]", "10,000")
        .await;
    let rows = browser.count(ROW).await;
    assert!((5..200).contains(&rows), "{rows} rows");
    // The page says what it no longer has.
    browser.shows("[data-test=\"dropped\"]", "10").await;
    // The other end of the list is one jump away.
    let jump = "for (const one of document.querySelectorAll('*')) if (one.scrollHeight > 100000) one.scrollTop = one.scrollHeight";
    page.execute(jump, Vec::new()).await.unwrap();
    browser.css(&format!("{ROW}[data-id=\"11\"]")).await;
    quiet(&browser, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_view_is_shown_in_both_colours() {
    // Pictures for a person to look at.
    let folder = std::env::var_os("CARGO_TARGET_TMPDIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let folder = folder.join("console");
    fs::create_dir_all(&folder).unwrap();
    for (colours, is_dark) in [("light", false), ("dark", true)] {
        let (sandbox, url) = sandbox().await;
        let Some(browser) = Browser::start(is_dark).await else {
            return;
        };
        let ravelin = client(&sandbox);
        for customer in 0..30 {
            ravelin
                .send(label(&format!("cust-{customer}")))
                .await
                .unwrap();
        }
        let page = &browser.client;
        for view in ["overview", "requests", "outbox", "records", "faults"] {
            page.goto(&format!("{url}/#/{view}")).await.unwrap();
            browser
                .css(&format!("[data-test=\"view-{view}\"]:not([hidden])"))
                .await;
            browser.shows("[data-test=\"live-state\"]", "Live").await;
            let selected = page
                .find(Locator::Css("[role=tab][aria-selected=true]"))
                .await
                .unwrap();
            let name = selected.attr("data-test").await.unwrap();
            assert_eq!(name.as_deref(), Some(&*format!("tab-{view}")));
            let picture = page.screenshot().await.unwrap();
            fs::write(folder.join(format!("{view}-{colours}.png")), picture).unwrap();
        }
        quiet(&browser, &url).await;
    }
}

/// Checks that the page wrote no message and asked nobody else.
async fn quiet(browser: &Browser, url: &str) {
    let messages = browser.messages().await;
    assert!(messages.is_empty(), "{messages:?}");
    let requests = browser.requests().await;
    assert!(requests.len() > 3, "{requests:?}");
    for request in requests {
        let is_own = request.starts_with(&format!("{url}/")) || request.starts_with("data:");
        assert!(is_own, "{request}");
    }
}
