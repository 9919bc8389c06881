//! Another writer between a request and the next one, on every server.

mod common;

use std::time::Duration;

use common::helpdesk::started;
use common::radar::{Radar, invitation, recipient};
use common::revnue::{self, UPDATE};
use common::{Client, LABEL, LABEL_PATH, sandbox};
use customer_api_sandbox::{
    CustomerRadarOptions, ExistingId, Fault, Later, OmnideskCustomer, OmnideskOptions,
    RavelinOptions, RevnueOptions, SecondWriter,
};

#[tokio::test]
async fn a_colleague_labels_the_customer_too() {
    for is_processed in [true, false] {
        let sandbox = sandbox(RavelinOptions::default()).await;
        let ravelin = sandbox.ravelin();
        let fault = Fault::reset_before_head()
            .second_writer(SecondWriter::same())
            .second_writer(SecondWriter::same().set("review", "GENUINE"));
        let fault = if is_processed {
            fault.processed()
        } else {
            fault
        };
        ravelin.fault_on("labelCustomer", fault).unwrap();
        let mut client = Client::connect(ravelin.base_url()).await;
        client.call("POST", LABEL_PATH, LABEL).await;

        let reviews = ravelin.reviews("cust-1");
        let labels: Vec<_> = reviews.iter().map(|review| &*review.label).collect();
        if is_processed {
            assert_eq!(labels, ["FRAUDSTER", "FRAUDSTER", "GENUINE"]);
            // The clock steps with every write, so the second writers come after the request.
            assert!(reviews[0].timestamp < reviews[1].timestamp);
        } else {
            assert_eq!(labels, ["FRAUDSTER", "GENUINE"]);
        }
        // The log contains only what clients sent.
        assert_eq!(ravelin.requests().len(), 1);
        assert_eq!(ravelin.requests()[0].applied, is_processed);
        assert_eq!(ravelin.applied_count(), 2 + usize::from(is_processed));
    }
}

#[tokio::test]
async fn nobody_follows_a_request_that_is_refused() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let ravelin = sandbox.ravelin();
    ravelin.fault(Fault::none().second_writer(SecondWriter::same()));
    let mut client = Client::connect(ravelin.base_url()).await;
    let response = client.call("POST", LABEL_PATH, "{}").await;
    assert_eq!(response.status, Some(400));
    assert_eq!(ravelin.applied_count(), 0);
}

#[tokio::test]
async fn another_agent_changes_the_customer_or_creates_a_namesake() {
    let options = OmnideskOptions::default().existing_id(ExistingId::CreateAnother);
    let (sandbox, mut desk) = started(options).await;
    let omnidesk = sandbox.omnidesk();
    let id = omnidesk.seed_customer(OmnideskCustomer::new(1, "cust-1").with_names("Ana", "Lopez"));
    let bea = SecondWriter::same().set("firstname", "Bea");
    omnidesk.fault(Fault::none().second_writer(bea));
    let path = format!("/{id}");
    let fields = &[("brandID", "1"), ("firstname", "Anna"), ("lastname", "Lee")];
    desk.put(&path, fields).await;
    let customer = omnidesk.customer(id).unwrap();
    assert_eq!(
        (&*customer.first_name, &*customer.last_name),
        ("Bea", "Lee")
    );

    let namesake = Fault::none().second_writer(SecondWriter::same().unset("lastname"));
    omnidesk.fault_on("createCustomer", namesake).unwrap();
    let fields = &[
        ("brand_id", "1"),
        ("primary_id", "cust-2"),
        ("firstname", "Ben"),
        ("lastname", "Okoro"),
    ];
    desk.post("", fields).await;
    let names: Vec<_> = omnidesk.customers().into_iter().skip(1).collect();
    let names: Vec<_> = names
        .iter()
        .map(|one| (&*one.first_name, &*one.last_name))
        .collect();
    assert_eq!(names, [("Ben", "Okoro"), ("Ben", "")]);
}

#[tokio::test]
async fn another_manager_comes_before_the_write_that_is_late() {
    let sandbox = revnue::started(RevnueOptions::default()).await;
    let revnue = sandbox.revnue();
    let id = revnue::seed(&sandbox);
    let labasa = SecondWriter::same().set("city", "Labasa");
    let overtaken = Fault::status(503)
        .processed_later(Later::Requests(2))
        .second_writer(labasa);
    revnue.fault_on("updateCustomer", overtaken).unwrap();
    revnue::call(&sandbox, "PATCH", &revnue::path(id), UPDATE).await;
    let city = || revnue.customer(id).unwrap().field("city").clone();
    assert_eq!(city(), "Labasa");
    for expected in ["Labasa", "Nadi"] {
        let response = revnue::read(&sandbox, id).await;
        assert_eq!(response.json()["city"], expected);
    }
    assert_eq!(revnue.applied_count(), 2);
}

#[tokio::test]
async fn another_shop_invites_the_same_person_later() {
    let radar = Radar::start(CustomerRadarOptions::default()).await;
    let minute = Duration::from_secs(60);
    let other = SecondWriter::same().later(Later::After(minute));
    let fault = Fault::none().second_writer(other);
    radar.server().fault_on("sendInvitation", fault).unwrap();
    radar.invite(&invitation(&[recipient("a@b.example")])).await;
    assert_eq!(radar.emails(), ["a@b.example"]);
    assert_eq!(radar.server().pending_writes(), 1);
    radar.sandbox.advance(2 * minute);
    assert_eq!(radar.emails(), ["a@b.example", "a@b.example"]);
    let outbox = radar.server().outbox();
    let between = outbox[1].sent_at.duration_since(outbox[0].sent_at);
    assert_eq!(between.unwrap(), minute);
}
