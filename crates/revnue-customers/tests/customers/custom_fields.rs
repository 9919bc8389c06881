//! The values of custom fields: every digit, in every type.

use proptest::prelude::*;
use revnue_customers::{FieldValue, GetCustomer};
use serde_json::{Value, json};

use crate::support::answering;

fn value(json: &str) -> FieldValue {
    serde_json::from_str(json).unwrap()
}

#[tokio::test]
async fn no_digit_is_lost_on_the_way() {
    let digits = "123456789012345678901234567890.123456789012345678901234567890";
    let body = format!(
        r#"{{"id":1,"template":{{"id":9,"fields":{{"a":{digits},"b":"{digits}","c":1.10,"d":1e400,"e":{{"x":[1.0]}}}}}}}}"#
    );
    let client = answering(200, &body);
    let customer = client.send(GetCustomer::new(1, 1)).await.unwrap();
    let fields = &customer.template.as_ref().unwrap().fields;
    for name in ["a", "b"] {
        assert_eq!(fields[name].as_decimal_text().as_deref(), Some(digits));
    }
    assert_eq!(fields["c"].json(), "1.10");
    assert_eq!(fields["d"].json(), "1e400");
    assert_eq!(fields["e"].json(), r#"{"x":[1.0]}"#);
    assert!(serde_json::to_string(&customer).unwrap().contains(digits));
    assert!(!format!("{customer:?}").contains("1.10"));
}

#[test]
fn a_value_is_read_as_what_it_is() {
    let text = value(r#""a \"b\" \u00e9 \ud83d\ude42""#);
    assert_eq!(text.as_str().as_deref(), Some("a \"b\" é 🙂"));
    assert_eq!(value(r#""plain""#).as_str().as_deref(), Some("plain"));
    assert_eq!(
        (value("true").as_bool(), value("\"true\"").as_bool()),
        (Some(true), None)
    );
    assert!(value("null").is_null() && !value("0").is_null());
    for (json, whole, decimal) in [
        ("12", Some(12), Some("12")),
        (
            "-9223372036854775808",
            Some(i64::MIN),
            Some("-9223372036854775808"),
        ),
        ("9223372036854775808", None, Some("9223372036854775808")),
        ("12.0", None, Some("12.0")),
        ("-0", Some(0), Some("-0")),
        ("1e3", None, None),
        ("\"250000.00\"", None, Some("250000.00")),
        ("\"-7\"", None, Some("-7")),
        ("\"1,5\"", None, None),
        ("\".5\"", None, None),
        ("\"5.\"", None, None),
        ("\"+5\"", None, None),
        ("\"\"", None, None),
        ("null", None, None),
        ("[1]", None, None),
        ("true", None, None),
    ] {
        assert_eq!(value(json).as_i64(), whole, "{json}");
        assert_eq!(value(json).as_decimal_text().as_deref(), decimal, "{json}");
    }
}

#[test]
fn only_what_survives_is_written_back() {
    for (json, written) in [
        ("12", Some(json!(12))),
        ("1.5", Some(json!(1.5))),
        ("\"250000.00\"", Some(json!("250000.00"))),
        ("null", Some(Value::Null)),
        ("true", Some(json!(true))),
        ("250000.00", None),
        ("0.1000000000000000055511151231257827", None),
        ("123456789012345678901234567890", None),
        ("1e400", None),
        ("[1]", None),
        ("{}", None),
    ] {
        assert_eq!(value(json).to_value(), written, "{json}");
    }
}

proptest! {
    #[test]
    fn any_text_and_any_number_come_back(text in ".{0,30}", number in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?") {
        let quoted = serde_json::to_string(&text).unwrap();
        let quoted = value(&quoted);
        prop_assert_eq!(quoted.as_str().unwrap(), text);
        let digits = value(&number);
        prop_assert_eq!(digits.as_decimal_text().unwrap(), number.as_str());
        if let Some(written) = digits.to_value() {
            prop_assert_eq!(written.to_string(), number);
        }
    }
}
