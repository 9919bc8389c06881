use std::{borrow::Cow, fmt};

use customer_api_core::response::{Shape, Shaped};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

/// The value of a custom field, exactly as Revnue wrote it.
///
/// Its type depends on how the account defines the field, and an amount of money may be a number or a text. It is kept as JSON
/// text, so that no digit is lost: a number of 30 digits stays what it is, and so does `250000.00`.
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
    /// The JSON text as it arrived. It may hold personal data: think before logging it.
    #[must_use]
    pub fn json(&self) -> &str {
        self.0.get()
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.json() == "null"
    }

    /// The text, if it is one; its escapes are resolved.
    #[must_use]
    pub fn as_str(&self) -> Option<Cow<'_, str>> {
        let inner = self.json().strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            // An escape that is no character, such as half a surrogate pair, is no text.
            return serde_json::from_str(self.json()).ok().map(Cow::Owned);
        }
        Some(Cow::Borrowed(inner))
    }

    /// The truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        self.json().parse().ok()
    }

    /// The whole number, if it is a JSON number without fraction or exponent that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.is_number().then(|| self.json().parse().ok())?
    }

    /// The digits of a decimal number, whether it is a JSON number or a text such as `"250000.00"`: a sign perhaps, digits, and
    /// perhaps a point and more digits. An exponent is no decimal number.
    ///
    /// Give it to the decimal type of your choice; none is rounded on the way here.
    #[must_use]
    pub fn as_decimal_text(&self) -> Option<Cow<'_, str>> {
        let text = if self.is_number() {
            Cow::Borrowed(self.json())
        } else {
            self.as_str()?
        };
        is_decimal(&text).then_some(text)
    }

    /// The value for a write, such as [`NewField::new`](crate::NewField::new): a text, a truth value, `null`, or a number that
    /// survives unchanged. `None` for a number that would be rounded, and for lists and objects, which no write takes.
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

/// Equal if written alike.
impl PartialEq for FieldValue {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Eq for FieldValue {}

/// Says that there is a value, not which.
impl fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_null() { "null" } else { "[redacted]" })
    }
}
