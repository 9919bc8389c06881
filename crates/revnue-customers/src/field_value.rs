use std::{borrow::Cow, fmt};

use customer_api_core::response::{Shape, Shaped};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

/// The value of a custom field, exactly as Revnue sent it.
///
/// The type depends on how the account defines the field. An amount of money may be a number or a text. The value is kept as JSON
/// text, so that no digit is lost: a number of 30 digits and `250000.00` stay unchanged.
///
/// ```
/// use revnue_customers::FieldValue;
///
/// let value: FieldValue = serde_json::from_str("123456789012345678901234567890.10")?;
/// assert_eq!(value.as_decimal_text().as_deref(), Some("123456789012345678901234567890.10"));
/// assert_eq!(value.as_i64(), None);
/// assert_eq!(serde_json::to_string(&value)?, "123456789012345678901234567890.10");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldValue(Box<RawValue>);

impl FieldValue {
    /// Returns the JSON text as it arrived. The text may contain personal data, so take care when you log it.
    #[must_use]
    pub fn json(&self) -> &str {
        self.0.get()
    }

    /// Returns whether the value is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.json() == "null"
    }

    /// Returns the text, with its escapes decoded, if the value is a valid text.
    #[must_use]
    pub fn as_str(&self) -> Option<Cow<'_, str>> {
        let inner = self.json().strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            // A text with half a surrogate pair as an escape is not valid.
            return serde_json::from_str(self.json()).ok().map(Cow::Owned);
        }
        Some(Cow::Borrowed(inner))
    }

    /// Returns the value if it is `true` or `false`.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        self.json().parse().ok()
    }

    /// Returns the whole number, if the value is a JSON number that has no fraction or exponent and fits into an `i64`.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.is_number().then(|| self.json().parse().ok())?
    }

    /// Returns the digits of a decimal number, whether the value is a JSON number or a text such as `"250000.00"`: an optional minus
    /// sign, digits, and optionally a point and more digits. A number with an exponent is not accepted.
    ///
    /// Pass the digits to the decimal type of your choice. This method rounds nothing.
    #[must_use]
    pub fn as_decimal_text(&self) -> Option<Cow<'_, str>> {
        let text = if self.is_number() {
            Cow::Borrowed(self.json())
        } else {
            self.as_str()?
        };
        is_decimal(&text).then_some(text)
    }

    /// Converts the value for a write, such as [`NewField::new`](crate::NewField::new), if the value is a text, a boolean, `null`, or a
    /// number whose digits [`Value`] keeps. Returns `None` for any other number, and for lists and objects, which no write accepts.
    #[must_use]
    pub fn to_value(&self) -> Option<Value> {
        let value: Value = serde_json::from_str(self.json()).ok()?;
        match &value {
            Value::Number(number) => (number.to_string() == self.json()).then_some(value),
            Value::Array(_) | Value::Object(_) => None,
            Value::Null | Value::Bool(_) | Value::String(_) => Some(value),
        }
    }

    fn is_number(&self) -> bool {
        self.json()
            .starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }
}

fn is_decimal(text: &str) -> bool {
    let is_digits =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
        None => is_digits(unsigned),
    }
}

impl Shaped for FieldValue {
    const SHAPE: Shape = Shape::any::<Self>();
}

/// Values are equal if their JSON texts are equal.
impl PartialEq for FieldValue {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Eq for FieldValue {}

/// Shows the value: a text without its quotes and escapes, any other value as JSON. The value may be personal data.
impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Some(text) => f.write_str(&text),
            None => f.write_str(self.json()),
        }
    }
}

/// Shows only whether the value is `null`, and never the value.
impl fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_null() { "null" } else { "[redacted]" })
    }
}
