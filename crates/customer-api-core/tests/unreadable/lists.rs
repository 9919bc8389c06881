//! Lists of records: none is lost without a report, and strict parts around them stay strict.

use customer_api_core::response::{Unreadable, UnreadableKind};
use proptest::prelude::*;
use serde_json::Value;

use crate::parcel::{Page, Parcel, at, body, line, parcel, read};

fn lines(reports: &[Unreadable]) -> Vec<String> {
    reports.iter().map(line).collect()
}

#[test]
fn a_record_that_can_not_be_read_is_reported_raw_and_the_list_goes_on() {
    let odd = r#"{"id":2,"note":7,"at":"yesterday","label":"L"}"#;
    let text = format!(
        r#"{{"items":[{},{odd},{},7,null,[],{}],"next":"x","total":7}}"#,
        parcel(1, r#""note":7"#),
        parcel(3, ""),
        r#"{"id":"5","at":"2020-01-23T16:33:02Z","label":"L"}"#,
    );
    let (page, reports): (Page, _) = read(&*text).unwrap();
    assert_eq!(
        page.items
            .iter()
            .map(|parcel| parcel.id)
            .collect::<Vec<_>>(),
        [1, 3]
    );
    assert_eq!((page.next.as_deref(), page.total), (Some("x"), Some(7)));
    // For an unreadable record, nothing else is reported: the report contains the whole record.
    assert_eq!(
        lines(&reports),
        [
            "coerced items[0].note 7".to_owned(),
            format!("record items[1] {odd}"),
            "record items[3] 7".to_owned(),
            "record items[4] null".to_owned(),
            "record items[5] []".to_owned(),
            r#"record items[6] {"id":"5","at":"2020-01-23T16:33:02Z","label":"L"}"#.to_owned(),
        ]
    );
    let causes: Vec<_> = reports.iter().map(Unreadable::cause).collect();
    assert_eq!(
        causes,
        [
            None,
            Some("items[1].at"),
            None,
            None,
            None,
            Some("items[6].id")
        ]
    );
    let records: Vec<_> = reports.iter().filter_map(Unreadable::record).collect();
    assert_eq!(records, [0, 1, 3, 4, 5, 6]);
}

#[test]
fn a_record_without_what_it_must_have_is_unreadable() {
    let (parcels, reports): (Vec<Parcel>, _) = read(r#"[{"id":1,"label":"L"}]"#).unwrap();
    assert!(parcels.is_empty());
    assert_eq!(lines(&reports), [r#"record [0] {"id":1,"label":"L"}"#]);
}

#[test]
fn a_list_inside_of_a_record_goes_on_as_well() {
    let text = format!(
        "[{}]",
        parcel(1, &format!(r#""parts":[{},{{"id":3}}]"#, parcel(2, "")))
    );
    let (parcels, reports): (Vec<Parcel>, _) = read(text).unwrap();
    assert_eq!(parcels[0].parts.as_ref().unwrap().len(), 1);
    assert_eq!(lines(&reports), [r#"record [0].parts[1] {"id":3}"#]);
    assert_eq!(reports[0].record(), Some(0));
}

#[test]
fn what_is_strict_fails_with_its_place_whatever_else_is_odd() {
    let odd = parcel(1, r#""note":{}"#);
    for (members, place) in [
        (r#""items":null"#.to_owned(), "items"),
        (r#""items":{}"#.to_owned(), "items"),
        (r#""items":7"#.to_owned(), "items"),
        (format!(r#""items":[{odd}],"next":7"#), "next"),
        (format!(r#""items":[{odd}],"next":[]"#), "next"),
        (format!(r#""items":[{odd}],"total":"7""#), "total"),
        (format!(r#""total":-1,"items":[{odd}]"#), "total"),
    ] {
        let error = read::<Page>(format!("{{{members}}}")).unwrap_err();
        assert_eq!(error.path(), place, "{members}");
    }
    assert!(read::<Page>(r#"{"next":null}"#).is_err());
    assert!(read::<Vec<Parcel>>("{}").is_err());
}

#[test]
fn printing_a_report_shows_where_and_not_what() {
    let text = format!(
        "[{}]",
        parcel(
            1,
            r#""note":["ana@shop.example"],"sizes":{"ben@shop.example":"eva"}"#
        )
    );
    let (_, reports): (Vec<Parcel>, _) = read(text).unwrap();
    assert_eq!(reports.len(), 2);
    let printed = format!("{reports:?}");
    for personal in ["ana", "ben", "eva", "example"] {
        assert!(!printed.contains(personal), "{printed}");
    }
    assert!(
        printed.contains("[0].note") && printed.contains("[0].sizes"),
        "{printed}"
    );
    assert_eq!(reports[1].path(), "[0].sizes.ben@shop.example");
}

/// Much of the value is as a parcel requires it, and some of it is not.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..300_u32).prop_map(Value::from),
        Just(Value::from(-1.5)),
        Just(Value::from("2020-01-23T16:33:02Z")),
        Just(Value::from("17")),
        "[a\"\\\\é]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            (
                prop::sample::subsequence(
                    vec![
                        "note", "count", "weight", "fragile", "day", "shop", "parts", "tags",
                        "sizes", "name", "x"
                    ],
                    0..5
                ),
                prop::collection::vec(inner, 5),
                any::<bool>(),
            )
                .prop_map(|(names, values, is_whole)| {
                    let mut members: serde_json::Map<_, _> =
                        names.into_iter().map(str::to_owned).zip(values).collect();
                    if is_whole {
                        members.insert("id".to_owned(), 7.into());
                        members.insert("at".to_owned(), "2020-01-23T16:33:02Z".into());
                        members.insert("label".to_owned(), "L".into());
                    }
                    Value::Object(members)
                }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]
    #[test]
    fn no_record_is_lost_and_nothing_is_silent(elements in prop::collection::vec(json(), 0..6)) {
        let text = Value::from(elements.clone()).to_string();
        let (parcels, reports): (Vec<Parcel>, _) = read(&*text).unwrap();
        let unreadable = |report: &&Unreadable| {
            report.kind() == UnreadableKind::Record && !report.path().contains('.')
        };
        let left_out: Vec<_> = reports.iter().filter(unreadable).filter_map(Unreadable::record).collect();
        prop_assert_eq!(parcels.len() + left_out.len(), elements.len());
        // Each report contains the value at its place.
        for report in &reports {
            let found = at(&text, report.path()).unwrap();
            prop_assert_eq!(found.get(), report.raw());
        }
        // A record without a report is what serde reads from it.
        let mut read = parcels.into_iter();
        for (index, element) in elements.iter().enumerate() {
            if left_out.contains(&index) {
                prop_assert!(serde_json::from_value::<Parcel>(element.clone()).is_err() || element.is_array());
                continue;
            }
            let parcel = read.next().unwrap();
            if reports.iter().all(|report| report.record() != Some(index)) {
                prop_assert_eq!(parcel, serde_json::from_value::<Parcel>(element.clone()).unwrap());
            }
        }
        // The switch turns each report, and nothing else, into an error.
        let strict = body(&*text).strict(true);
        prop_assert_eq!(strict.read::<Vec<Parcel>>().is_err(), !reports.is_empty());
        prop_assert!(strict.unreadable().is_empty());
    }

    #[test]
    fn any_bytes_give_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let body = customer_api_core::response::ResponseBody::new(bytes.into());
        let _ = body.read::<Vec<Parcel>>();
        let _ = body.read_optional::<Page>();
    }
}
