//! Customers with a value that is not as documented.

use revnue_customers::{
    Customer, GetCustomer, ListCustomers, PagesErrorKind, Unreadable, UnreadableKind,
    UpdateCustomer,
};
use serde_json::json;

use crate::support::{answering, ok, scripted};

fn line(report: &Unreadable) -> String {
    format!("{:?} {} {}", report.kind(), report.path(), report.raw())
}

async fn list(body: &str) -> (Vec<Customer>, Vec<String>) {
    let call = answering(200, body).call(ListCustomers::new(1));
    let (page, unreadable) = call.response().await.unwrap().into_parts();
    (page.customers, unreadable.iter().map(line).collect())
}

#[tokio::test]
async fn one_odd_field_does_not_lose_the_list() {
    let body = r#"[
        {"id":1,"zip_postal_code":90210,"country":44,"category":7,"nda_signed":"yes"},
        {"id":2,"template":[],"contact_person":"Maya"},
        {"id":3,"template":{"id":"9","fields":[]},"name":{"first":"Maya"}},
        {"id":"4","name":"Quay"},
        {"id":5}]"#;
    let (customers, reports) = list(body).await;
    let ids: Vec<_> = customers.iter().map(|customer| customer.id).collect();
    assert_eq!(ids, [1, 2, 3, 5]);
    let [one, two, three, _] = &customers[..] else {
        unreachable!("there are four");
    };
    assert_eq!(one.zip_postal_code.as_deref(), Some("90210"));
    assert_eq!(one.country.as_deref(), Some("44"));
    assert_eq!(one.category.as_ref().unwrap().id, Some(7));
    assert_eq!(one.nda_signed, None);
    let template = two.template.as_ref().unwrap();
    assert_eq!((template.id, template.fields.len()), (None, 0));
    assert_eq!(two.contact_person, None);
    assert_eq!(three.template.as_ref().unwrap().id, Some(9));
    assert_eq!(
        reports,
        [
            "Coerced [0].zip_postal_code 90210",
            "Coerced [0].country 44",
            "Coerced [0].category 7",
            "TakenOut [0].nda_signed \"yes\"",
            "Coerced [1].template []",
            "TakenOut [1].contact_person \"Maya\"",
            "Coerced [2].template.id \"9\"",
            "Coerced [2].template.fields []",
            "TakenOut [2].name {\"first\":\"Maya\"}",
            "Record [3] {\"id\":\"4\",\"name\":\"Quay\"}",
        ]
    );
}

#[tokio::test]
async fn a_custom_field_keeps_its_digits_beside_an_odd_value() {
    let (customers, _) = list(
        r#"[{"id":1,"city":7,"template":{"fields":{"a":123456789012345678901234567890.10}}}]"#,
    )
    .await;
    let fields = &customers[0].template.as_ref().unwrap().fields;
    assert_eq!(fields["a"].json(), "123456789012345678901234567890.10");
}

#[tokio::test]
async fn what_is_strict_is_an_error_with_its_place() {
    for (body, place) in [
        (json!({ "results": null }), "results"),
        (
            json!({ "results": [{ "id": 1, "city": 7 }], "next": 7 }),
            "next",
        ),
        (
            json!({ "results": [{ "id": 1, "city": 7 }], "count": "1" }),
            "count",
        ),
    ] {
        let list = answering(200, &body.to_string()).send(ListCustomers::new(1));
        let error = list.await.unwrap_err();
        assert!(
            error.is_decode() && error.to_string().contains(place),
            "{error}"
        );
    }
    let get = answering(200, r#"{"city":7,"id":"4"}"#).send(GetCustomer::new(4, 1));
    let error = get.await.unwrap_err();
    assert!(error.to_string().contains("`id`"), "{error}");
}

#[tokio::test]
async fn a_written_customer_tells_what_of_it_could_not_be_read() {
    let body = r#"{"id":"17","name":7,"category":{"id":3},"country":[]}"#;
    let call = answering(200, body).call(UpdateCustomer::new(17, 1));
    let (written, unreadable) = call.response().await.unwrap().into_parts();
    let written = written.unwrap();
    assert_eq!((written.id, written.name.as_deref()), (Some(17), Some("7")));
    assert_eq!(written.category.unwrap().id, Some(3));
    assert_eq!(written.country, None);
    let lines: Vec<_> = unreadable.iter().map(line).collect();
    assert_eq!(
        lines,
        ["Coerced id \"17\"", "Coerced name 7", "TakenOut country []"]
    );
    for id in [r#""007""#, r#""+7""#, "1.5"] {
        let body = format!(r#"{{"id":{id}}}"#);
        let call = answering(200, &body).call(UpdateCustomer::new(17, 1));
        let (written, unreadable) = call.response().await.unwrap().into_parts();
        assert_eq!(written.unwrap().id, None);
        assert_eq!(unreadable[0].kind(), UnreadableKind::TakenOut);
    }
}

#[tokio::test]
async fn pages_tell_of_each_and_count_the_customers_that_can_not_be_read() {
    let (builder, _) = scripted([
        ok(&json!({ "count": 3, "next": "?company=1&page=2", "results": [{ "id": "a" }, { "id": 2 }] }).to_string()),
        ok(&json!({ "count": 3, "next": "", "results": [{ "id": null }] }).to_string()),
    ]);
    let mut customers = builder.build().unwrap().customers(1);
    let first = customers.next_page().await.unwrap().unwrap();
    assert_eq!((first.items.len(), first.unreadable().len()), (1, 1));
    assert_eq!(first.unreadable()[0].left_out(), Some(0));
    let second = customers.next_page().await.unwrap().unwrap();
    assert_eq!((second.items.len(), second.unreadable().len()), (0, 1));
    assert!(customers.next_page().await.unwrap().is_none());
    let progress = customers.progress();
    assert_eq!((progress.items, progress.unreadable), (1, 2));
}

#[tokio::test]
async fn an_empty_link_is_the_end_and_a_relative_one_leads_on() {
    for next in [
        "?company=1&page=2",
        "/api/v2/customer/?page=2",
        "//dashboard-api.revnue.com/api/v2/customer/?page=2",
    ] {
        let (builder, transport) = scripted([
            ok(&json!({ "next": next, "results": [{ "id": 1 }] }).to_string()),
            ok(&json!({ "next": "", "results": [{ "id": 2 }] }).to_string()),
        ]);
        let mut items = builder.build().unwrap().customers(1).into_items();
        let mut ids = Vec::new();
        while let Some(customer) = items.next_item().await.unwrap() {
            ids.push(customer.id);
        }
        assert_eq!(ids, [1, 2], "{next}");
        let request = &transport.requests()[1];
        assert_eq!(request.uri().path(), "/api/v2/customer/");
        assert!(request.uri().query().unwrap().contains("page=2"));
    }
}

#[tokio::test]
async fn a_proxy_that_ends_tls_is_named_with_the_setting() {
    let next = "http://dashboard-api.revnue.com/api/v2/customer/?page=2";
    let pages = || {
        scripted([
            ok(&json!({ "next": next, "results": [{ "id": 1 }] }).to_string()),
            ok(&json!({ "next": null, "results": [{ "id": 2 }] }).to_string()),
        ])
    };
    let (builder, transport) = pages();
    let error = builder
        .build()
        .unwrap()
        .customers(1)
        .next_page()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::ForeignLink);
    assert!(error.to_string().contains("rebase_links"), "{error}");
    assert_eq!(transport.requests().len(), 1);
    let (builder, _) = pages();
    let mut customers = builder.build().unwrap().customers(1).rebase_links(true);
    assert_eq!(customers.next_page().await.unwrap().unwrap().items[0].id, 1);
    assert_eq!(customers.next_page().await.unwrap().unwrap().items[0].id, 2);
}
