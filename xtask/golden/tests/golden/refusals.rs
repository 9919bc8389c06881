//! Values that are refused before anything is sent, under the provider's names.

use std::collections::BTreeMap;

use customer_api_core::{error::Problem, nullable::Nullable, time::Date};
use golden::{
    AddPart, Address, Card, ChangeThing, Kind, ListParts, LogIn, MakeThing, NewOwner, Nothing, Pay,
    PayWith, RenameThing, Sheet, SquareThing, Voucher,
};

use crate::support::{refused, sent};

fn list(kind: Kind, key: &str) -> ListParts {
    ListParts::new(1, kind, Date::new(2024, 1, 1).unwrap(), key)
}

fn add() -> AddPart {
    AddPart::new(1, Kind::Type, 1, "name")
}

fn pay() -> Pay {
    Pay::new(Nothing::new(), [Nothing::new()])
}

fn rename() -> RenameThing {
    RenameThing::new(1).customer_id(1)
}

#[test]
fn limits_of_texts() {
    let owner = |email: &str| NewOwner::new(email);
    let change = || ChangeThing::new(1, Nullable::Null);
    for (error, field, problem) in [
        (
            refused(list(Kind::Type, "k").type_(["ab", "c"])),
            "type[]",
            Problem::TooShort(2),
        ),
        (
            refused(list(Kind::Type, &"k".repeat(65))),
            "X-Client-Key",
            Problem::TooLong(64),
        ),
        (refused(rename().firstname("")), "firstname", Problem::Empty),
        (
            refused(rename().firstname("é".repeat(51))),
            "firstname",
            Problem::TooLong(50),
        ),
        (
            refused(ChangeThing::new(1, "0123456789")),
            "state",
            Problem::TooLong(9),
        ),
        (
            refused(change().phone("021")),
            "phone",
            Problem::Pattern {
                pattern: r"^\+[0-9]+$",
                position: None,
            },
        ),
        (
            refused(change().owners([owner("a@b"), owner("a")])),
            "owners[].email",
            Problem::TooShort(3),
        ),
        (
            refused(change().first(owner("abc").nick_names([""]))),
            "first.nick names[]",
            Problem::Empty,
        ),
        (
            refused(change().first(owner("abc").address(Address::new().line_1("x".repeat(41))))),
            "first.address.line_1",
            Problem::TooLong(40),
        ),
        (
            refused(MakeThing::new(SquareThing::new(""))),
            "side",
            Problem::Empty,
        ),
        (
            refused(MakeThing::new(Sheet::new().note("x".repeat(11)))),
            "note",
            Problem::TooLong(10),
        ),
        (
            refused(Pay::new(Card::new("4".repeat(20)), [Nothing::new()])),
            "with.number",
            Problem::TooLong(19),
        ),
        (
            refused(Pay::new(
                Nothing::new(),
                [Voucher::new().codes(["abc", "a"])],
            )),
            "shares[].codes[]",
            Problem::TooShort(2),
        ),
        (
            refused(pay().spare(PayWith::from(Voucher::new().within(SquareThing::new(""))))),
            "spare.within.side",
            Problem::Empty,
        ),
        (
            refused(pay().tips(BTreeMap::from([(
                "a".into(),
                Card::new("1").month(13).into(),
            )]))),
            "tips[].month",
            Problem::OutOfRange {
                min: Some(1),
                max: Some(12),
            },
        ),
        (
            refused(AddPart::new(1, Kind::Type, 1, "A")),
            "custom name",
            Problem::Pattern {
                pattern: r#"^[a-z"\\]+$"#,
                position: Some(1),
            },
        ),
    ] {
        assert_eq!(error.field(), field);
        assert_eq!(*error.problem(), problem, "{error}");
    }
}

#[test]
fn a_text_at_its_limit_is_sent() {
    sent(rename().firstname("é".repeat(50)));
    sent(list(Kind::Type, &"k".repeat(64)));
}

#[test]
fn a_map_is_checked_value_by_value() {
    let login = |text: &str| {
        let map = BTreeMap::from([("k".to_owned(), text.to_owned())]);
        LogIn::new("u", "p", 1, [], [], map, serde_json::Value::Null, "f")
    };
    assert_eq!(refused(login("four")).field(), "d[]");
    sent(login("two"));
}

#[test]
fn limits_of_numbers() {
    let change = || ChangeThing::new(1, "on");
    for (error, text) in [
        (
            refused(list(Kind::Type, "k").item_start(-1)),
            "`itemStart` must be at least 0",
        ),
        (
            refused(list(Kind::Type, "k").item_limit(0)),
            "`itemLimit` must be from 1 to 99",
        ),
        (
            refused(list(Kind::Type, "k").item_limit(100)),
            "`itemLimit` must be from 1 to 99",
        ),
        (
            refused(AddPart::new(1, Kind::Type, 0, "a")),
            "`brand_id` must be at least 1",
        ),
        (
            refused(rename().customer_id(0)),
            "`customerID` must be at least 1",
        ),
        (
            refused(change().priority(4)),
            "`priority` must be from -3 to 3",
        ),
        (refused(change().count(-1)), "`count` must be at least 0"),
    ] {
        assert_eq!(error.to_string(), text);
    }
    sent(list(Kind::Type, "k").item_limit(1));
    sent(change().priority(3).count(Nullable::Null));
}

#[test]
fn fields_that_must_be_there() {
    for operation in [
        RenameThing::new(1),
        RenameThing::new(1).firstname("Ana").brand_id(1),
        RenameThing::new(1).primary_id("p"),
    ] {
        let error = refused(operation);
        assert_eq!(error.field(), "primaryID");
        assert_eq!(
            error.to_string(),
            "`primaryID` and `brandID` or `customerID` must be set"
        );
    }
    sent(RenameThing::new(1).primary_id("p").brand_id(1));
    sent(RenameThing::new(1).customer_id(1));
}

#[test]
fn dynamic_fields() {
    for (error, text) in [
        (
            refused(add().custom_field("", "x")),
            "`custom_` needs a name after the prefix",
        ),
        (
            refused(add().custom_field("custom_a", "x")),
            "`custom_custom_a` would have the prefix `custom_` twice",
        ),
        (
            refused(add().custom_field("a", "x").custom_field("a", "x")),
            "`custom_a` is set twice",
        ),
        (
            refused(add().inner("", "x")),
            "`partType_0` must not be empty",
        ),
        (
            refused(add().inner("a", "x").inner("b", "")),
            "`partValue_1` must not be empty",
        ),
        (
            refused(rename().extra("a", "1").extra("a", "2")),
            "`extra field a` is set twice",
        ),
        (
            refused(rename().channel("a", "")),
            "`value_0` must not be empty",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_path_that_would_be_another_one() {
    for (kind, problem) in [
        ("..", Problem::DotSegment),
        (".", Problem::DotSegment),
        ("", Problem::Empty),
        ("a\nb", Problem::ControlCharacter),
    ] {
        let error = refused(list(Kind::unlisted(kind), "k"));
        assert_eq!(error.field(), "kind");
        assert_eq!(*error.problem(), problem);
    }
}

#[test]
fn a_header_that_would_be_two() {
    let error = refused(list(Kind::Type, "a\r\nx: y"));
    assert_eq!(error.field(), "X-Client-Key");
    assert_eq!(*error.problem(), Problem::Header);
}
