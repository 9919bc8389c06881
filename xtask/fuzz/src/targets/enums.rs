use customer_api_core::generated::{OpenEnum, open_enum};
use helpdesk_customers::CrmChannel;
use ravelin_labels::{Label, PaymentFraudReview, RefundAbuseReview};
use revnue_customers::ContactType;
use serde_json::Value;

/// An enum keeps any value of a provider, and writes the same value back.
pub(super) fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    keeps::<CrmChannel>(&text);
    keeps::<Label>(&text);
    keeps::<PaymentFraudReview>(&text);
    keeps::<RefundAbuseReview>(&text);
    keeps::<ContactType>(&text);
}

fn keeps<E: OpenEnum + PartialEq>(text: &str) {
    let value: E = open_enum::parse(text);
    assert_eq!(value.as_str(), text);
    let json = open_enum::serialize(&value, serde_json::value::Serializer).unwrap();
    assert_eq!(json, Value::from(text));
    let again: E = open_enum::deserialize(&json).unwrap();
    assert!(again == value);
    // The value with escapes, as in a response.
    let written = json.to_string();
    let read: E =
        open_enum::deserialize(&mut serde_json::Deserializer::from_str(&written)).unwrap();
    assert!(read == value);
    assert_eq!(
        E::listed(text).is_some_and(|listed| listed == value),
        E::listed(text).is_some()
    );
}
