//! One of several objects, by its discriminator: sent and received, listed and not.

use std::collections::BTreeMap;

use customer_api_core::{
    Operation as _, UnlistedObject, nullable::Nullable, response::ResponseBody,
};
use golden::{
    Card, Event, KeepCard, Kind, ListEvents, MakeThing, MakeThingBody, Nothing, Pay, PayWith,
    RoundThing, Voucher,
};
use serde_json::{Value, json};

use crate::support::{answered, assert_wire, call, sent};

const JSON: Option<&str> = Some("application/json");

fn list(text: &str) -> (golden::ListEventsResponse, Vec<String>) {
    let body = ResponseBody::new(text.as_bytes().to_vec().into());
    let read = ListEvents::decode(&body).unwrap();
    let reports = body.unreadable();
    let lines = reports
        .iter()
        .map(|report| format!("{:?} {}", report.kind(), report.path()));
    (read, lines.collect())
}

/// Returns the message of a response that can't be read.
fn unreadable(text: &str) -> String {
    let error = call(ListEvents::new(), 200, text).0.unwrap_err();
    assert!(error.is_decode(), "{error}");
    error.to_string()
}

#[test]
fn each_object_writes_its_discriminator_once_wherever_it_stands() {
    let tips = BTreeMap::from([("a b".to_owned(), Nothing::new().into())]);
    let voucher = Voucher::new()
        .codes(["c1"])
        .within(RoundThing::new(2).note("n"));
    let pay = Pay::new(
        Card::new("4111").kind(Kind::ThirdParty),
        [PayWith::from(Nothing::new()), voucher.into()],
    )
    .tips(tips)
    .spare(Nullable::Null);
    let body = r#"{"with":{"type of \"it\"":"card","number":"4111","kind":"3rd_party"},"shares":[{"type of \"it\"":"+1"},{"type of \"it\"":"gift-voucher","codes":["c1"],"within":{"shape":"round","radius":2,"note":"n"}}],"tips":{"a b":{"type of \"it\"":"+1"}},"spare":null}"#;
    let (_, request) = call(pay, 200, "");
    assert_wire(&request.unwrap(), "POST /v1/payments", JSON, body);
}

#[test]
fn an_object_that_stands_alone_is_the_same_object() {
    assert_wire(
        &sent(KeepCard::new([Card::new("1").month(2)])),
        "PUT /v1/payments/card",
        JSON,
        r#"[{"type of \"it\"":"card","number":"1","month":2}]"#,
    );
}

#[test]
fn an_unlisted_object_is_sent_as_it_was_given() {
    let thing = json!({ "shape": "oval", "radii": [1, 2.50] });
    let thing = MakeThingBody::unlisted(thing).unwrap();
    assert_eq!(thing.kind(), Some("oval"));
    assert_wire(
        &sent(MakeThing::new(thing)),
        "POST /v1/things",
        JSON,
        r#"{"radii":[1,2.5],"shape":"oval"}"#,
    );
}

#[test]
fn a_listed_object_is_never_an_unlisted_one() {
    for thing in [
        json!({ "shape": "round", "radius": 1 }),
        json!({ "shape": 7 }),
        json!({ "radius": 1 }),
        json!("oval"),
        json!([["shape", "oval"]]),
    ] {
        assert_eq!(MakeThingBody::unlisted(thing.clone()), None, "{thing}");
    }
}

#[test]
fn the_discriminator_decides_what_is_read() {
    let text = r#"{"@type":"paid","amount":18446744073709551615,"share":0.1,"number":"n"}"#;
    let Event::Paid(paid) = answered(Pay::new(Nothing::new(), [Nothing::new()]), text) else {
        panic!("another object")
    };
    assert_eq!((paid.amount, paid.share), (u64::MAX, Some(0.1)));
    let (read, reports) = list(
        r#"{"total":2,"last":{"at":"2024-02-29T12:00:00Z","more":{"amount":7},"@type":"Ended"},"by day":{"x":{"number":"","amount":1,"@type":"paid"}},"events":[{"@type":"p\u0061id","amount":1,"number":"n","causes":[{"@type":"Ended","at":"2024-02-29T12:00:00Z"}]},{"@type":"seen","new":1}]}"#,
    );
    assert_eq!(reports, Vec::<String>::new());
    let last = read.last.unwrap();
    assert_eq!(last.kind(), Some("Ended"));
    let golden::ListEventsResponseLast::Ended(ended) = last else {
        panic!("another object")
    };
    assert_eq!(ended.more, Some(json!({ "amount": 7 })));
    assert_eq!(read.by_day.unwrap()["x"].kind(), Some("paid"));
    let events = read.events;
    let Event::Paid(paid) = &events[0] else {
        panic!("another object")
    };
    assert_eq!(paid.causes.as_ref().unwrap()[0].kind(), Some("Ended"));
    assert!(matches!(events[1], Event::Seen(_)));
}

#[test]
fn a_new_kind_of_object_loses_nothing() {
    let odd = r#"{"b":123456789012345678901234567890.10, "a" : "\u0041","@type":"refunded"}"#;
    let kinds = [odd, r#"{"id":1}"#, r#"{"@type":7}"#, r#"{"@type":null}"#];
    let (read, reports) = list(&format!(r#"{{"total":4,"events":[{}]}}"#, kinds.join(",")));
    assert_eq!(reports, Vec::<String>::new());
    let events = read.events;
    let unlisted: Vec<&UnlistedObject> = events
        .iter()
        .map(|event| match event {
            Event::Unlisted(object) => object,
            other => panic!("{other:?}"),
        })
        .collect();
    let written: Vec<&str> = unlisted.iter().map(|object| object.json()).collect();
    assert_eq!(written, kinds);
    assert_eq!(unlisted[0].kind(), Some("refunded"));
    assert!(unlisted[1..].iter().all(|object| object.kind().is_none()));
    assert_eq!(unlisted[0].read::<Value>().unwrap()["a"], "A");
    assert_eq!(serde_json::to_string(&events[0]).unwrap(), odd);
}

#[test]
fn what_is_received_can_be_written_and_read_again() {
    let event = json!({ "@type": "paid", "amount": 1, "number": "n", "causes": [{ "@type": "new", "x": 1.5 }] });
    let read: Event = serde_json::from_value(event.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), event);
    assert_eq!(
        serde_json::from_str::<Event>(&event.to_string()).unwrap(),
        read
    );
}

#[test]
fn an_odd_value_inside_costs_no_more_than_itself() {
    let (read, reports) = list(
        r#"{"total":1,"events":[{"@type":"paid","amount":1,"number":7,"share":"0.5","causes":[{"@type":"paid"},7,{"@type":"Ended","at":"2024-02-29T12:00:00Z"}]},{"@type":"paid","amount":"1","number":""},{"@type":"paid","@type":"Ended"},["paid"]]}"#,
    );
    assert_eq!(
        reports,
        [
            "Coerced events[0].number",
            "Coerced events[0].share",
            "Record events[0].causes[0]",
            "Record events[0].causes[1]",
            // A strict member is never changed.
            "Record events[1]",
            // It is unknown which discriminator is meant.
            "Record events[2]",
            "Record events[3]",
        ]
    );
    let events = read.events;
    let Event::Paid(paid) = &events[0] else {
        panic!("another object")
    };
    assert_eq!((&*paid.number, paid.share), ("7", Some(0.5)));
    assert_eq!((events.len(), paid.causes.as_ref().unwrap().len()), (1, 1));
}

#[test]
fn an_object_that_stands_alone_reports_another_discriminator() {
    let event = |seen: &str| {
        format!(
            r#"{{"total":1,"events":[{{"@type":"paid","amount":1,"number":"n","seen":{seen}}}]}}"#
        )
    };
    for (seen, wanted) in [
        (r#"{"@type":"seen"}"#, &[][..]),
        ("{}", &[]),
        (r#"{"@type":"\u0073een","x":1}"#, &[]),
        (r#"{"@type":"lost"}"#, &["TakenOut events[0].seen.@type"]),
        (r#"{"@type":7}"#, &["TakenOut events[0].seen.@type"]),
        (r#"{"@type":null}"#, &["TakenOut events[0].seen.@type"]),
        (
            r#"{"@type":"seen","@type":"lost"}"#,
            &["TakenOut events[0].seen.@type"],
        ),
        ("7", &["TakenOut events[0].seen"]),
    ] {
        let (read, reports) = list(&event(seen));
        assert_eq!(reports, wanted, "{seen}");
        let Event::Paid(paid) = &read.events[0] else {
            panic!("another object")
        };
        assert_eq!(paid.seen.is_some(), seen.starts_with('{'), "{seen}");
    }
    let strict = ResponseBody::new(event(r#"{"@type":"lost"}"#).into_bytes().into()).strict(true);
    let error = ListEvents::decode(&strict).unwrap_err();
    assert!(error.path().starts_with("events"), "{error}");
}

#[test]
fn an_error_names_the_place_inside_the_object() {
    let last = |object: &str| format!(r#"{{"total":1,"last":{object}}}"#);
    let message = unreadable(&last(r#"{"@type":"Ended","at":"yesterday"}"#));
    assert!(message.contains("`last.at`"), "{message}");
    let message = unreadable(&last(r#""Ended""#));
    assert!(message.contains("`last`"), "{message}");
    let text = last(r#"{"@type":"Ended","more":[1],"at":7}"#);
    let strict = ResponseBody::new(text.into_bytes().into()).strict(true);
    assert_eq!(ListEvents::decode(&strict).unwrap_err().path(), "last.at");
    let text = r#"{"total":1,"events":[{"@type":"paid","amount":-1,"number":"n"}]}"#;
    let strict = ResponseBody::new(text.as_bytes().into()).strict(true);
    let error = ListEvents::decode(&strict).unwrap_err();
    assert!(error.path().starts_with("events[0]"), "{error}");
}

#[test]
fn objects_inside_objects_end_somewhere() {
    for (depth, is_whole) in [(30, true), (1_000, false)] {
        let open = r#"{"@type":"paid","amount":1,"number":"n","causes":["#.repeat(depth);
        let text = format!(r#"{{"total":1,"events":[{open}{}]}}"#, "]}".repeat(depth));
        let body = ResponseBody::new(text.into_bytes().into());
        let read = ListEvents::decode(&body).unwrap();
        assert_eq!(read.events.len(), 1);
        assert_eq!(body.unreadable().is_empty(), is_whole, "{depth}");
    }
}
