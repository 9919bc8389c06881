//! The decoding of responses: unknown values and fields, absence and null, and encoding again without a loss.

use customer_api_core::{Operation as _, response::ResponseBody, time::Date};
use golden::{
    AddPart, Kind, ListEverything, ListEverythingResponse, ListEverythingResponseKind, ListParts,
    LogIn, Oddity, Part, Ping, ReadOddly, RemoveThing,
};
use serde_json::{Value, json};

use crate::support::{answered, call};

fn list() -> ListParts {
    ListParts::new(1, Kind::Type, Date::new(2024, 1, 1).unwrap(), "k")
}

#[test]
fn an_unknown_value_costs_nothing_but_its_name() {
    let parts = answered(
        list(),
        r#"[{"id":1,"type":"quote\"d"},{"id":2,"type":"brand new","surprise":{}}]"#,
    );
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[0].type_, Kind::QuoteD);
    assert_eq!(parts[1].type_.as_str(), "brand new");
    assert!(matches!(parts[1].type_, Kind::Unlisted(_)));
    assert_eq!(parts[1].parts, None);
}

#[test]
fn a_listed_value_is_never_an_unlisted_one() {
    assert_eq!(Kind::unlisted("3rd_party"), Kind::ThirdParty);
    assert_eq!(
        ListEverythingResponseKind::from(""),
        ListEverythingResponseKind::Empty
    );
    assert_eq!(
        ListEverythingResponseKind::from("a-b"),
        ListEverythingResponseKind::AB
    );
    assert_eq!(ListEverythingResponseKind::from("A-B").as_str(), "A-B");
}

#[test]
fn a_round_trip_loses_nothing_that_is_described() {
    let response = json!([{
        "id": 1,
        "type": "not listed",
        "parts": [{ "id": 2, "type": "type", "weight": 0.1 }],
        "names": ["a", "b"],
        "labels": { "x": 1 },
        "anything": [null, { "z": 1, "a": 2 }],
    }]);
    let parts = answered(list(), &response.to_string());
    assert_eq!(serde_json::to_value(&parts).unwrap(), response);
    let again: Vec<Part> = serde_json::from_value(response).unwrap();
    assert_eq!(again, parts);
}

#[test]
#[expect(deprecated, reason = "responses of a deprecated call matter too")]
fn absence_and_null_are_the_same_in_a_response() {
    for nothing in ["", "null"] {
        assert_eq!(answered(ListEverything::new(), nothing), None);
    }
    let read = |text: &str| answered(ListEverything::new(), text).unwrap();
    let empty: ListEverythingResponse = read("{}");
    assert_eq!(empty, read(r#"{"things":null,"kind":null,"3rd":null}"#));
    let full = read(
        r#"{"kind":"","3rd":true,"things":[{"match":{"owner":{"email":"a@b.example","since":"2024-02-29T12:00:00+13:00","born":"2024-02-29"}},"free":{"x":1}}]}"#,
    );
    assert_eq!(full.third, Some(true));
    assert_eq!(full.kind, Some(ListEverythingResponseKind::Empty));
    let things = full.things.unwrap();
    let owner = things[0].match_.as_ref().unwrap().owner.as_ref().unwrap();
    assert_eq!(
        owner.since.as_ref().unwrap().as_str(),
        "2024-02-29T12:00:00+13:00"
    );
    assert_eq!(owner.born, Some(Date::new(2024, 2, 29).unwrap()));
    assert_eq!(things[0].free, Some(json!({ "x": 1 })));
}

#[test]
#[expect(deprecated, reason = "responses of a deprecated call matter too")]
fn answers_of_every_kind() {
    let add = || AddPart::new(1, Kind::Type, 1, "a");
    assert_eq!(answered(add(), ""), None);
    assert_eq!(answered(add(), r#"{"id":4,"type":"type"}"#).unwrap().id, 4);
    answered(Ping::new(), "");
    assert_eq!(
        answered(RemoveThing::new(1), r#"{"ok":true}"#).ok,
        Some(true)
    );
    assert_eq!(answered(ReadOddly::new(), "[1]"), Some(Oddity(json!([1]))));
    assert_eq!(answered(ReadOddly::new(), ""), None);
}

#[test]
fn an_odd_value_costs_no_more_than_itself() {
    let text = r#"[{"id":1,"type":7,"weight":"0.5","parts":[{"id":"?"},{"id":2,"type":"type","names":[3,{}]}],"labels":[]},{"id":"3","type":"type"},{"id":4},[5,"type"]]"#;
    let body = ResponseBody::new(text.as_bytes().into());
    let parts = ListParts::decode(&body).unwrap();
    let reports = body.unreadable();
    assert_eq!(parts.iter().map(|part| part.id).collect::<Vec<_>>(), [1, 3]);
    assert_eq!((parts[0].type_.as_str(), parts[0].weight), ("7", Some(0.5)));
    assert_eq!(parts[0].parts.as_ref().unwrap()[0].names, None);
    let lines: Vec<_> = reports
        .iter()
        .map(|report| format!("{:?} {}", report.kind(), report.path()))
        .collect();
    assert_eq!(
        lines,
        [
            "Coerced [0].type",
            "Coerced [0].weight",
            "Record [0].parts[0]",
            "TakenOut [0].parts[1].names",
            "Coerced [0].labels",
            "Coerced [1].id",
            "Record [2]",
            "Record [3]",
        ]
    );
}

#[test]
#[expect(deprecated, reason = "responses of a deprecated call matter too")]
fn beside_a_list_nothing_is_guessed() {
    for text in [
        r#"{"things":[],"kind":7}"#,
        r#"{"things":{}}"#,
        r#"{"things":[],"3rd":"true"}"#,
    ] {
        assert!(
            call(ListEverything::new(), 200, text)
                .0
                .unwrap_err()
                .is_decode(),
            "{text}"
        );
    }
    let read = answered(
        ListEverything::new(),
        r#"{"things":[7,{"match":[]}],"kind":""}"#,
    )
    .unwrap();
    assert_eq!(read.things.unwrap().len(), 1);
}

#[test]
#[expect(deprecated, reason = "responses of a deprecated call matter too")]
fn what_the_description_marks_as_strict_is_never_changed() {
    let removal = answered(RemoveThing::new(1), r#"{"ok":true,"note":7}"#);
    assert_eq!(
        (removal.ok, removal.note.as_deref()),
        (Some(true), Some("7"))
    );
    for ok in ["\"true\"", "1", "[]", "{}"] {
        let text = format!(r#"{{"note":7,"ok":{ok}}}"#);
        let error = call(RemoveThing::new(1), 200, &text).0.unwrap_err();
        assert!(error.to_string().contains("`ok`"), "{error}");
    }
}

#[test]
fn a_response_of_the_wrong_shape_is_an_error_that_quotes_nothing() {
    for text in [r#"{"id":1}"#, "not json: secret-value", ""] {
        let error = call(list(), 200, text).0.unwrap_err();
        assert!(error.is_decode(), "{error}");
        let chain = format!("{error} {error:?}");
        assert!(!chain.contains("secret-value"), "{chain}");
    }
    // An array is not an object, although serde would take its items for the fields.
    let login = LogIn::new(
        "u",
        "p",
        1,
        [],
        [],
        std::collections::BTreeMap::new(),
        Value::Null,
        "f",
    );
    let error = call(login, 200, r#"["token", 1.5]"#).0.unwrap_err();
    assert!(error.is_decode(), "{error}");
}
