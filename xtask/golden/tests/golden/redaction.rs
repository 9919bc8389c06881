//! Secrets and personal data must appear in no `Debug` and in no message.

use std::collections::BTreeMap;

use customer_api_core::{Operation, time::Date};
use golden::{
    AddPart, Address, Card, ChangeThing, Kind, ListParts, LogIn, LogInResponse, MakeThing, Nasty,
    NewOwner, Nothing, Owner, Pay, PayWith, RenameThing, SquareThing, Voucher,
};

use crate::support::call;

/// A value that can't occur by accident.
const PLANTED: &str = "planted";

fn owner(number: u32) -> NewOwner {
    NewOwner::new(format!("{PLANTED}{number}@x.example"))
        .nick_names([format!("{PLANTED} nick")])
        .address(Address::new().line_1(format!("{PLANTED} street")))
}

/// Prints the operation, sends it, and lets the provider repeat every word of the request in its refusal.
#[track_caller]
fn keeps<O: Operation<Service = Nasty> + std::fmt::Debug + Clone + 'static>(operation: O) {
    let debug = format!("{operation:?}");
    assert!(!debug.contains(PLANTED), "{debug}");
    assert!(debug.contains("[redacted]"), "{debug}");
    let (_, sent) = call(operation.clone(), 200, "");
    let sent = sent.expect("the call is sent");
    let body = String::from_utf8_lossy(sent.body()).into_owned();
    let headers: String = sent
        .headers()
        .values()
        .map(|value| value.to_str().unwrap().to_owned() + " ")
        .collect();
    assert!(format!("{body}{headers}").contains(PLANTED), "{body}");
    let (outcome, _) = call(operation, 400, &format!("refused: {body} {headers}"));
    let Err(error) = outcome else {
        panic!("a 400 is no success")
    };
    let message = error.message().unwrap();
    assert!(message.starts_with("refused: "), "{message}");
    for text in [message.to_owned(), format!("{error}"), format!("{error:?}")] {
        assert!(!text.contains(PLANTED), "{text}");
    }
}

#[test]
fn multipart() {
    keeps(
        AddPart::new(1, Kind::Type, 1, "planted")
            .link_channel("email", "planted@x.example")
            .custom_field("name", "planted & field")
            .inner("type", "planted value"),
    );
}

#[test]
fn form() {
    keeps(
        RenameThing::new(1)
            .customer_id(1)
            .firstname("planted name")
            .channel("email", "planted+1@x.example"),
    );
}

#[test]
fn json_inside_arrays_and_objects() {
    keeps(
        ChangeThing::new(1, "on")
            .owners([owner(1), owner(2)])
            .first(owner(3)),
    );
}

#[test]
fn a_variant_of_a_union() {
    keeps(MakeThing::new(SquareThing::new(PLANTED)));
    let card = || Card::new("planted 1");
    keeps(Pay::new(card(), [card()]).spare(PayWith::from(card())));
    let tips = BTreeMap::from([("a".to_owned(), card().into())]);
    keeps(Pay::new(Nothing::new(), [Voucher::new().codes([PLANTED])]).tips(tips));
    let inner = Voucher::new().within(SquareThing::new(PLANTED));
    keeps(Pay::new(inner, [card()]));
}

#[test]
fn an_unlisted_object_of_a_union() {
    let cash = serde_json::json!({ "type of \"it\"": "cash", "from": { "name": [PLANTED] } });
    let cash = PayWith::unlisted(cash).unwrap();
    let debug = format!("{cash:?}");
    assert!(
        debug.contains("cash") && !debug.contains(PLANTED),
        "{debug}"
    );
    keeps(Pay::new(cash, [Card::new("planted 1")]));
}

#[test]
fn a_secret_header() {
    let day = Date::new(2024, 1, 1).unwrap();
    keeps(ListParts::new(1, Kind::Type, day, "planted-key"));
}

#[test]
fn credentials_in_a_body() {
    keeps(LogIn::new(
        "planted user",
        "planted password",
        1,
        [],
        [],
        BTreeMap::new(),
        serde_json::Value::Null,
        "planted f",
    ));
}

#[test]
fn a_number_is_hidden_too() {
    let operation = AddPart::new(1, Kind::Type, 1, "name").owner(987_654_321);
    let debug = format!("{operation:?}");
    assert!(!debug.contains("987654321"), "{debug}");
    assert!(debug.contains("owner: Some([redacted])"), "{debug}");
}

/// Returns the error's message after a response that refuses the call in these words.
fn message_of<O: Operation<Service = Nasty> + 'static>(operation: O, words: &str) -> String {
    let (outcome, _) = call(operation, 400, words);
    let Err(error) = outcome else {
        panic!("a 400 is no success")
    };
    error.message().unwrap().to_owned()
}

#[test]
fn a_number_that_is_echoed_is_replaced() {
    let operation = AddPart::new(1, Kind::Type, 1, "name").owner(987_654_321);
    assert_eq!(
        message_of(operation, "owner 987654321 of 19876543210 is unknown"),
        "owner [redacted] of 19876543210 is unknown"
    );
    let short = AddPart::new(1, Kind::Type, 1, "name").owner(98_765);
    assert_eq!(message_of(short, "owner 98765"), "owner 98765");
}

#[test]
fn numbers_inside_arrays_and_objects_are_replaced() {
    let owner = NewOwner::new("a@x.example")
        .account_numbers([Some(11_111_111), None, Some(-22_222_222)])
        .tax_number(33_333_333);
    let operation = ChangeThing::new(1, "on").first(owner);
    assert_eq!(
        message_of(operation, "taken: 11111111, -22222222, 33333333, 44444444"),
        "taken: [redacted], -[redacted], [redacted], 44444444"
    );
}

#[test]
fn what_is_not_sensitive_is_shown() {
    let operation = RenameThing::new(8)
        .primary_id("p-1")
        .extra("city", "Napier")
        .channel("email", "planted");
    assert_eq!(
        format!("{operation:?}"),
        "RenameThing { thing_id: 8, firstname: None, tags: None, nick_names: None, primary_id: Some(\"p-1\"), customer_id: None, brand_id: None, \
         no_sync: None, extra: {\"city\": [redacted]}, channel: NumberedPairs { pairs: 1 } }"
    );
}

#[test]
fn answers_hide_what_they_carry() {
    let owner: Owner = serde_json::from_str(
        r#"{"email":"planted","since":"2024-01-01T00:00:00Z","born":"1987-06-05"}"#,
    )
    .unwrap();
    let login: LogInResponse = serde_json::from_str(r#"{"token":"planted"}"#).unwrap();
    let debug = format!("{owner:?} {login:?}");
    for hidden in [PLANTED, "2024", "1987"] {
        assert!(!debug.contains(hidden), "{debug}");
    }
    assert!(debug.contains("[redacted]"), "{debug}");
}
