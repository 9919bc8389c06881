use std::fmt;

/// Prints whether there is a value, but not the value.
///
/// ```
/// use customer_api_core::generated::Redacted;
///
/// assert_eq!(format!("{:?}", Redacted(&"ana@shop.example")), "[redacted]");
/// assert_eq!(format!("{:?}", Redacted(&Some("ana@shop.example"))), "Some([redacted])");
/// assert_eq!(format!("{:?}", Redacted(&None::<String>)), "None");
/// ```
#[expect(clippy::exhaustive_structs, reason = "a wrapper around one value")]
pub struct Redacted<'a, T: ?Sized>(pub &'a T);

impl<T: Presence + ?Sized> fmt::Debug for Redacted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.presence())
    }
}

/// The text that [`Redacted`] prints for a value.
pub trait Presence {
    /// Returns a fixed text that shows whether there is a value.
    fn presence(&self) -> &'static str {
        "[redacted]"
    }
}

impl Presence for str {}
impl Presence for String {}
impl Presence for &str {}
impl Presence for bool {}
impl Presence for i32 {}
impl Presence for i64 {}
impl Presence for u64 {}
impl Presence for f64 {}
impl Presence for crate::time::Timestamp {}
impl Presence for crate::time::Date {}
impl Presence for serde_json::Value {}
impl<T> Presence for crate::nullable::Nullable<T> {}

impl<T> Presence for Vec<T> {
    fn presence(&self) -> &'static str {
        if self.is_empty() {
            "[]"
        } else {
            "[[redacted], ..]"
        }
    }
}

impl<T> Presence for Option<T> {
    fn presence(&self) -> &'static str {
        if self.is_some() {
            "Some([redacted])"
        } else {
            "None"
        }
    }
}
