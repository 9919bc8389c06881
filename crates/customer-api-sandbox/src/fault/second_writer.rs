//! A second writer, which writes after a request to which a fault is applied.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Later;
use super::form::SecondWriterForm;

/// A write by another writer, derived from the request to which a fault is applied: the same write,
/// another change to the same record or, for a creation, another record with the same name.
///
/// The second write is made immediately after that request, before the client's next request, even
/// if the fault prevents the request from being carried out. The second write has the operation and
/// the path of the request, and the body of the request with the changes that this value lists.
/// After a read, or a request that the provider refuses, there is no second write.
///
/// The second writer sends no request. Therefore the log does not contain the second write, but
/// `applied_count` counts the second write. The second write is not checked against the credential,
/// the quota or the provider's description. The fields that are [set](Self::set) should therefore
/// be valid for the operation.
///
/// ```
/// use customer_api_sandbox::{Fault, SecondWriter};
///
/// // The label is lost, and a colleague sets the same one, without the marker in the comment.
/// let same = Fault::reset_before_head().second_writer(SecondWriter::same().unset("comment"));
/// // The label is stored, and a colleague overturns it before the client looks.
/// let other = Fault::reset_before_head()
///     .processed()
///     .second_writer(SecondWriter::same().set("review", "GENUINE"));
/// ```
///
/// The JSON form has `set`, `unset` and `later`: `{"set": {"review": "GENUINE"}, "unset": ["comment"]}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "SecondWriterForm", into = "SecondWriterForm")]
#[must_use = "a second writer does nothing until it is handed to a fault"]
pub struct SecondWriter {
    pub(super) changes: Vec<(String, Option<Value>)>,
    pub(crate) later: Option<Later>,
}

impl SecondWriter {
    /// Repeats the request's own write, as another writer.
    pub const fn same() -> Self {
        Self {
            changes: Vec::new(),
            later: None,
        }
    }

    /// Sets a field of the body, whether or not the request has the field. `field` is the name that
    /// the provider gives to the field.
    pub fn set(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.changes.push((field.into(), Some(value.into())));
        self
    }

    /// Removes a field of the body. `field` is the name that the provider gives to the field.
    pub fn unset(mut self, field: impl Into<String>) -> Self {
        self.changes.push((field.into(), None));
        self
    }

    /// Delays the second write. By default, the second write is made immediately after the request.
    pub fn later(mut self, later: Later) -> Self {
        self.later = Some(later);
        self
    }

    /// Returns the body of the second write, derived from the body of the request.
    pub(crate) fn body(&self, body: &Value) -> Value {
        let mut body = body.clone();
        if let Some(fields) = body.as_object_mut() {
            for (field, value) in &self.changes {
                match value {
                    Some(value) => drop(fields.insert(field.clone(), value.clone())),
                    None => drop(fields.remove(field)),
                }
            }
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_changed_field_by_field() {
        let writer = SecondWriter::same().set("city", "Nadi").unset("phone");
        let body = writer.body(&json!({ "name": "Acme", "city": "Suva", "phone": "1" }));
        assert_eq!(body, json!({ "name": "Acme", "city": "Nadi" }));
        // An operation without a body has nothing to change.
        assert_eq!(writer.body(&Value::Null), Value::Null);
    }
}
