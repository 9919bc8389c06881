//! Values that can be written in another form in exactly one way.

/// Converts a number or a boolean to a JSON string: `90210` becomes `"90210"`. A number with an exponent can be written in several ways,
/// so it is not converted.
pub(super) fn as_text(json: &str) -> Option<String> {
    (is_decimal(json) || matches!(json, "true" | "false")).then(|| format!("\"{json}\""))
}

/// Converts a JSON string that contains a number as JSON writes it: `"17"`, never `"007"`, `"+7"` or `" 7"`.
pub(super) fn as_number(json: &str) -> Option<&str> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    is_decimal(inner).then_some(inner)
}

/// Returns whether a JSON value is a list without elements.
pub(super) fn is_empty_list(json: &str) -> bool {
    let inner = json
        .strip_prefix('[')
        .and_then(|json| json.strip_suffix(']'));
    inner.is_some_and(|inner| inner.trim_ascii().is_empty())
}

/// Writes a text as a JSON string.
pub(super) fn push_quoted(json: &mut String, text: &str) {
    if text
        .bytes()
        .all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\'))
    {
        json.push('"');
        json.push_str(text);
        json.push('"');
    } else {
        json.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// Returns whether a text is a decimal number: an optional minus sign, digits without leading zeros, and optionally a point with more
/// digits. Minus zero is excluded.
fn is_decimal(text: &str) -> bool {
    let is_digits =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && text != "-0"
}
