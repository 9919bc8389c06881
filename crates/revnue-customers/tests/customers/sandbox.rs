//! Complete sequences of calls against the sandbox, with every setting of its inferred behaviours.

use customer_api_core::retry::NeverRetry;
use std::time::Duration;

use customer_api_sandbox::{Fault, RevnueCustomer, RevnueOptions, RevnueWriteResponse};
use revnue_customers::{
    DeleteCustomer, Delivery, GetCustomer, NewField, NewTemplate, Nullable, ReplaceCustomer,
    SINGLE_COMPANY, UpdateCustomer,
};
use serde_json::Value;

use crate::support::start;

fn harbour() -> RevnueCustomer {
    RevnueCustomer::new(SINGLE_COMPANY, "Harbour Lane")
        .with("category", 17)
        .with("fax", "+1 505")
        .with("city", "Portland")
}

#[tokio::test]
async fn an_update_keeps_and_a_replacement_nulls_what_it_does_not_name() {
    let (sandbox, client) = start(RevnueOptions::default()).await;
    let id = sandbox.revnue().seed_customer(harbour());
    let template = NewTemplate::new(9, [NewField::new(4, "250000.00")]);
    let update = UpdateCustomer::new(id, SINGLE_COMPANY)
        .phone("+1 503")
        .fax(Nullable::Null)
        .template(template);
    let written = client.send(update).await.unwrap().unwrap();
    assert_eq!(
        (written.id, written.category.unwrap().id),
        (Some(id), Some(17))
    );

    let customer = client
        .send(GetCustomer::new(id, SINGLE_COMPANY))
        .await
        .unwrap();
    assert_eq!(customer.city.as_deref(), Some("Portland"));
    assert_eq!(customer.phone.as_deref(), Some("+1 503"));
    assert_eq!(customer.fax, None);
    let fields = customer.template.unwrap().fields;
    assert_eq!(
        fields["Field 4"].as_decimal_text().as_deref(),
        Some("250000.00")
    );

    let replace = ReplaceCustomer::new(id, SINGLE_COMPANY, "Harbour Lane Ltd").country(3);
    client.send(replace).await.unwrap();
    let kept = sandbox.revnue().customer(id).unwrap();
    assert_eq!(kept.field("name"), "Harbour Lane Ltd");
    assert_eq!(kept.field("country"), 3);
    for lost in ["city", "phone", "category", "template"] {
        assert_eq!(kept.field(lost), &Value::Null, "{lost}");
    }
    client.send(DeleteCustomer::new(id)).await.unwrap();
    let gone = client.send(DeleteCustomer::new(id)).await.unwrap_err();
    assert!(gone.is_not_found());
    assert_eq!(gone.message(), Some("Not found."));
    assert_eq!(sandbox.revnue().applied_count(), 3);
}

#[tokio::test]
async fn a_customer_of_another_company_is_out_of_reach() {
    let (sandbox, client) = start(RevnueOptions::default()).await;
    let id = sandbox.revnue().seed_customer(harbour());
    assert!(
        client
            .send(GetCustomer::new(id, 2))
            .await
            .unwrap_err()
            .is_not_found()
    );
    let update = client.send(UpdateCustomer::new(id, 2).city("x")).await;
    assert!(update.unwrap_err().is_not_found());
    let replace = client.send(ReplaceCustomer::new(id, 2, "x")).await;
    assert!(replace.unwrap_err().is_not_found());
    let delete = client.send(DeleteCustomer::new(id).company(2)).await;
    assert!(delete.unwrap_err().is_not_found());
    assert_eq!(sandbox.revnue().applied_count(), 0);
}

#[tokio::test]
async fn every_form_of_a_write_response_is_understood() {
    for response in [
        RevnueWriteResponse::ReadForm,
        RevnueWriteResponse::WriteForm,
        RevnueWriteResponse::EmptyBody,
    ] {
        let (sandbox, client) = start(RevnueOptions::default().write_response(response)).await;
        let id = sandbox.revnue().seed_customer(harbour());
        let update = UpdateCustomer::new(id, SINGLE_COMPANY).city("Salem");
        let written = client.send(update).await.unwrap();
        let category = written.map(|written| written.category.unwrap().id.unwrap());
        let expected = (response != RevnueWriteResponse::EmptyBody).then_some(17);
        assert_eq!(category, expected, "{response:?}");
    }
}

#[tokio::test]
async fn what_a_deployment_may_want_otherwise() {
    let options = RevnueOptions::default()
        .patch(false)
        .company_on_delete(true);
    let (sandbox, client) = start(options).await;
    let id = sandbox.revnue().seed_customer(harbour());
    let update = client.send(UpdateCustomer::new(id, 1).city("Salem")).await;
    assert_eq!(update.unwrap_err().status(), Some(405));
    let delete = client.send(DeleteCustomer::new(id)).await.unwrap_err();
    assert_eq!(delete.message(), Some("company is required"));
    client
        .send(DeleteCustomer::new(id).company(1))
        .await
        .unwrap();
    let methods: Vec<_> = sandbox
        .revnue()
        .requests()
        .into_iter()
        .map(|one| one.method)
        .collect();
    assert_eq!(methods, ["PATCH", "DELETE", "DELETE"]);
}

#[tokio::test]
async fn the_accounts_quota_refuses_and_a_refused_write_is_not_made() {
    let options = RevnueOptions::default().rate_limit(2, Duration::from_secs(60));
    let (sandbox, client) = start(options).await;
    let id = sandbox.revnue().seed_customer(harbour());
    for city in ["a", "b"] {
        client
            .send(UpdateCustomer::new(id, 1).city(city))
            .await
            .unwrap();
    }
    let call = client.call(UpdateCustomer::new(id, 1).city("c"));
    let error = call.retry(NeverRetry).send().await.unwrap_err();
    assert_eq!(
        (error.status(), error.delivery()),
        (Some(429), Delivery::Refused)
    );
    assert!((1..=60).contains(&error.retry_after().unwrap().as_secs()));
    let revnue = sandbox.revnue();
    assert_eq!((revnue.applied_count(), revnue.throttled_count()), (2, 1));
    assert_eq!(revnue.requests().len(), 3);
    sandbox.advance(Duration::from_secs(60));
    client
        .send(UpdateCustomer::new(id, 1).city("c"))
        .await
        .unwrap();
    assert_eq!(revnue.customer(id).unwrap().field("city"), "c");
}

#[tokio::test]
async fn a_read_comes_back_after_a_429() {
    let (sandbox, client) = start(RevnueOptions::default()).await;
    let id = sandbox.revnue().seed_customer(harbour());
    let throttled = Fault::status(429).header("retry-after", "0");
    sandbox.revnue().fault(throttled.times(2));
    let response = client
        .call(GetCustomer::new(id, 1))
        .response()
        .await
        .unwrap();
    assert_eq!(response.attempts(), 3);
}

#[cfg(feature = "undocumented")]
#[tokio::test]
async fn a_customer_is_created() {
    use revnue_customers::CreateCustomer;

    let (sandbox, client) = start(RevnueOptions::default()).await;
    let create = CreateCustomer::new(7, "Mill Road").category(17);
    let created = client.call(create).response().await.unwrap();
    assert_eq!(created.status(), 201);
    let id = created.into_value().unwrap().id.unwrap();
    let kept = sandbox.revnue().customer(id).unwrap();
    assert_eq!(
        (kept.company, kept.field("name")),
        (7, &Value::from("Mill Road"))
    );
}
