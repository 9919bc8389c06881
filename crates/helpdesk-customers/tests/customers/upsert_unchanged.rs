//! An upsert of a customer who has every value already: when nothing is written, and when it is written after all.

use customer_api_core::transport::ScriptedTransport;
use helpdesk_customers::{Channel, Client, Delivery, Upsert, UpsertError, UpsertStep, Upserted};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{ok, read, scripted};

const DONE: &str = r#"{"type":"result","message":"done"}"#;

fn ana() -> Upsert {
    Upsert::new("cust-1", 1, "Ana", "Lopez")
}

/// The customer as a search shows it, when it has every value of `ana`.
fn shown() -> Value {
    json!({
        "id": 7,
        "external_primary_id": "cust-1",
        "brand_name": "Shop",
        "firstname": "Ana",
        "lastname": "Lopez",
        "channels": [],
    })
}

/// Makes an upsert whose search returns this response.
async fn upsert(
    upsert: Upsert,
    found: &Value,
) -> (Result<Upserted, UpsertError>, ScriptedTransport) {
    let (builder, transport) = scripted([ok(&found.to_string()), ok(DONE)]);
    let client: Client = builder.build().unwrap();
    (client.upsert(upsert).await, transport)
}

/// Asserts that the customer is updated, by a second request.
async fn assert_written(wanted: Upsert, found: &Value) {
    let (outcome, transport) = upsert(wanted, found).await;
    assert!(matches!(outcome, Ok(Upserted::Updated { .. })), "{found}");
    let requests = transport.requests();
    let methods: Vec<&str> = requests.iter().map(|one| one.method().as_str()).collect();
    assert_eq!(methods, ["POST", "PUT"], "{found}");
    assert!(requests[1].uri().path().ends_with("/updateCustomer"));
}

#[tokio::test]
async fn a_customer_who_has_every_value_is_not_written() {
    let with_channels = {
        let mut customer = shown();
        customer["channels"] = json!([{"type": "1", "value": "ana@shop.example"}]);
        customer["custom_tier"] = json!("gold");
        customer
    };
    let only_what_counts =
        json!({"external_primary_id": "cust-1", "firstname": "Ana", "lastname": "Lopez"});
    let mut other = shown();
    other["external_primary_id"] = json!("cust-11");
    for found in [
        json!([shown()]),
        json!({"items": [shown()], "itemTotal": 1}),
        json!({"item": shown()}),
        shown(),
        json!([with_channels]),
        json!([only_what_counts]),
        // Customers with other ids are ignored.
        json!([other, shown()]),
    ] {
        let (outcome, transport) = upsert(ana(), &found).await;
        let Ok(Upserted::Unchanged { customer, .. }) = outcome else {
            panic!("{found}: {outcome:?}");
        };
        assert_eq!(customer.external_id.as_deref(), Some("cust-1"));
        assert_eq!(transport.requests().len(), 1, "{found}");
    }
}

#[tokio::test]
async fn each_name_that_differs_is_written() {
    for (member, values) in [
        (
            "firstname",
            [
                json!("Anna"),
                json!("ana"),
                json!("Ana "),
                json!(" Ana"),
                json!("A**"),
            ],
        ),
        (
            "lastname",
            [
                json!("López"),
                json!("Lo\u{301}pez"),
                json!("LOPEZ"),
                json!("Lopez\n"),
                json!("L."),
            ],
        ),
    ] {
        for value in values {
            let mut customer = shown();
            customer[member] = value;
            assert_written(ana(), &json!([customer])).await;
        }
    }
}

#[tokio::test]
async fn each_value_that_can_not_be_compared_is_written() {
    for member in ["external_primary_id", "firstname", "lastname"] {
        let mut without = shown();
        without.as_object_mut().unwrap().remove(member);
        assert_written(ana(), &json!([without])).await;
        let mut empty = shown();
        empty[member] = Value::Null;
        assert_written(ana(), &json!([empty])).await;
    }
    for member in ["firstname", "lastname"] {
        for odd in [json!(""), json!(7), json!(true), json!(["Ana"]), json!({})] {
            let mut customer = shown();
            customer[member] = odd;
            assert_written(ana(), &json!([customer])).await;
        }
    }
    // A number may have lost zeros.
    let mut customer = shown();
    customer["external_primary_id"] = json!(7);
    let seven = Upsert::new("7", 1, "Ana", "Lopez");
    assert_written(seven, &json!([customer])).await;
}

#[tokio::test]
async fn channels_and_custom_fields_are_written_even_if_the_search_shows_them() {
    let mut customer = shown();
    customer["channels"] = json!([
        {"type": "1", "value": "ana@shop.example"},
        {"type": "telephone", "value": "+64211234567"},
    ]);
    customer["custom_tier"] = json!("gold");
    customer["tier"] = json!("gold");
    customer["custom_fields"] = json!({"tier": "gold"});
    let found = json!([customer]);
    for wanted in [
        ana().channel(Channel::Id(1), "ana@shop.example"),
        ana().channel(Channel::Id(1), "ANA@shop.example"),
        ana().channel("telephone", "+64211234567"),
        ana().channel("telephone", "+64 21 123 4567"),
        ana().custom_field("tier", "gold"),
        ana().custom_field("tier", ""),
    ] {
        assert_written(wanted, &found).await;
    }
}

#[tokio::test]
async fn always_write_writes() {
    assert_written(ana().always_write(), &json!([shown()])).await;
}

#[tokio::test]
async fn an_empty_name_is_refused_even_if_the_search_shows_an_empty_name() {
    let mut customer = shown();
    customer["firstname"] = json!("");
    let nameless = Upsert::new("cust-1", 1, "", "Lopez");
    let (outcome, transport) = upsert(nameless, &json!([customer])).await;
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.step(), error.delivery()),
        (UpsertStep::Update, Delivery::NotSent)
    );
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn an_unchanged_customer_prints_nothing_personal() {
    let (outcome, _) = upsert(ana(), &json!([shown()])).await;
    let printed = format!("{outcome:?} {:?}", ana().always_write());
    assert!(printed.contains("Unchanged"));
    for personal in ["cust-1", "Ana", "Lopez"] {
        assert!(!printed.contains(personal), "{personal} in {printed}");
    }
}

/// A name that the provider's pattern allows. Few letters, so that equal names are common.
fn name() -> impl Strategy<Value = String> {
    "[AaÀ '.]{1,2}"
}

fn upserts() -> impl Strategy<Value = (String, String, String, bool, bool)> {
    let id = prop::sample::select(&["c1", "C1"][..]).prop_map(str::to_owned);
    (id, name(), name(), any::<bool>(), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// The customer is made from the very fields that an upsert put on the wire.
    #[test]
    fn a_written_customer_is_unchanged_by_an_equal_upsert_only(
        first in upserts(),
        again in prop::option::weighted(0.7, upserts()),
    ) {
        let again = again.unwrap_or_else(|| first.clone());
        let make = |(id, firstname, lastname, has_channel, has_field): &_| {
            let mut upsert = Upsert::new(id, 1, firstname, lastname);
            if *has_channel {
                upsert = upsert.channel(Channel::Id(1), "ana@shop.example");
            }
            if *has_field {
                upsert = upsert.custom_field("tier", "gold");
            }
            upsert
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let customer = written(make(&first)).await;
            let (outcome, transport) = upsert(make(&again), &json!([customer])).await;
            let is_one = first.0 == again.0;
            let is_equal = (&first.1, &first.2) == (&again.1, &again.2);
            let is_comparable = !again.3 && !again.4;
            let expected = is_one && is_equal && is_comparable;
            prop_assert_eq!(matches!(outcome, Ok(Upserted::Unchanged { .. })), expected);
            let requests = transport.requests().len();
            prop_assert_eq!(requests, if is_one && !expected { 2 } else { 1 });
            Ok(())
        })?;
    }
}

/// Creates the customer, and returns it as a search would show the fields that were sent.
async fn written(wanted: Upsert) -> Value {
    let (outcome, transport) = upsert(wanted, &json!([])).await;
    assert!(matches!(outcome, Ok(Upserted::Created { .. })));
    let requests = transport.requests();
    let content_type = requests[1].headers()["content-type"].to_str().unwrap();
    let mut customer = json!({"id": 7, "channels": []});
    for (name, value) in read(Some(content_type), requests[1].body().clone()).await {
        let name = if name == "primaryID" {
            "external_primary_id"
        } else {
            &*name
        };
        customer[name] = json!(value);
    }
    customer
}
