//! Method, path, query and headers of every operation, byte for byte.

use customer_api_core::{Operation, operation::Idempotency, time::Date};
use golden::{
    Kind, ListEverything, ListParts, ListPartsOrder, MakeThing, Ping, ReadOddly, RemoveThing,
    RoundThing, Sheet, SquareThing,
};

use crate::support::{assert_wire, header, sent};

const JSON: Option<&str> = Some("application/json");

fn day() -> Date {
    Date::new(2024, 2, 29).unwrap()
}

#[test]
fn required_parameters_alone() {
    let sent = sent(ListParts::new(-1, Kind::Type, day(), "k"));
    assert_wire(
        &sent,
        "GET /v1/things/-1/parts/type?from_date=2024-02-29",
        None,
        "",
    );
    assert_eq!(header(&sent, "x-client-key"), Some("k"));
    assert_eq!(header(&sent, "x-trace"), None);
    assert_eq!(header(&sent, "apikey"), Some("key-1"));
}

#[test]
#[expect(deprecated, reason = "the bytes of a deprecated parameter matter too")]
fn every_parameter() {
    let sent = sent(
        ListParts::new(7, Kind::QuoteD, day(), "a b\"c")
            .type_(["a+b", "ä&=", "x\ny"])
            .item_start(0)
            .item_limit(99)
            .is_active(false)
            .order(ListPartsOrder::SortNone)
            .x_trace("t-1"),
    );
    assert_wire(
        &sent,
        "GET /v1/things/7/parts/quote%22d?type=a%2Bb&type=%C3%A4%26%3D&type=x%0Ay&itemStart=0&itemLimit=99\
         &from_date=2024-02-29&is_active=false&order=sort_none",
        None,
        "",
    );
    assert_eq!(header(&sent, "x-client-key"), Some("a b\"c"));
    assert_eq!(header(&sent, "x-trace"), Some("t-1"));
}

#[test]
fn an_unlisted_value_stays_one_segment() {
    let sent = sent(ListParts::new(1, Kind::unlisted("a/../b?c#d"), day(), "k"));
    assert_wire(
        &sent,
        "GET /v1/things/1/parts/a%2F..%2Fb%3Fc%23d?from_date=2024-02-29",
        None,
        "",
    );
}

#[test]
#[expect(deprecated, reason = "the bytes of a deprecated call matter too")]
fn calls_without_a_body() {
    for (sent, line) in [
        (sent(RemoveThing::new(9)), "DELETE /v1/things/9"),
        (sent(ListEverything::new()), "GET /v1/things"),
        (sent(ReadOddly::new()), "OPTIONS /v1/ping"),
    ] {
        assert_wire(&sent, line, None, "");
        assert_eq!(header(&sent, "apikey"), Some("key-1"));
    }
}

#[test]
fn a_call_without_authorization_carries_no_key() {
    let sent = sent(Ping::new());
    assert_wire(&sent, "HEAD /v1/ping", None, "");
    assert_eq!(header(&sent, "apikey"), None);
}

#[test]
fn each_variant_of_a_union_names_itself() {
    for (operation, line, body) in [
        (
            MakeThing::new(RoundThing::new(3)),
            "POST /v1/things",
            r#"{"shape":"round","radius":3}"#,
        ),
        (
            MakeThing::new(SquareThing::new("9\"").note("n")),
            "POST /v1/things",
            r#"{"shape":"square","side":"9\"","note":"n"}"#,
        ),
        (
            MakeThing::new(Sheet::new()).dry(true),
            "POST /v1/things?dry=true",
            r#"{"shape":"flat"}"#,
        ),
    ] {
        assert_wire(&sent(operation), line, JSON, body);
    }
}

#[test]
fn what_is_known_of_a_call_is_what_the_description_says() {
    assert_eq!(ListParts::INFO.id, "listParts");
    assert_eq!(ListParts::INFO.idempotency, Idempotency::Safe);
    assert_eq!(MakeThing::INFO.idempotency, Idempotency::NonIdempotent);
    assert_eq!(golden::AddPart::INFO.idempotency, Idempotency::Idempotent);
    assert_eq!(<Ping as Operation>::INFO.path, "/v1/ping");
}
