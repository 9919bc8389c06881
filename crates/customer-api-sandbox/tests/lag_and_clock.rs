//! Reads that lag, and clocks that differ, on the servers that have them.

#![expect(
    clippy::disallowed_methods,
    reason = "the machine's clock is what the sandbox's is compared with"
)]

mod common;

use std::time::{Duration, SystemTime};

use common::helpdesk::started;
use common::radar::Radar;
use common::revnue::{self, UPDATE};
use common::{Client, LABEL, LABEL_PATH};
use customer_api_sandbox::{
    CustomerRadarOptions, OmnideskCustomer, OmnideskOptions, RevnueCustomer, RevnueOptions, Sandbox,
};
use serde_json::Value;

const LAG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn the_reads_of_omnidesk_show_a_write_late() {
    let (sandbox, mut desk) = started(OmnideskOptions::default().shown_after(LAG)).await;
    let omnidesk = sandbox.omnidesk();
    let id = omnidesk.seed_customer(OmnideskCustomer::new(1, "cust-1").with_names("Ana", "Lopez"));
    let path = format!("/{id}");
    desk.put(&path, &[("brandID", "1"), ("firstname", "Anna")])
        .await;
    let fields = &[("primaryID", "cust-2"), ("brandID", "1")];
    let names = &[("firstname", "Ben"), ("lastname", "Okoro")];
    desk.post("/createCustomerCRUD", &[&fields[..], &names[..]].concat())
        .await;
    assert_eq!(omnidesk.applied_count(), 2);
    // Seeded without a request, and shown immediately.
    omnidesk.seed_customer(OmnideskCustomer::new(1, "cust-3"));

    for (is_shown, advance) in [(false, LAG), (true, Duration::ZERO)] {
        let name = desk.get(&path).await.json()["item"]["firstname"].clone();
        assert_eq!(name, if is_shown { "Anna" } else { "Ana" });
        let total = desk.get("").await.json()["itemTotal"].clone();
        assert_eq!(total, 2 + u64::from(is_shown));
        let search = &[("primary_id", "cust-2"), ("brand_id", "1")];
        let found = desk.post("/SearchByPrimaryExternalID", search).await;
        let found = found.json()["items"].as_array().map(Vec::len);
        assert_eq!(found, Some(usize::from(is_shown)));
        sandbox.advance(advance);
    }
    omnidesk.remove_customer(id);
    assert_eq!(desk.get(&path).await.status, Some(400));
}

#[tokio::test]
async fn the_reads_of_revnue_show_a_write_late() {
    let sandbox = revnue::started(RevnueOptions::default().shown_after(LAG)).await;
    let revnue = sandbox.revnue();
    let id = revnue::seed(&sandbox);
    revnue::call(&sandbox, "PATCH", &revnue::path(id), UPDATE).await;
    sandbox.advance(LAG / 2);
    revnue::call(&sandbox, "DELETE", &revnue::path(id), "").await;
    let other = revnue.seed_customer(RevnueCustomer::new(1, "Mill Road"));
    let ids = |list: &Value| {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["id"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    for (city, all) in [
        (Some(Value::Null), vec![id, other]),
        (Some("Nadi".into()), vec![id, other]),
        (None, vec![other]),
    ] {
        let response = revnue::read(&sandbox, id).await;
        assert_eq!(
            response.status,
            Some(if city.is_some() { 200 } else { 404 })
        );
        assert_eq!(response.json().get("city"), city.as_ref());
        let list = revnue::call(&sandbox, "GET", "/api/v2/customer/?company=1", "").await;
        assert_eq!(ids(&list.json()), all);
        sandbox.advance(LAG / 2);
    }
}

fn hour() -> Duration {
    Duration::from_secs(3_600)
}

#[tokio::test]
async fn every_server_dates_its_responses_and_its_refusals() {
    let sandbox = Sandbox::builder()
        .stepped_clock(common::sample_time(), Duration::ZERO)
        .clock_ahead(hour())
        .start()
        .await
        .unwrap();
    for (url, path) in [
        (sandbox.ravelin().base_url(), "/v2/label/customer/a"),
        (sandbox.omnidesk().base_url(), "/api/v2/customer/1"),
        (sandbox.revnue().base_url(), "/api/v2/customer/1/?company=1"),
        (sandbox.customer_radar().base_url(), "/auth/login"),
    ] {
        // Three requests have a wrong key, and one a wrong method.
        let mut client = Client::connect(url).await;
        client.send("GET", path, &[], "").await;
        let response = client.response().await;
        let date = response.header("date");
        // A stepped clock has its own start.
        assert_eq!(date, Some("Thu, 23 Jan 2020 16:33:02 GMT"), "{path}");
    }
}

#[tokio::test]
async fn with_the_switch_off_there_is_no_date() {
    let radar = Radar::start(CustomerRadarOptions::default().dates(false)).await;
    assert_eq!(radar.log_in("a", "b").await.header("date"), None);
}

#[tokio::test]
async fn a_clock_that_runs_dates_records_and_responses_ahead_or_behind() {
    for is_ahead in [true, false] {
        let builder = if is_ahead {
            Sandbox::builder().clock_ahead(hour())
        } else {
            Sandbox::builder().clock_behind(hour())
        };
        let sandbox = builder.start().await.unwrap();
        let shifted = |time: SystemTime| {
            let time = if is_ahead {
                time + hour()
            } else {
                time - hour()
            };
            let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
            i64::try_from(since.as_secs()).unwrap()
        };
        let before = shifted(SystemTime::now());
        let mut client = Client::connect(sandbox.ravelin().base_url()).await;
        let response = client.call("POST", LABEL_PATH, LABEL).await;
        let after = shifted(SystemTime::now());
        let date = response.header("date").unwrap();
        let date = jiff::fmt::rfc2822::parse(date).unwrap().timestamp();
        assert!((before..=after).contains(&date.as_second()));
        let review = &sandbox.ravelin().reviews("cust-1")[0];
        let time: jiff::Timestamp = review.timestamp.parse().unwrap();
        assert!((before..=after).contains(&time.as_second()));
    }
}
