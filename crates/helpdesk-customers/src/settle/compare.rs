//! Compares the sent values with a customer that a read returned.

use customer_api_core::{
    generated::{NumberedPairs, PrefixedFields},
    settle::Comparison,
};
use serde_json::Value;

use crate::Customer;

/// The values of a customer that a write sends.
pub(super) struct Sent<'a> {
    pub(super) firstname: Option<&'a str>,
    pub(super) lastname: Option<&'a str>,
    pub(super) custom_fields: &'a PrefixedFields,
}

impl Sent<'_> {
    pub(super) fn compare(&self, customer: &Customer, comparison: &mut Comparison) {
        let names = [
            ("firstname", self.firstname, &customer.firstname),
            ("lastname", self.lastname, &customer.lastname),
        ];
        for (name, sent, shown) in names {
            if let Some(sent) = sent {
                // The customer may have a name that the read does not return.
                comparison.field(name, shown.as_deref().map(|shown| is_same(shown, sent)));
            }
        }
        // It is not documented under which names responses show custom fields, and the sent values can't be read here.
        for name in self.custom_fields.names() {
            comparison.field(format!("custom_{name}"), None);
        }
    }
}

/// Compares numbered channels.
pub(super) fn channels(sent: &NumberedPairs, customer: &Customer, comparison: &mut Comparison) {
    for (number, (_, value)) in sent.pairs().enumerate() {
        let name = format!("customerChannelValue_{number}");
        comparison.field(name, has_channel(customer, value));
    }
}

/// Whether the customer's channels contain an address. `None` if the read returned no channels. The list of channels is also empty in the
/// provider's sample, so an empty list does not show that the customer has no channels.
pub(super) fn has_channel(customer: &Customer, value: &str) -> Option<bool> {
    if customer.channels.is_empty() {
        return None;
    }
    let is_here = |text: &str| {
        let mut words = text.split_whitespace();
        is_same_address(text, value) || words.any(|word| is_same_address(word, value))
    };
    Some(
        customer
            .channels
            .iter()
            .any(|channel| any_text(channel, &is_here)),
    )
}

/// Whether `is_like` returns true for any text or number inside a value. The form of a channel or of a timeline entry is not
/// documented.
pub(super) fn any_text(value: &Value, is_like: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_like(text),
        Value::Number(number) => is_like(&number.to_string()),
        Value::Array(items) => items.iter().any(|item| any_text(item, is_like)),
        Value::Object(members) => members.values().any(|member| any_text(member, is_like)),
        Value::Null | Value::Bool(_) => false,
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim() == other.trim()
}

/// Compares addresses without regard to case, and phone numbers without regard to grouping.
fn is_same_address(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    if one.eq_ignore_ascii_case(other) {
        return true;
    }
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// Returns the digits of an international phone number.
fn number(text: &str) -> Option<String> {
    let rest = text.strip_prefix('+')?;
    let is_grouping = |letter: char| matches!(letter, ' ' | '-' | '.' | '(' | ')' | '/');
    rest.chars()
        .filter(|letter| !is_grouping(*letter))
        .map(|letter| letter.is_ascii_digit().then_some(letter))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_found_in_any_shape() {
        for channels in [
            json!([{"id": 1, "type": "email", "value": "Ana@Shop.example"}]),
            json!(["email: ana@shop.example"]),
            json!([{"email": {"address": ["ana@shop.example"]}}]),
        ] {
            let customer = Customer::from(json!({"id": 1, "channels": channels}));
            assert_eq!(has_channel(&customer, "ana@shop.example"), Some(true));
            assert_eq!(has_channel(&customer, "na@shop.example"), Some(false));
        }
        let customer = Customer::from(json!({"id": 1, "channels": ["+64 21 123-4567"]}));
        assert_eq!(has_channel(&customer, "+64211234567"), Some(true));
        assert_eq!(has_channel(&customer, "+6421123456"), Some(false));
    }

    #[test]
    fn channels_that_are_not_shown_can_not_be_compared() {
        for customer in [
            json!({"id": 1, "channels": []}),
            json!({"id": 1, "channels": null}),
        ] {
            assert_eq!(
                has_channel(&Customer::from(customer), "ana@shop.example"),
                None
            );
        }
    }

    #[test]
    fn a_name_that_is_not_shown_can_not_be_compared() {
        let custom_fields = &PrefixedFields::new();
        let sent = Sent {
            firstname: Some("Ana"),
            lastname: None,
            custom_fields,
        };
        for (shown, expected) in [
            (
                json!({"id": 1, "firstname": "Ana ", "lastname": "Lopez"}),
                true,
            ),
            (json!({"id": 1, "lastname": "Lopez"}), false),
            (json!({"id": 1, "firstname": "Bob"}), false),
        ] {
            let mut comparison = Comparison::new();
            sent.compare(&Customer::from(shown), &mut comparison);
            assert_eq!(comparison.is_equal(), expected);
        }
    }
}
