//! Customers with a value that is not as documented.

use helpdesk_customers::{
    Found, GetCustomer, ListCustomers, SearchByExternalId, Unreadable, UpdateCustomer,
};
use serde_json::json;

use crate::support::{answering, ok, scripted};

fn line(report: &Unreadable) -> String {
    format!("{:?} {} {}", report.kind(), report.path(), report.raw())
}

#[tokio::test]
async fn each_odd_value_of_a_list_is_reported_and_the_list_goes_on() {
    let body = r#"{"itemTotal":"4","items":[{"id":"42","external_primary_id":7,"firstname":true,"lastname":{}},7,{"id":"007","channels":{}},{"id":[7],"brand_name":1.5}]}"#;
    let call = answering(200, body).call(ListCustomers::new());
    let (page, unreadable) = call.response().await.unwrap().into_parts();
    assert_eq!(page.item_total, Some(4));
    let ids: Vec<_> = page.items.iter().map(|customer| customer.id).collect();
    assert_eq!(ids, [Some(42), None, None]);
    assert_eq!(page.items[0].firstname.as_deref(), Some("true"));
    let lines: Vec<_> = unreadable.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "Coerced itemTotal \"4\"",
            "Coerced items[0].id \"42\"",
            "Coerced items[0].external_primary_id 7",
            "Coerced items[0].firstname true",
            "TakenOut items[0].lastname {}",
            "Record items[1] 7",
            "TakenOut items[2].id \"007\"",
            "TakenOut items[2].channels {}",
            "TakenOut items[3].id [7]",
            "TakenOut items[3].brand_name 1.5",
        ]
    );
}

#[tokio::test]
async fn a_list_of_null_is_an_error_unless_the_total_is_none() {
    for (body, is_empty_page) in [
        (r#"{"items":null,"itemTotal":0}"#, true),
        (r#"{"items":null,"itemTotal":"0"}"#, true),
        (r#"{"items":null,"itemTotal":3}"#, false),
        (r#"{"items":null,"itemTotal":null}"#, false),
        (r#"{"items":null}"#, false),
        (r#"{"itemTotal":0}"#, false),
        (r#"{"items":{},"itemTotal":0}"#, false),
        (r#"{"items":[],"itemTotal":"x"}"#, false),
        (r#"{"items":[],"itemTotal":"00"}"#, false),
        (r#"{"items":[],"itemStart":[]}"#, false),
        (r#"{"items":[],"type":7}"#, false),
    ] {
        let page = answering(200, body).send(ListCustomers::new()).await;
        assert_eq!(
            page.is_ok_and(|page| page.items.is_empty()),
            is_empty_page,
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_element_that_is_no_customer_has_its_place_in_the_list() {
    let page =
        |items: serde_json::Value| ok(&json!({ "items": items, "itemTotal": 4 }).to_string());
    let (builder, transport) = scripted([
        page(json!([7, null])),
        page(json!([{ "id": 1 }, { "id": 2 }])),
        page(json!([])),
    ]);
    let mut customers = builder.build().unwrap().customers().page_size(2);
    let first = customers.next_page().await.unwrap().unwrap();
    assert_eq!((first.items.len(), first.unreadable().len()), (0, 2));
    let second = customers.next_page().await.unwrap().unwrap();
    assert_eq!((second.items.len(), second.unreadable().len()), (2, 0));
    assert!(customers.next_page().await.unwrap().is_none());
    let query = transport.requests()[1].uri().query().unwrap().to_owned();
    assert!(query.contains("itemStart=2"), "{query}");
}

#[tokio::test]
async fn a_strict_client_takes_none_of_it() {
    for body in [
        r#"{"items":[{"id":"42"}]}"#,
        r#"{"items":[7]}"#,
        r#"{"items":[{"firstname":{}}]}"#,
        r#"{"items":[],"itemTotal":"0"}"#,
    ] {
        let (builder, _) = scripted([ok(body)]);
        let client = builder.strict_responses(true).build().unwrap();
        assert!(
            client
                .send(ListCustomers::new())
                .await
                .unwrap_err()
                .is_decode(),
            "{body}"
        );
    }
}

#[tokio::test]
async fn one_customer_and_a_search_tell_it_too() {
    let body = r#"{"item":{"id":"42","lastname":[]}}"#;
    let expected = ["Coerced item.id \"42\"", "TakenOut item.lastname []"];
    let get = answering(200, body)
        .call(GetCustomer::new(42))
        .response()
        .await
        .unwrap();
    assert_eq!(
        get.unreadable().iter().map(line).collect::<Vec<_>>(),
        expected
    );
    let search = answering(200, body)
        .call(SearchByExternalId::new("c", 1))
        .response()
        .await
        .unwrap();
    assert_eq!(
        search.unreadable().iter().map(line).collect::<Vec<_>>(),
        expected
    );
    let get = answering(200, "7")
        .call(GetCustomer::new(42))
        .response()
        .await
        .unwrap();
    assert_eq!(
        get.unreadable().iter().map(line).collect::<Vec<_>>(),
        ["TakenOut  7"]
    );
    let get = answering(200, r#"{"item":7}"#)
        .call(GetCustomer::new(42))
        .response()
        .await
        .unwrap();
    assert_eq!(
        get.unreadable().iter().map(line).collect::<Vec<_>>(),
        ["TakenOut item 7"]
    );
    let write = answering(200, r#"{"message":{}}"#)
        .call(UpdateCustomer::new(1, 1))
        .response()
        .await
        .unwrap();
    assert_eq!(
        write.unreadable().iter().map(line).collect::<Vec<_>>(),
        ["TakenOut message {}"]
    );
}

/// A total that is not a number does not mean that there is no such customer. Otherwise a customer would be created a second time.
#[tokio::test]
async fn an_empty_list_with_a_total_that_makes_no_sense_is_unclear() {
    for total in ["\"x\"", "[]", "true", "\"00\"", "-1"] {
        let body = format!(r#"{{"items":[],"itemTotal":{total}}}"#);
        let found = answering(200, &body)
            .send(SearchByExternalId::new("c", 1))
            .await
            .unwrap();
        assert!(matches!(found, Found::Unclear(_)), "{total}");
    }
}
