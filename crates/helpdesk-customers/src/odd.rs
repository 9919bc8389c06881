//! Reads and reports values of another type than documented.

use customer_api_core::{
    error::DecodeError,
    response::{ResponseBody, Unreadable, UnreadableKind},
};
use serde_json::Value;

use crate::{Customer, customer::Fields};

/// A place in a response. A report of a value that is not as documented names the value's place.
#[derive(Clone, Copy)]
pub(crate) struct Place<'b> {
    body: &'b ResponseBody,
    /// The name of a member of the response; empty for the whole response.
    name: &'static str,
    /// The index of an element, if the place is in a list.
    index: Option<usize>,
}

impl<'b> Place<'b> {
    /// The whole response.
    pub(crate) fn whole(body: &'b ResponseBody) -> Self {
        Self::at(body, "")
    }

    /// A member of the response.
    pub(crate) fn at(body: &'b ResponseBody, name: &'static str) -> Self {
        Self {
            body,
            name,
            index: None,
        }
    }

    /// An element of a list.
    pub(crate) fn element(self, index: usize) -> Self {
        Self {
            index: Some(index),
            ..self
        }
    }

    pub(crate) fn report(self, kind: UnreadableKind, value: &Value) -> Result<(), DecodeError> {
        self.report_member("", kind, value)
    }

    fn report_member(
        self,
        name: &str,
        kind: UnreadableKind,
        value: &Value,
    ) -> Result<(), DecodeError> {
        let mut path = self.name.to_owned();
        if let Some(index) = self.index {
            path += &format!("[{index}]");
        }
        if !path.is_empty() && !name.is_empty() {
            path.push('.');
        }
        path += name;
        let report = Unreadable::new(kind, path, value.to_string());
        self.body.report(match self.index {
            Some(index) => report.in_record(index),
            None => report,
        })
    }

    /// Reads a member of an object with `read`, and reports the member if it is not as documented. Returns `None` if the member is
    /// missing, `null` or unreadable.
    pub(crate) fn member<T>(
        self,
        object: &Value,
        name: &str,
        read: fn(&Value) -> Option<Form<T>>,
    ) -> Result<Option<T>, DecodeError> {
        let value = match object.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(value) => value,
        };
        match read(value) {
            Some(Form::Documented(value)) => Ok(Some(value)),
            Some(Form::Other(read)) => {
                self.report_member(name, UnreadableKind::Coerced, value)?;
                Ok(Some(read))
            }
            None => {
                self.report_member(name, UnreadableKind::TakenOut, value)?;
                Ok(None)
            }
        }
    }

    /// Reads every field of a customer that can be read.
    pub(crate) fn customer(self, raw: Value) -> Result<Customer, DecodeError> {
        let fields = Fields {
            id: self.member(&raw, "id", number)?,
            external_id: self.member(&raw, "external_primary_id", text)?,
            brand_name: self.member(&raw, "brand_name", text)?,
            firstname: self.member(&raw, "firstname", text)?,
            lastname: self.member(&raw, "lastname", text)?,
            channels: self.member(&raw, "channels", list)?,
        };
        Ok(Customer::new(fields, raw))
    }

    /// Reads the customers of a list. An element that is not an object is not a customer: it is reported and omitted.
    pub(crate) fn customers(self, items: Vec<Value>) -> Result<Vec<Customer>, DecodeError> {
        let mut customers = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let place = self.element(index);
            if item.is_object() {
                customers.push(place.customer(item)?);
            } else {
                place.report(UnreadableKind::Record, &item)?;
            }
        }
        Ok(customers)
    }
}

/// A value that was read, and whether it had the documented form.
pub(crate) enum Form<T> {
    Documented(T),
    Other(T),
}

impl<T> Form<T> {
    pub(crate) fn into_value(self) -> T {
        match self {
            Self::Documented(value) | Self::Other(value) => value,
        }
    }
}

/// Reads a count or an id. A string that contains the number as JSON writes it is read as [`Form::Other`]. `007` is not read.
pub(crate) fn number(value: &Value) -> Option<Form<u64>> {
    match value {
        Value::Number(number) => number.as_u64().map(Form::Documented),
        Value::String(digits) => {
            let is_canonical = digits.bytes().all(|byte| byte.is_ascii_digit())
                && (digits == "0" || !digits.starts_with('0'));
            is_canonical.then(|| digits.parse().ok())?.map(Form::Other)
        }
        _ => None,
    }
}

/// Reads a string. A whole number or a boolean is read as [`Form::Other`]. A fraction is not read, because it may have lost digits.
pub(crate) fn text(value: &Value) -> Option<Form<String>> {
    match value {
        Value::String(text) => Some(Form::Documented(text.clone())),
        Value::Number(number) if !number.is_f64() => Some(Form::Other(number.to_string())),
        Value::Bool(truth) => Some(Form::Other(truth.to_string())),
        _ => None,
    }
}

fn list(value: &Value) -> Option<Form<Vec<Value>>> {
    value.as_array().cloned().map(Form::Documented)
}
