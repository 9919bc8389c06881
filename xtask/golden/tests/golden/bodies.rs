//! JSON, form and multipart bodies, with every optional field and with none.

use std::collections::BTreeMap;

use customer_api_core::{Timestamp, nullable::Nullable, time::Date};
use golden::{
    AddPart, Address, ChangeArticle, ChangeThing, Kind, LogIn, NewOwner, PatchArticle, PlaceOrder,
    RenameThing, ReplaceLines, ReplaceTags,
};

use crate::support::{assert_wire, call, header, parts, refused, sent};

const JSON: Option<&str> = Some("application/json");
const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

#[test]
fn null_and_absence_are_told_apart() {
    let line = "PATCH /v1/things/1";
    for (operation, body) in [
        (ChangeThing::new(1, Nullable::Null), r#"{"state":null}"#),
        (ChangeThing::new(1, "on"), r#"{"state":"on"}"#),
        (
            ChangeThing::new(1, "on")
                .phone(Nullable::Null)
                .count(Nullable::Null)
                .first(Nullable::Null),
            r#"{"state":"on","phone":null,"count":null,"first":null}"#,
        ),
    ] {
        assert_wire(&sent(operation), line, JSON, body);
    }
}

#[test]
fn other_media_types_of_json() {
    let article = ChangeArticle::new("a", serde_json::json!({"id": "7"}));
    let (outcome, request) = call(article, 200, r#"{"count":3}"#);
    assert_eq!(outcome.unwrap().count, Some(3));
    let request = request.unwrap();
    let body = r#"{"data":{"id":"7"}}"#;
    let media = "application/vnd.api+json";
    assert_wire(&request, "PATCH /v1/articles/a", Some(media), body);
    // The two successes have different media types.
    let accept = "application/vnd.api+json, application/json";
    assert_eq!(header(&request, "accept"), Some(accept));
    // JSON has no such number, so `null` would arrive.
    let odd = ChangeArticle::new("a", 1).scores([1.5, f64::NAN]);
    assert_eq!(refused(odd).field(), "scores[]");
    let fine = sent(ChangeArticle::new("a", 1).scores([1.5, -0.0]));
    assert_eq!(fine.body(), br#"{"data":1,"scores":[1.5,-0.0]}"#);
    let patch = sent(PatchArticle::new("a", serde_json::json!([1])));
    let media = "application/merge-patch+json; charset=utf-8";
    assert_wire(&patch, "PUT /v1/articles/a", Some(media), "[1]");
    assert_eq!(header(&patch, "accept"), Some("application/json"));
}

#[test]
fn a_body_that_is_one_value() {
    let lines = || ReplaceLines::new(7, [NewOwner::new("ana@shop.example")]);
    let body = r#"[{"email":"ana@shop.example"}]"#;
    assert_wire(&sent(lines()), "POST /v1/orders/7.json", JSON, body);
    // What is inside is checked, and hidden, as in every other body.
    let short = ReplaceLines::new(7, [NewOwner::new("a")]);
    assert_eq!(refused(short).field(), "value[].email");
    assert!(!format!("{:?}", lines()).contains("ana@"));
    let any = serde_json::json!({ "a": [1, null] });
    let tags = ReplaceTags::new(7, any);
    assert_wire(
        &sent(tags),
        "POST /v1/orders/7/tags",
        JSON,
        r#"{"a":[1,null]}"#,
    );
}

#[test]
fn a_request_that_people_make() {
    let body = r#"{"parts":[7,7,3],"buyer":"Ana"}"#;
    let order = PlaceOrder::new([(7, 2), (3, 1)], "Ana");
    assert_wire(&sent(order), "POST /v1/orders", JSON, body);
    assert_eq!(refused(PlaceOrder::new([(7, 13)], "Ana")).field(), "parts");
}

#[test]
#[expect(deprecated, reason = "the bytes of a deprecated field matter too")]
fn a_json_body_with_everything() {
    let owner = || {
        NewOwner::new("ana@shop.example")
            .nick_names(["Ana", "\"A\"\n"])
            .address(Address::new().line_1("1 Main St").line2("😀"))
    };
    let operation = ChangeThing::new(1, "on")
        .priority(-3)
        .urgent()
        .note("a\nb   c")
        .phone("+641")
        .count(0)
        .owners([owner(), NewOwner::new("b@x.example")])
        .first(owner());
    let ana = r#"{"email":"ana@shop.example","nick names":["Ana","\"A\"\n"],"address":{"line_1":"1 Main St","line2":"😀"}}"#;
    let body = format!(
        r#"{{"state":"on","priority":-3,"urgent":true,"note":"a b c","phone":"+641","count":0,"owners":[{ana},{{"email":"b@x.example"}}],"first":{ana}}}"#
    );
    assert_wire(&sent(operation), "PATCH /v1/things/1", JSON, &body);
}

#[test]
fn required_fields_of_every_shape() {
    let map = BTreeMap::from([("k".to_owned(), "v".to_owned())]);
    let operation = LogIn::new(
        "ana",
        "pass",
        1,
        [2, 3],
        [Some("x".to_owned()), None],
        map,
        serde_json::json!({ "deep": [1.5, null] }),
        Nullable::Null,
    );
    let sent = sent(operation);
    assert_wire(
        &sent,
        "POST /v1/login",
        JSON,
        r#"{"username":"ana","password":"pass","a":1,"b":[2,3],"c":["x",null],"d":{"k":"v"},"e":{"deep":[1.5,null]},"f":null}"#,
    );
    assert!(!sent.headers().contains_key("apikey"));
}

#[test]
fn a_form_with_everything() {
    let operation = RenameThing::new(5)
        .firstname("Łu & O’Brien=+")
        .primary_id("p 1")
        .customer_id(u64::MAX)
        .brand_id(-1)
        .no_sync()
        .channel("email", "a+b@x.example")
        .extra("größe", "1\r\n2")
        .extra("a=b", "")
        .channel("telephone", "+641");
    let sent = sent(operation);
    assert_wire(
        &sent,
        "PUT /v1/things/5",
        FORM,
        "firstname=%C5%81u+%26+O%E2%80%99Brien%3D%2B&primaryID=p+1&customerID=18446744073709551615&brandID=-1&noSync=true\
         &extra+field+gr%C3%B6%C3%9Fe=1%0D%0A2&extra+field+a%3Db=&type_0=email&value_0=a%2Bb%40x.example\
         &type_1=telephone&value_1=%2B641",
    );
    let pairs: Vec<_> = url::form_urlencoded::parse(sent.body())
        .into_owned()
        .collect();
    assert_eq!(pairs.len(), 11);
    assert_eq!(pairs[0], ("firstname".into(), "Łu & O’Brien=+".into()));
    assert_eq!(pairs[5], ("extra field größe".into(), "1\r\n2".into()));
}

#[test]
fn a_form_with_the_least_that_is_allowed() {
    assert_wire(
        &sent(RenameThing::new(5).customer_id(1)),
        "PUT /v1/things/5",
        FORM,
        "customerID=1",
    );
}

#[test]
fn a_list_in_a_form_is_a_pair_per_value() {
    let operation = RenameThing::new(5)
        .customer_id(1)
        .tags(["a b", "a&b"])
        .nick_names(["x"]);
    assert!(!format!("{operation:?}").contains("nick_names: [\"x\"]"));
    let line = "PUT /v1/things/5";
    let body = "tags=a+b&tags=a%26b&nick+names=x&customerID=1";
    assert_wire(&sent(operation), line, FORM, body);
    let none: [&str; 0] = [];
    assert_wire(
        &sent(RenameThing::new(5).customer_id(1).tags(none)),
        line,
        FORM,
        "customerID=1",
    );
    let short = RenameThing::new(5).customer_id(1).tags(["fine", "x"]);
    assert_eq!(refused(short).field(), "tags[]");
    assert_multipart(
        AddPart::new(1, Kind::ThirdParty, 2, "name").kinds([Kind::Type, Kind::SelfMade]),
        "/v1/things/1/parts/3rd_party",
        &[
            ("brand_id", "2"),
            ("custom name", "name"),
            ("kinds", "type"),
            ("kinds", "Self-made"),
        ],
    );
}

/// Returns the bytes between the boundaries.
fn multipart_body(fields: &[(&str, &str)], boundary: &str) -> String {
    let parts: String = fields
        .iter()
        .map(|(name, value)| {
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
        })
        .collect();
    format!("{parts}--{boundary}--\r\n")
}

#[track_caller]
fn assert_multipart(operation: AddPart, path: &str, fields: &[(&str, &str)]) {
    let sent = sent(operation);
    let content_type = sent.headers()["content-type"].to_str().unwrap().to_owned();
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    assert_wire(
        &sent,
        &format!("POST {path}"),
        Some(&content_type),
        &multipart_body(fields, boundary),
    );
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    assert_eq!(parts(&sent), fields);
}

#[test]
fn a_multipart_body_with_what_is_required() {
    assert_multipart(
        AddPart::new(1, Kind::ThirdParty, 2, "a\"b\\"),
        "/v1/things/1/parts/3rd_party",
        &[("brand_id", "2"), ("custom name", "a\"b\\")],
    );
}

#[test]
fn a_multipart_body_with_everything() {
    let operation = AddPart::new(1, Kind::SelfMade, 2, "name")
        .no_sync()
        .owner(u64::MAX)
        .link_channel("email", "a+b@x.example")
        .price(1.5)
        .since("2024-02-29T12:00:00Z".parse::<Timestamp>().unwrap())
        .day(Date::new(2024, 2, 29).unwrap())
        .new_kind(Kind::unlisted("new & \"odd\""))
        .inner("size", "--boundary\r\n--")
        .custom_field("größe & co", "😀=\r\n")
        .custom_field("b", "")
        .inner("colour", "blue");
    assert_multipart(
        operation,
        "/v1/things/1/parts/Self-made",
        &[
            ("brand_id", "2"),
            ("custom name", "name"),
            ("noSync", "true"),
            ("owner", "18446744073709551615"),
            ("channel", "email"),
            ("channel address", "a+b@x.example"),
            ("price", "1.5"),
            ("since", "2024-02-29T12:00:00Z"),
            ("day", "2024-02-29"),
            ("kind", "new & \"odd\""),
            ("custom_größe & co", "😀=\r\n"),
            ("custom_b", ""),
            ("partType_0", "size"),
            ("partValue_0", "--boundary\r\n--"),
            ("partType_1", "colour"),
            ("partValue_1", "blue"),
        ],
    );
}
