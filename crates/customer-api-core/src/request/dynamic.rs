//! Form fields whose names are made while a request is built, with a prefix or a number.

use std::fmt;

use super::{Encoder, Sensitive};
use crate::error::{Problem, ValidationError};

/// Fields that the account's owner has defined. The caller names a field without the provider's prefix. The prefix is added to the name.
///
/// ```
/// use customer_api_core::generated::PrefixedFields;
///
/// let mut fields = PrefixedFields::new();
/// fields.push("city", "Auckland");
/// assert!(fields.check("custom_").is_ok());
/// fields.push("custom_city", "Napier");
/// assert_eq!(fields.check("custom_").unwrap_err().field(), "custom_custom_city");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PrefixedFields {
    fields: Vec<(String, String)>,
}

impl PrefixedFields {
    /// Creates an empty set of fields.
    #[must_use]
    pub const fn new() -> Self {
        Self { fields: Vec::new() }
    }

    /// Adds a field, by its name without the prefix. Fields are sent in the order in which they are added.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.fields.push((name.into(), value.into()));
    }

    /// Returns the names, without the prefix.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// Checks the names.
    ///
    /// # Errors
    ///
    /// If a name is empty, already begins with the prefix, or occurs twice. The error names the field as it would be sent.
    pub fn check(&self, prefix: &str) -> Result<(), ValidationError> {
        for (index, (name, _)) in self.fields.iter().enumerate() {
            let refused = |reason| Err(ValidationError::other(format!("{prefix}{name}"), reason));
            if name.is_empty() {
                return refused("needs a name after the prefix".to_owned());
            }
            if name.starts_with(prefix) {
                return refused(format!("would have the prefix `{prefix}` twice"));
            }
            if self
                .fields
                .iter()
                .take(index)
                .any(|(other, _)| other == name)
            {
                return refused("is set twice".to_owned());
            }
        }
        Ok(())
    }

    /// Checks the names and adds the fields to an `application/x-www-form-urlencoded` body.
    ///
    /// # Errors
    ///
    /// The same errors as [`check`](Self::check).
    pub fn form(&self, prefix: &str, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        self.check(prefix)?;
        for (name, value) in &self.fields {
            request.form(format_args!("{prefix}{name}"), value);
        }
        Ok(())
    }

    /// Checks the names and adds the fields to a `multipart/form-data` body.
    ///
    /// # Errors
    ///
    /// The same errors as [`check`](Self::check).
    pub fn multipart(
        &self,
        prefix: &str,
        request: &mut Encoder<'_>,
    ) -> Result<(), ValidationError> {
        self.check(prefix)?;
        for (name, value) in &self.fields {
            request.multipart(format!("{prefix}{name}"), value);
        }
        Ok(())
    }

    /// Names the values that must not appear in an error.
    pub fn sensitive<'a>(&'a self, values: &mut Sensitive<'a>) {
        for (_, value) in &self.fields {
            values.text(value);
        }
    }
}

/// Prints only the names.
impl fmt::Debug for PrefixedFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(
                self.fields
                    .iter()
                    .map(|(name, _)| (name, format_args!("[redacted]"))),
            )
            .finish()
    }
}

/// Pairs of fields, numbered from 0 without gaps.
///
/// ```
/// use customer_api_core::generated::NumberedPairs;
///
/// let mut channels = NumberedPairs::new();
/// channels.push("email", "ana@shop.example");
/// channels.push("telephone", "");
/// let error = channels.check(["channelType", "channelValue"]).unwrap_err();
/// assert_eq!(error.to_string(), "`channelValue_1` must not be empty");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NumberedPairs {
    pairs: Vec<[String; 2]>,
}

impl NumberedPairs {
    /// Creates an empty list of pairs.
    #[must_use]
    pub const fn new() -> Self {
        Self { pairs: Vec::new() }
    }

    /// Adds a pair, which gets the next number.
    pub fn push(&mut self, first: impl Into<String>, second: impl Into<String>) {
        self.pairs.push([first.into(), second.into()]);
    }

    /// Returns the pairs, in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|[first, second]| (first.as_str(), second.as_str()))
    }

    /// Checks that no half of a pair is empty.
    ///
    /// # Errors
    ///
    /// If a half is empty. The error names the field as it would be sent.
    pub fn check(&self, names: [&str; 2]) -> Result<(), ValidationError> {
        match self.fields(names).find(|(_, value)| value.is_empty()) {
            Some((name, _)) => Err(ValidationError::new(name.to_string(), Problem::Empty)),
            None => Ok(()),
        }
    }

    /// Checks the pairs and adds them to an `application/x-www-form-urlencoded` body.
    ///
    /// # Errors
    ///
    /// The same errors as [`check`](Self::check).
    pub fn form(&self, names: [&str; 2], request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        self.check(names)?;
        for (name, value) in self.fields(names) {
            request.form(name, value);
        }
        Ok(())
    }

    /// Checks the pairs and adds them to a `multipart/form-data` body.
    ///
    /// # Errors
    ///
    /// The same errors as [`check`](Self::check).
    pub fn multipart(
        &self,
        names: [&str; 2],
        request: &mut Encoder<'_>,
    ) -> Result<(), ValidationError> {
        self.check(names)?;
        for (name, value) in self.fields(names) {
            request.multipart(name.to_string(), value);
        }
        Ok(())
    }

    /// Names the values that must not appear in an error: all second halves, and most first halves. A first half states the kind of the
    /// second, but a caller may swap the two by mistake. Therefore a first half is named too, unless it has fewer than 4 characters or
    /// consists of digits only.
    pub fn sensitive<'a>(&'a self, values: &mut Sensitive<'a>) {
        for [first, second] in &self.pairs {
            if first.chars().count() >= 4 && !first.chars().all(|c| c.is_ascii_digit()) {
                values.text(first);
            }
            values.text(second);
        }
    }

    /// Returns the fields as they are sent.
    fn fields<'s>(&'s self, names: [&'s str; 2]) -> impl Iterator<Item = (Numbered<'s>, &'s str)> {
        self.pairs
            .iter()
            .enumerate()
            .flat_map(move |(number, pair)| {
                names
                    .into_iter()
                    .zip(pair)
                    .map(move |(name, value)| (Numbered { name, number }, value.as_str()))
            })
    }
}

/// The name of a field with its number.
struct Numbered<'a> {
    name: &'a str,
    number: usize,
}

impl fmt::Display for Numbered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.name, self.number)
    }
}

/// Prints only the number of pairs, because a first half may contain a value by mistake.
impl fmt::Debug for NumberedPairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NumberedPairs")
            .field("pairs", &self.pairs.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::{
        base_url::BaseUrl,
        operation::{Method, OperationInfo},
    };

    static INFO: OperationInfo = OperationInfo::new("op", Method::Put, "/x");

    fn body(write: impl FnOnce(&mut Encoder<'_>) -> Result<(), ValidationError>) -> String {
        let base: BaseUrl = "https://api.example".parse().unwrap();
        let mut encoder = Encoder::new(&INFO, &base, true);
        write(&mut encoder).unwrap();
        let prepared = encoder.finish(&HeaderMap::new(), false).unwrap();
        String::from_utf8(prepared.body.to_vec()).unwrap()
    }

    fn custom(fields: &[(&str, &str)]) -> PrefixedFields {
        let mut prefixed = PrefixedFields::new();
        for (name, value) in fields {
            prefixed.push(*name, *value);
        }
        prefixed
    }

    #[test]
    fn the_prefix_comes_in_front_and_the_order_stays() {
        let fields = custom(&[("b", "1"), ("größe & co", "+64 1"), ("a", "")]);
        assert_eq!(
            body(|request| fields.form("custom_", request)),
            "custom_b=1&custom_gr%C3%B6%C3%9Fe+%26+co=%2B64+1&custom_a="
        );
        let parts = body(|request| fields.multipart("custom_", request));
        assert_eq!(parts.matches("name=\"custom_").count(), 3);
        assert!(parts.contains("name=\"custom_größe & co\"\r\n\r\n+64 1\r\n"));
    }

    #[test]
    fn a_name_that_would_go_wrong_is_refused() {
        for (fields, field, words) in [
            (custom(&[("", "x")]), "custom_", "needs a name"),
            (custom(&[("custom_a", "x")]), "custom_custom_a", "twice"),
            (custom(&[("custom_", "x")]), "custom_custom_", "twice"),
            (
                custom(&[("a", "x"), ("b", "y"), ("a", "z")]),
                "custom_a",
                "is set twice",
            ),
        ] {
            let error = fields.check("custom_").unwrap_err();
            assert_eq!(error.field(), field);
            assert!(error.to_string().contains(words), "{error}");
        }
        assert_eq!(custom(&[("a", "x"), ("A", "y")]).check("custom_"), Ok(()));
    }

    #[test]
    fn pairs_are_numbered_from_zero() {
        let mut pairs = NumberedPairs::new();
        pairs.push("email", "a@b.example");
        pairs.push("telephone", "+64 1&2");
        assert_eq!(
            body(|request| pairs.form(["T", "V"], request)),
            "T_0=email&V_0=a%40b.example&T_1=telephone&V_1=%2B64+1%262"
        );
        let parts = body(|request| pairs.multipart(["T", "V"], request));
        let places: Vec<_> = ["\"T_0\"", "\"V_0\"", "\"T_1\"", "\"V_1\""]
            .iter()
            .map(|name| parts.find(name).unwrap())
            .collect();
        assert!(places.is_sorted());
    }

    #[test]
    fn half_a_pair_is_refused() {
        let mut pairs = NumberedPairs::new();
        pairs.push("email", "a@b.example");
        pairs.push("", "+641");
        let error = pairs.check(["T", "V"]).unwrap_err();
        assert_eq!(error, ValidationError::new("T_1", Problem::Empty));
    }

    #[test]
    fn debug_shows_names_or_a_count_and_no_values() {
        let fields = custom(&[("city", "Auckland")]);
        assert_eq!(format!("{fields:?}"), "{\"city\": [redacted]}");
        let mut pairs = NumberedPairs::new();
        pairs.push("email", "a@b.example");
        // Swapped.
        pairs.push("+641", "tel");
        assert_eq!(format!("{pairs:?}"), "NumberedPairs { pairs: 2 }");
        pairs.push("1234", "x");
        let mut values = Sensitive::default();
        fields.sensitive(&mut values);
        pairs.sensitive(&mut values);
        let values: Vec<_> = values
            .into_values()
            .into_iter()
            .map(|one| one.text)
            .collect();
        assert_eq!(
            values,
            ["Auckland", "email", "a@b.example", "+641", "tel", "x"]
        );
    }

    #[test]
    fn nothing_set_is_nothing_sent() {
        assert_eq!(
            body(|request| PrefixedFields::new().form("custom_", request)),
            ""
        );
        assert_eq!(
            body(|request| NumberedPairs::new().form(["T", "V"], request)),
            ""
        );
    }
}
