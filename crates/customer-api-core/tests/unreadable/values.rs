//! One value of a record: which values are read in another form, which are omitted, and which make the record unreadable.

use customer_api_core::error::DecodeCategory;

use crate::parcel::{Parcel, line, parcel, read};

/// Reads a record with a member, and returns the record and the reports.
fn member(member: &str, json: &str) -> (Parcel, Vec<String>) {
    let (parcel, reports): (Parcel, _) = read(parcel(1, &format!("\"{member}\":{json}"))).unwrap();
    (parcel, reports.iter().map(line).collect())
}

fn taken_out(name: &str, json: &str) {
    let (parcel, reports) = member(name, json);
    assert_eq!(reports, [format!("taken out {name} {json}")]);
    let (without, none) = member("unknown", "1");
    assert!(none.is_empty());
    assert_eq!(parcel, without);
}

#[test]
fn a_number_or_a_truth_value_is_a_text_as_it_was_written() {
    for (json, text) in [
        ("90210", "90210"),
        ("-1", "-1"),
        ("0", "0"),
        ("1.50", "1.50"),
        (
            "123456789012345678901234567890",
            "123456789012345678901234567890",
        ),
        ("true", "true"),
        ("false", "false"),
    ] {
        let (parcel, reports) = member("note", json);
        assert_eq!(parcel.note.as_deref(), Some(text));
        assert_eq!(reports, [format!("coerced note {json}")]);
    }
    for json in [
        "1e5",
        "-0",
        "1E-2",
        "[]",
        "{}",
        "[7]",
        r#"{"a":"x"}"#,
        r#""\ud800""#,
    ] {
        taken_out("note", json);
    }
}

#[test]
fn a_text_is_a_number_only_as_json_writes_one() {
    for (json, number) in [("\"17\"", 17), ("\"-17\"", -17), ("\"0\"", 0)] {
        let (parcel, reports) = member("count", json);
        assert_eq!(parcel.count, Some(number));
        assert_eq!(reports, [format!("coerced count {json}")]);
    }
    for json in [
        "\"007\"",
        "\"+7\"",
        "\" 7\"",
        "\"7 \"",
        "\"\"",
        "\"-0\"",
        "\"7.0\"",
        "7.0",
        "7.5",
        "\"1e1\"",
        "\"99999999999\"",
        "99999999999",
        "\"\\u0037\"",
        "\"７\"",
        "true",
        "[]",
        "{}",
    ] {
        taken_out("count", json);
    }
    let (parcel, reports) = member("weight", "\"1517434473.269\"");
    assert_eq!(parcel.weight, Some(1_517_434_473.269));
    assert_eq!(reports, [r#"coerced weight "1517434473.269""#]);
    for json in [
        "\"1,5\"", "\"NaN\"", "\".5\"", "\"5.\"", "\"00.5\"", "false",
    ] {
        taken_out("weight", json);
    }
}

#[test]
fn nothing_stands_for_a_truth_value_or_a_time() {
    for json in ["0", "1", "\"true\"", "\"\"", "[]", "{}"] {
        taken_out("fragile", json);
    }
    for json in ["20200123", "\"23.01.2020\"", "true", "{}", "\"2020-02-30\""] {
        taken_out("day", json);
    }
}

#[test]
fn an_empty_list_is_an_empty_object_and_an_id_is_an_object_with_it() {
    for (json, id) in [("[]", None), ("[ ]", None), ("7", Some(7))] {
        let (parcel, reports) = member("shop", json);
        assert_eq!(parcel.shop.unwrap().id, id);
        assert_eq!(reports, [format!("coerced shop {json}")]);
    }
    for json in ["[7]", "\"7\"", "\"x\"", "true", "-1", "1.5", "[[]]", "[{}]"] {
        taken_out("shop", json);
    }
    let (parcel, reports) = member("sizes", "[]");
    assert_eq!(parcel.sizes.unwrap().len(), 0);
    assert_eq!(reports, ["coerced sizes []"]);
    for json in ["7", "[1]", "\"x\""] {
        taken_out("sizes", json);
    }
}

#[test]
fn what_lies_in_an_object_costs_no_more_than_itself() {
    let (parcel, reports) = member("shop", r#"{"id":"7","name":{"first":"Ana"},"other":[]}"#);
    let shop = parcel.shop.unwrap();
    assert_eq!((shop.id, shop.name), (Some(7), None));
    assert_eq!(
        reports,
        [
            r#"coerced shop.id "7""#,
            r#"taken out shop.name {"first":"Ana"}"#
        ]
    );
    let (parcel, reports) = member("sizes", r#"{"a":1,"b":"2","c":"x"}"#);
    assert_eq!(
        parcel.sizes.unwrap().into_iter().collect::<Vec<_>>(),
        [("a".to_owned(), 1), ("b".to_owned(), 2)]
    );
    assert_eq!(
        reports,
        [r#"coerced sizes.b "2""#, r#"taken out sizes.c "x""#]
    );
}

#[test]
fn an_object_without_what_it_must_have_is_omitted_where_it_is_optional() {
    let depot = r#""depot":{"place":"Oslo"}"#;
    for json in [
        "{}".to_owned(),
        format!("{{{depot}}}"),
        format!(r#"{{"name":null,{depot}}}"#),
        r#"{"name":"Post"}"#.to_owned(),
        r#"{"name":"Post","depot":{}}"#.to_owned(),
        r#"{"name":7,"depot":{"town":"Oslo"}}"#.to_owned(),
    ] {
        taken_out("carrier", &json);
    }
    let (parcel, reports) = member("carrier", &format!(r#"{{"name":7,{depot}}}"#));
    assert_eq!(parcel.carrier.unwrap().name, "7");
    assert_eq!(reports, ["coerced carrier.name 7"]);
}

#[test]
fn a_list_of_plain_values_stays_whole_or_goes_whole() {
    let (parcel, reports) = member("tags", r#"["a",7,true]"#);
    assert_eq!(parcel.tags.unwrap(), ["a", "7", "true"]);
    assert_eq!(reports, ["coerced tags[1] 7", "coerced tags[2] true"]);
    for json in [r#"["a",7,{}]"#, r#"["a",null]"#, "7", "{}", "\"a\""] {
        taken_out("tags", json);
    }
}

#[test]
fn a_value_that_must_be_there_is_taken_in_another_form_or_fails_with_its_place() {
    let text =
        |at: &str, label: &str| format!(r#"{{"id":1,"note":{{}},"at":{at},"label":{label}}}"#);
    let (parcel, reports): (Parcel, _) = read(text("\"2020-01-23 16:33:02z\"", "7")).unwrap();
    assert_eq!(
        (&*parcel.label, parcel.at.unix_seconds()),
        ("7", 1_579_797_182)
    );
    assert_eq!(
        reports.iter().map(line).collect::<Vec<_>>(),
        ["taken out note {}", "coerced label 7"]
    );
    for (at, label, place) in [
        ("\"2020-01-23T16:33:02\"", "\"L\"", "at"),
        ("1579797182", "\"L\"", "at"),
        ("null", "\"L\"", "at"),
        ("\"2020-01-23T16:33:02Z\"", "null", "label"),
        ("\"2020-01-23T16:33:02Z\"", "[]", "label"),
    ] {
        let error = read::<Parcel>(text(at, label)).unwrap_err();
        assert_eq!(
            (error.path(), error.category()),
            (place, DecodeCategory::Shape)
        );
    }
}

#[test]
fn a_strict_value_is_never_changed() {
    for json in ["\"1\"", "1.0", "-1", "true", "null", "[]", "{}"] {
        let text =
            format!(r#"{{"note":{{}},"id":{json},"at":"2020-01-23T16:33:02Z","label":"L"}}"#);
        let error = read::<Parcel>(text).unwrap_err();
        assert_eq!(error.path(), "id", "{json}");
    }
}

#[test]
fn a_member_that_comes_twice_says_nothing() {
    let (parcel, reports): (Parcel, _) =
        read(parcel(1, r#""note":"a","count":1,"note":"b""#)).unwrap();
    assert_eq!((parcel.note, parcel.count), (None, Some(1)));
    assert_eq!(
        reports.iter().map(line).collect::<Vec<_>>(),
        [r#"taken out note "a""#, r#"taken out note "b""#]
    );
    let error =
        read::<Parcel>(r#"{"id":1,"id":1,"at":"2020-01-23T16:33:02Z","label":"L"}"#).unwrap_err();
    assert_eq!(error.path(), "id");
}

#[test]
fn letters_that_are_none_cost_the_value_that_they_stand_in() {
    let text = [
        parcel(1, "").trim_end_matches('}').as_bytes(),
        b",\"note\":\"M\xFCller\",\"count\":3}",
    ]
    .concat();
    let body = customer_api_core::response::ResponseBody::new(text.into());
    let parcel: Parcel = body.read().unwrap();
    assert_eq!((parcel.note, parcel.count), (None, Some(3)));
    assert_eq!(body.unreadable()[0].path(), "note");
}

#[test]
fn what_is_not_json_is_not_repaired() {
    for (text, category) in [
        ("", DecodeCategory::Empty),
        ("<html>", DecodeCategory::Syntax),
        (r#"{"id":1,"note":{},"#, DecodeCategory::Truncated),
        (r#"{"id":1,"note":{}} x"#, DecodeCategory::Syntax),
        (r#"{"id":1,"note":{},"at":nope}"#, DecodeCategory::Syntax),
    ] {
        assert_eq!(
            read::<Parcel>(text).unwrap_err().category(),
            category,
            "{text}"
        );
    }
    // An array is not an object, not even an empty one.
    for text in ["[]", "[1]", "7", "null", "\"x\""] {
        let error = read::<Parcel>(text).unwrap_err();
        assert_eq!(
            (error.category(), error.path()),
            (DecodeCategory::Shape, ""),
            "{text}"
        );
    }
}

#[test]
fn deep_nesting_ends() {
    let depth = 2_000;
    let open: String = (0..depth)
        .map(|_| r#"{"id":1,"at":"2020-01-23T16:33:02Z","label":7,"parts":["#)
        .collect();
    let text = format!("{open}{}", "]}".repeat(depth));
    // The outermost record can be read, without the parts that are nested too deep.
    let _ = read::<Vec<Parcel>>(format!("[{text}]")).unwrap();
}
