//! The results of responses: customers, lists in every form, and the responses of writes.

use revnue_customers::{
    ContactType, Customer, CustomerPage, DeleteCustomer, Error, GetCustomer, ListCustomers,
    ReplaceCustomer, UpdateCustomer, WrittenCustomer,
};

use crate::support::{CUSTOMER, answering};

async fn get(body: &str) -> Result<Customer, Error> {
    answering(200, body).send(GetCustomer::new(4211, 1)).await
}

async fn list(body: &str) -> Result<CustomerPage, Error> {
    answering(200, body).send(ListCustomers::new(1)).await
}

async fn write(status: u16, body: &str) -> Result<Option<WrittenCustomer>, Error> {
    let update = UpdateCustomer::new(4211, 1);
    answering(status, body).send(update).await
}

#[tokio::test]
async fn the_providers_customer_is_read_and_written_back_exactly() {
    let customer = get(CUSTOMER).await.unwrap();
    assert_eq!(customer.id, 4211);
    assert_eq!(customer.name.as_deref(), Some("Harbour Lane Logistics Ltd"));
    let category = customer.category.as_ref().unwrap();
    assert_eq!(
        (category.id, category.name.as_deref()),
        (Some(17), Some("Freight and storage"))
    );
    let person = customer.contact_person.as_ref().unwrap();
    assert_eq!(person.email.as_deref(), Some("maya.okafor@example.com"));
    assert_eq!(person.contact_type, Some(ContactType::AccountManagement));
    assert_eq!(customer.country.as_deref(), Some("United States"));
    assert_eq!(
        customer.website.as_deref(),
        Some("https://harbourlane.example.com")
    );
    assert_eq!(
        (customer.nda_signed, customer.msa_signed),
        (Some(true), Some(true))
    );
    assert_eq!(customer.nda_signed_date.as_deref(), Some("2023-04-17"));
    let template = customer.template.as_ref().unwrap();
    assert_eq!(template.id, Some(9));
    assert_eq!(template.fields["Sites served"].as_i64(), Some(12));
    assert_eq!(
        template.fields["Account tier"].as_str().as_deref(),
        Some("Gold")
    );
    assert_eq!(
        template.fields["Yearly volume"]
            .as_decimal_text()
            .as_deref(),
        Some("250000.00")
    );
    let squeezed = |text: &str| -> serde_json::Value { serde_json::from_str(text).unwrap() };
    let written = serde_json::to_string(&customer).unwrap();
    assert_eq!(squeezed(&written), squeezed(CUSTOMER));
}

#[tokio::test]
async fn everything_but_the_id_may_be_null_or_missing() {
    let bare = get(r#"{"id":1}"#).await.unwrap();
    let object: serde_json::Value = serde_json::from_str(CUSTOMER).unwrap();
    let mut nulls = serde_json::json!({ "id": 1, "unknown": [{}] });
    for name in object
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| *name != "id")
    {
        nulls[name] = serde_json::Value::Null;
    }
    assert_eq!(get(&nulls.to_string()).await.unwrap(), bare);
    let inner = r#"{"id":1,"category":{"id":null},"contact_person":{"type":"legal"},"template":{"fields":null}}"#;
    let inner = get(inner).await.unwrap();
    assert_eq!(inner.category.unwrap().id, None);
    let kind = inner.contact_person.unwrap().contact_type.unwrap();
    assert_eq!(kind.as_str(), "legal");
    assert!(inner.template.unwrap().fields.is_empty());
}

#[tokio::test]
async fn what_is_no_customer_is_an_error() {
    for (body, path) in [
        ("", ""),
        ("null", ""),
        ("[]", ""),
        ("[4211]", ""),
        ("{}", ""),
        (r#"{"id":null}"#, "id"),
        (r#"{"id":"1","category":17}"#, "id"),
        ("<html>", ""),
    ] {
        let error = get(body).await.unwrap_err();
        assert!(error.is_decode(), "{body}");
        assert!(error.to_string().contains(path), "{body}: {error}");
        assert_eq!(error.body(), Some(body.as_bytes()));
    }
}

#[tokio::test]
async fn a_list_is_an_array_or_an_envelope() {
    for body in [
        format!("[{CUSTOMER}]"),
        format!("\u{feff} [{CUSTOMER}]"),
        format!(r#"{{"results":[{CUSTOMER}]}}"#),
        format!(r#"{{"count":1,"next":null,"previous":null,"results":[{CUSTOMER}]}}"#),
    ] {
        let page = list(&body).await.unwrap();
        assert_eq!(page.customers, [get(CUSTOMER).await.unwrap()], "{body}");
        assert_eq!(page.next, None);
    }
    for body in ["[]", r#"{"results":[]}"#] {
        assert!(list(body).await.unwrap().customers.is_empty());
    }
    let page = list(r#"{"count":7,"next":"https://x.example/?cursor=1","results":[]}"#);
    let page = page.await.unwrap();
    assert_eq!(page.next.as_deref(), Some("https://x.example/?cursor=1"));
    assert_eq!(page.count, Some(7));
    assert!(!format!("{page:?}").contains("cursor"));
}

#[tokio::test]
async fn any_other_shape_is_no_empty_list() {
    for body in [
        "",
        "null",
        "{}",
        "7",
        "\"\"",
        CUSTOMER,
        r#"{"customers":[]}"#,
        r#"{"results":null}"#,
        r#"{"results":{}}"#,
        r#"{"results":[],"next":7}"#,
        r#"{"detail":"no"}"#,
        "[",
        "<html>",
    ] {
        let error = list(body).await.unwrap_err();
        assert!(error.is_decode(), "{body}");
    }
}

/// A list whose elements can't be read is not empty: each element is reported.
#[tokio::test]
async fn what_is_no_customer_in_a_list_is_told() {
    for (body, path) in [
        ("[1]", "[0]"),
        ("[[1]]", "[0]"),
        ("[[]]", "[0]"),
        ("[null]", "[0]"),
        ("[{}]", "[0]"),
        (r#"{"results":[{"id":"maya@shop.example"}]}"#, "results[0]"),
    ] {
        let call = answering(200, body).call(ListCustomers::new(1));
        let (page, unreadable) = call.response().await.unwrap().into_parts();
        assert!(page.customers.is_empty(), "{body}");
        assert_eq!(unreadable.len(), 1, "{body}");
        assert_eq!(
            (unreadable[0].path(), unreadable[0].left_out()),
            (path, Some(0))
        );
        assert!(!format!("{unreadable:?}").contains("maya"));
    }
}

#[tokio::test]
async fn a_write_that_was_made_is_a_success_in_any_form() {
    let read = write(200, CUSTOMER).await.unwrap().unwrap();
    assert_eq!(
        (read.id, read.category.clone().unwrap().id),
        (Some(4211), Some(17))
    );
    assert_eq!(
        read.country.clone().unwrap().name.as_deref(),
        Some("United States")
    );
    assert_eq!(read.customer(), Some(get(CUSTOMER).await.unwrap()));

    let form = r#"{"id":"4211","name":"Harbour","category":17,"country":{"id":3,"name":"NZ"},"template":{"id":9,"fields":[{"id":1,"value":1.10}]}}"#;
    let written = write(201, form).await.unwrap().unwrap();
    assert_eq!(
        (written.id, written.name.as_deref()),
        (Some(4211), Some("Harbour"))
    );
    assert_eq!(written.category.clone().unwrap().id, Some(17));
    let country = written.country.clone().unwrap();
    assert_eq!((country.id, country.name.as_deref()), (Some(3), Some("NZ")));
    assert_eq!(written.customer(), None);
    assert_eq!(written.raw.json(), form);

    for odd in [
        r#""+5""#,
        r#""""#,
        "-5",
        "5.0",
        "[5]",
        r#""99999999999999999999""#,
    ] {
        let body = format!(r#"{{"id":{odd}}}"#);
        assert_eq!(write(200, &body).await.unwrap().unwrap().id, None, "{odd}");
    }

    let text = write(200, r#"{"category":"Freight"}"#)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(text.category.unwrap().name.as_deref(), Some("Freight"));
    for body in ["", " ", "null", "[]", "7", "{", "done", "{\"id\":1,\"id\":"] {
        for status in [200, 201, 202, 204] {
            assert_eq!(write(status, body).await.unwrap(), None, "{status} {body}");
        }
    }
    for body in ["", "null", "gone", "{\"detail\":\"bye\"}"] {
        let client = answering(204, body);
        assert!(client.send(DeleteCustomer::new(7)).await.is_ok());
        let client = answering(200, body);
        assert!(client.send(ReplaceCustomer::new(7, 1, "x")).await.is_ok());
    }
}
