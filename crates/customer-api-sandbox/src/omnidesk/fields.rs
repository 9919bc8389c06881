//! Reads the fields of a form that was already checked against the description.

use serde_json::Value;

/// Returns a text, or `None` if it is absent.
pub(super) fn text<'a>(body: &'a Value, field: &str) -> Option<&'a str> {
    body.get(field).and_then(Value::as_str)
}

/// Returns a number, or `None` if it is absent.
pub(super) fn number(body: &Value, field: &str) -> Option<u64> {
    body.get(field).and_then(Value::as_u64)
}

/// Returns the custom fields, by their names without the prefix.
pub(super) fn custom(body: &Value) -> impl Iterator<Item = (&str, &str)> {
    let fields = body.as_object().into_iter().flatten();
    fields.filter_map(|(name, value)| Some((name.strip_prefix("custom_")?, value.as_str()?)))
}

/// Returns the numbered channels, in the order of their numbers.
pub(super) fn channels(body: &Value) -> impl Iterator<Item = (&str, &str)> {
    (0..).map_while(|number| {
        let channel_type = text(body, &format!("customerChannelType_{number}"))?;
        let value = text(body, &format!("customerChannelValue_{number}"))?;
        Some((channel_type, value))
    })
}

/// Returns the channels in the fields `extra_…` of a creation or of an addition of channels.
pub(super) fn extra_channels(body: &Value) -> Vec<(&'static str, String)> {
    let named = ["email", "telephone", "twitter", "facebook"].into_iter();
    let present = named.filter_map(|channel_type| {
        let value = body.get(format!("extra_{channel_type}"))?;
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        Some((channel_type, value))
    });
    present.collect()
}

/// Returns the type that an address appears to have, if no type is given.
pub(super) fn guess_type(address: &str) -> &'static str {
    if address.contains('@') {
        "email"
    } else {
        "telephone"
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_by_their_names() {
        let body = json!({
            "brand_id": 1, "custom_a": "A", "customerChannelType_0": "1",
            "customerChannelValue_0": "x", "customerChannelType_1": "8",
            "customerChannelValue_1": "y", "extra_email": "e", "extra_facebook": 7,
        });
        assert_eq!(number(&body, "brand_id"), Some(1));
        assert_eq!(custom(&body).collect::<Vec<_>>(), [("a", "A")]);
        assert_eq!(
            channels(&body).collect::<Vec<_>>(),
            [("1", "x"), ("8", "y")]
        );
        let extra = [("email", "e".to_owned()), ("facebook", "7".to_owned())];
        assert_eq!(extra_channels(&body), extra);
    }
}
