use std::fmt::{self, Write as _};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE, uri::PathAndQuery};
use serde::Serialize;

use super::text_rule::TextRule;
use super::{Body, Content, Part, Prepared, is_transports, percent_encoded};
use crate::{
    base_url::BaseUrl,
    error::{Problem, ValidationError},
    operation::info::OperationInfo,
};

/// The maximum number of unsendable fields that one error names.
const NAMED: usize = 16;

/// The maximum length of a path in bytes, checked after each path parameter is filled in. It is the length of the longest URL that the
/// `http` crate accepts, minus room for the rest of the URL.
const LONGEST_URL: usize = 65_000;

/// The initial capacity of a form: enough for most forms, in bytes.
const FORM: usize = 128;

/// The initial capacity for a value: enough for most values, in bytes.
const VALUE: usize = 64;

/// Writes an operation into a request.
///
/// Write path parameters in the order of the template, and everything else in any order. Query pairs and body parts are sent in
/// the order in which they are written.
pub struct Encoder<'c> {
    operation: &'static OperationInfo,
    base: &'c BaseUrl,
    check_patterns: bool,
    /// The path so far. It begins with the path of the base URL.
    path: String,
    /// The part of the template that is not written yet.
    template: &'static str,
    query: String,
    headers: HeaderMap,
    body: Body,
    /// The buffer into which values are written before they are encoded.
    scratch: String,
    /// The fields that were found to be unsendable so far.
    problems: Vec<ValidationError>,
}

impl<'c> Encoder<'c> {
    pub(crate) fn new(
        operation: &'static OperationInfo,
        base: &'c BaseUrl,
        check_patterns: bool,
    ) -> Self {
        let mut path = String::with_capacity(base.path().len() + operation.path.len() + 32);
        path.push_str(base.path());
        Self {
            operation,
            base,
            check_patterns,
            path,
            template: operation.path,
            query: String::new(),
            headers: HeaderMap::new(),
            body: Body::Empty,
            scratch: String::new(),
            problems: Vec::new(),
        }
    }

    /// Returns the result of writing an operation. If fields can't be sent, returns an error that names at most [`NAMED`] of them.
    pub(crate) fn checked(
        &mut self,
        encoded: Result<(), ValidationError>,
    ) -> Result<(), ValidationError> {
        if self.problems.is_empty() {
            return encoded;
        }
        // If a rule has already refused the value of the field at which writing stopped, the problem is not added again.
        if let Err(problem) = encoded {
            self.refuse(problem);
        }
        let mut problems = std::mem::take(&mut self.problems).into_iter();
        match problems.next() {
            Some(first) => Err(first.with_others(problems.collect())),
            None => Ok(()),
        }
    }

    /// Fills the next parameter of the path template with one percent-encoded segment.
    ///
    /// # Errors
    ///
    /// If the value is empty, `.` or `..`, or contains a control character, because the URL could then lead to another path. Also if `name`
    /// is not the template's next parameter, or the path is too long for a URL.
    pub fn path(
        &mut self,
        name: &'static str,
        value: impl fmt::Display,
    ) -> Result<(), ValidationError> {
        let (literal, rest) = self
            .template
            .split_once('{')
            .ok_or_else(|| not_in_template(name))?;
        let (parameter, rest) = rest.split_once('}').ok_or_else(|| not_in_template(name))?;
        if parameter != name {
            return Err(not_in_template(name));
        }
        let value = written(&mut self.scratch, value);
        check_segment(value).map_err(|problem| ValidationError::new(name, problem))?;
        self.path.push_str(literal);
        self.path.extend(percent_encoded(value));
        self.template = rest;
        if self.path.len() > LONGEST_URL {
            return Err(ValidationError::other(name, "is too long for a URL"));
        }
        Ok(())
    }

    /// Adds a pair to the query, percent-encoded.
    pub fn query(&mut self, name: &str, value: impl fmt::Display) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.extend(percent_encoded(name));
        self.query.push('=');
        let value = written(&mut self.scratch, value);
        self.query.extend(percent_encoded(value));
    }

    /// Adds already encoded text to the query.
    pub(crate) fn raw_query(&mut self, query: &str) -> Result<(), ValidationError> {
        if query.is_empty()
            || !query
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'#')
        {
            return Err(ValidationError::other(
                "query",
                "is not a percent-encoded query",
            ));
        }
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(query);
        Ok(())
    }

    /// Replaces the operation's own path as a whole.
    pub(crate) fn replace_path(&mut self, path: &str) -> Result<(), ValidationError> {
        let refused = |reason| Err(ValidationError::other("path", reason));
        if path.is_empty() {
            return refused("does not begin with a slash");
        }
        // Some servers decode an encoded slash before they split the path.
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        if decoded.split(['/', '\\']).any(is_dot_segment) {
            return refused("has a `.` or `..` segment");
        }
        check_path(path).or_else(refused)?;
        self.path.truncate(self.base.path().len());
        self.path.push_str(path);
        self.template = "";
        Ok(())
    }

    /// Adds a header.
    ///
    /// # Errors
    ///
    /// If the name is not a header name or is reserved for the transport, or if the value contains characters that are not allowed
    /// in a header, such as a line break.
    pub fn header(&mut self, name: &str, value: impl fmt::Display) -> Result<(), ValidationError> {
        self.append_header(name, &value.to_string(), false)
    }

    /// Adds a header whose value is secret or personal. The value is never printed, and is removed from the provider's messages.
    ///
    /// # Errors
    ///
    /// The same errors as [`header`](Self::header).
    pub fn sensitive_header(
        &mut self,
        name: &str,
        value: impl fmt::Display,
    ) -> Result<(), ValidationError> {
        self.append_header(name, &value.to_string(), true)
    }

    fn append_header(
        &mut self,
        name: &str,
        value: &str,
        sensitive: bool,
    ) -> Result<(), ValidationError> {
        let refused = || ValidationError::new(name.to_owned(), Problem::Header);
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        if is_transports(&header) {
            return Err(ValidationError::other(
                name.to_owned(),
                "is reserved for the transport",
            ));
        }
        // `from_bytes` accepts a value outside ASCII and sends it as UTF-8. A line break is still refused.
        let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| refused())?;
        value.set_sensitive(sensitive);
        self.headers.append(header, value);
        Ok(())
    }

    /// Checks a value against its documented limits. `name` is the provider's name, with dots if it is nested.
    ///
    /// If a value breaks a rule, the rest of the request is still encoded. Then the call fails, before anything is sent. The error names at
    /// most 16 fields whose values break a rule. Patterns are skipped if the client was built without pattern checks.
    #[doc(hidden)]
    pub fn check(&mut self, name: &'static str, value: &str, rule: &TextRule) {
        if let Err(problem) = rule.check(value, self.check_patterns) {
            self.refuse(ValidationError::new(name, problem));
        }
    }

    /// Records a field that can't be sent.
    pub(super) fn refuse(&mut self, problem: ValidationError) {
        if self.problems.len() < NAMED && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Sets a JSON body.
    ///
    /// # Errors
    ///
    /// If the value has no JSON form, such as a map whose keys are not strings.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), ValidationError> {
        let json = serde_json::to_vec(value)
            .map_err(|_| ValidationError::other("body", "has no JSON form"))?;
        self.body = Body::Json(json);
        Ok(())
    }

    /// Adds a pair to an `application/x-www-form-urlencoded` body.
    pub fn form(&mut self, name: impl fmt::Display, value: impl fmt::Display) {
        if !matches!(self.body, Body::Form(_)) {
            self.body = Body::Form(String::with_capacity(FORM));
        }
        if let Body::Form(form) = &mut self.body {
            if !form.is_empty() {
                form.push('&');
            }
            let name = written(&mut self.scratch, name);
            form.extend(form_urlencoded::byte_serialize(name.as_bytes()));
            form.push('=');
            let value = written(&mut self.scratch, value);
            form.extend(form_urlencoded::byte_serialize(value.as_bytes()));
        }
    }

    /// Adds a text part to a `multipart/form-data` body.
    ///
    /// The call fails before it is sent if the name is empty, or contains a control character, `"`, `\`, `%22`, `%0D` or `%0A`. Servers
    /// decode such names in different ways, and could read another name.
    pub fn multipart(&mut self, name: impl Into<String>, value: impl fmt::Display) {
        let part = Part::text(name, value.to_string());
        match &mut self.body {
            Body::Multipart(parts) => parts.push(part),
            body => *body = Body::Multipart(vec![part]),
        }
    }

    /// Sets the body as a whole.
    pub fn body(&mut self, body: Body) {
        self.body = body;
    }

    /// Returns the request, ready to be sent. The call's headers override the operation's.
    pub(crate) fn finish(
        mut self,
        call: &HeaderMap,
        wants_content: bool,
    ) -> Result<Prepared, ValidationError> {
        if self.template.contains('{') {
            return Err(ValidationError::other(
                "path",
                format!("`{}` is not filled in", self.operation.path),
            ));
        }
        self.path.push_str(self.template);
        let below = self.path.get(self.base.path().len()..).unwrap_or_default();
        check_path(below).map_err(|problem| ValidationError::other("path", problem))?;
        let content = wants_content.then(|| Box::new(Content::new(below, &self.query, &self.body)));
        if !self.query.is_empty() {
            self.path.push('?');
            self.path.push_str(&self.query);
        }
        let path = PathAndQuery::from_maybe_shared(Bytes::from(self.path))
            .map_err(|_| ValidationError::other("query", "is too long for a URL"))?;
        self.body.check()?;
        let (mut content_type, body) = self.body.encode();
        for (name, value) in call {
            self.headers.insert(name, value.clone());
        }
        if self.headers.contains_key(CONTENT_TYPE) {
            content_type = None;
        }
        let headers = self.headers;
        Ok(Prepared::new(path, headers, content_type, body, content))
    }
}

/// Writes the value as text, in a buffer that all values of a request share.
fn written(scratch: &mut String, value: impl fmt::Display) -> &str {
    scratch.clear();
    scratch.reserve(VALUE);
    let _ = write!(scratch, "{value}");
    scratch
}

fn not_in_template(name: &'static str) -> ValidationError {
    ValidationError::other(name, "is not the next parameter of the path")
}

/// Checks a whole path below the base URL. The path may be empty. Without this check, the URL could lead to another path, or its path could
/// end too early.
fn check_path(path: &str) -> Result<(), &'static str> {
    if !path.is_empty() && !path.starts_with('/') {
        return Err("does not begin with a slash");
    }
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"?#\\{}".contains(&byte);
    if !path.bytes().all(is_plain) {
        return Err("is not a percent-encoded path, without a query");
    }
    if path.split('/').any(is_dot_segment) {
        return Err("has a `.` or `..` segment");
    }
    Ok(())
}

/// Returns whether URL parsers treat a segment as a dot segment (`.` or `..`). They treat an encoded dot as a dot.
fn is_dot_segment(segment: &str) -> bool {
    [".", "..", "%2e", ".%2e", "%2e.", "%2e%2e"]
        .iter()
        .any(|step| segment.eq_ignore_ascii_case(step))
}

/// Checks a path segment. URL parsers treat `.` and `..` as steps between paths, percent-encoded or not.
fn check_segment(value: &str) -> Result<(), Problem> {
    if value.is_empty() {
        Err(Problem::Empty)
    } else if value == "." || value == ".." {
        Err(Problem::DotSegment)
    } else if value.chars().any(char::is_control) {
        Err(Problem::ControlCharacter)
    } else {
        Ok(())
    }
}

impl fmt::Debug for Encoder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder")
            .field("operation", &self.operation.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;
    use crate::operation::Method;

    const PLAIN: &OperationInfo = &OperationInfo::new("op", Method::Get, "/x");
    const INFO: &OperationInfo = &OperationInfo::new("op", Method::Get, "/v2/{a}/x/{b}/y");

    fn base() -> BaseUrl {
        "https://host.example/base".parse().unwrap()
    }

    fn uri_of(encoder: Encoder<'_>) -> Result<http::Uri, ValidationError> {
        let base = encoder.base;
        let path = encoder.finish(&HeaderMap::new(), false)?.path;
        Ok(base.with_path(path).unwrap())
    }

    fn path_of(a: &str, b: &str) -> Result<String, ValidationError> {
        let base = base();
        let mut encoder = Encoder::new(INFO, &base, true);
        encoder.path("a", a)?;
        encoder.path("b", b)?;
        Ok(uri_of(encoder)?.to_string())
    }

    #[test]
    fn a_value_is_one_segment() {
        assert_eq!(
            path_of("a/b?c#d%e+f g@h.é", "7").unwrap(),
            "https://host.example/base/v2/a%2Fb%3Fc%23d%25e%2Bf%20g%40h.%C3%A9/x/7/y"
        );
    }

    #[test]
    fn refuses_what_would_be_another_path() {
        for (value, problem) in [
            ("", Problem::Empty),
            (".", Problem::DotSegment),
            ("..", Problem::DotSegment),
            ("a\r\nb", Problem::ControlCharacter),
            ("a\u{85}", Problem::ControlCharacter),
        ] {
            let error = path_of("a", value).unwrap_err();
            assert_eq!((error.field(), error.problem()), ("b", &problem));
        }
    }

    #[test]
    fn a_value_that_is_too_long_is_named() {
        assert_eq!(path_of("1", &"x".repeat(70_000)).unwrap_err().field(), "b");
        assert!(path_of("1", &"x".repeat(60_000)).is_ok());
    }

    #[test]
    fn a_template_is_filled_in_its_order() {
        let base = base();
        let mut encoder = Encoder::new(INFO, &base, true);
        assert_eq!(encoder.path("b", "1").unwrap_err().field(), "b");
        assert!(encoder.finish(&HeaderMap::new(), false).is_err());
    }

    #[test]
    fn a_path_of_the_callers_replaces_the_whole_template() {
        let base = base();
        let mut encoder = Encoder::new(INFO, &base, true);
        encoder.path("a", "1").unwrap();
        encoder.path("b", "2").unwrap();
        encoder.replace_path("/v3/z%20").unwrap();
        let uri = uri_of(encoder).unwrap();
        assert_eq!(uri, "https://host.example/base/v3/z%20");
        for path in [
            "",
            "v3",
            "/a?b",
            "/a#b",
            "/a b",
            "/a/../b",
            "/a/%2e%2E/b",
            "/.",
            "/a\\..\\b",
            "/{a}",
            "/é",
            "/a\n",
        ] {
            let error = Encoder::new(INFO, &base, true)
                .replace_path(path)
                .unwrap_err();
            assert_eq!(error.field(), "path", "{path}");
        }
    }

    #[test]
    fn a_raw_query_is_sent_as_it_is() {
        let base = base();
        let mut encoder = Encoder::new(PLAIN, &base, true);
        encoder.query("a", "b c");
        encoder.raw_query("cursor=x+y%20z==&flag").unwrap();
        let uri = uri_of(encoder).unwrap();
        assert_eq!(uri.query(), Some("a=b%20c&cursor=x+y%20z==&flag"));
        for query in ["", "a b", "a#b", "a\r\n", "é"] {
            assert!(
                Encoder::new(PLAIN, &base, true).raw_query(query).is_err(),
                "{query:?}"
            );
        }
    }

    #[test]
    fn a_form_is_written_as_forms_are() {
        let base = base();
        let mut encoder = Encoder::new(PLAIN, &base, true);
        encoder.form("a b", "+64 & \"x\"=é\r\n");
        encoder.form("c", "");
        encoder.form("d", 7);
        let (content_type, body) = encoder.body.encode();
        assert_eq!(content_type.unwrap(), "application/x-www-form-urlencoded");
        assert_eq!(body, "a+b=%2B64+%26+%22x%22%3D%C3%A9%0D%0A&c=&d=7");
    }

    #[test]
    fn a_header_is_not_split() {
        let base = base();
        let mut encoder = Encoder::new(INFO, &base, true);
        assert_eq!(
            encoder.header("x-note", "a\r\nb: c").unwrap_err().problem(),
            &Problem::Header
        );
        for header in [
            "content-length",
            "Host",
            "Transfer-Encoding",
            "connection",
            "te",
        ] {
            assert_eq!(encoder.header(header, "5").unwrap_err().field(), header);
        }
        encoder.header("x-note", "é").unwrap();
        encoder.sensitive_header("x-pin", "1234").unwrap();
        assert!(!format!("{:?}", encoder.headers).contains("1234"));
    }

    proptest! {
        #[test]
        fn every_accepted_value_comes_back_as_one_segment(value in "\\PC{1,40}") {
            prop_assume!(value != "." && value != "..");
            let url = url::Url::parse(&path_of(&value, "7").unwrap()).unwrap();
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 6);
            prop_assert_eq!(percent_decode_str(segments[2]).decode_utf8().unwrap(), value);
            prop_assert_eq!(url.query(), None);
        }

        #[test]
        fn every_query_pair_comes_back(pairs in prop::collection::vec((".{1,10}", ".{0,10}"), 0..5)) {
            let base = base();
            let mut encoder = Encoder::new(PLAIN, &base, true);
            for (name, value) in &pairs {
                encoder.query(name, value);
            }
            let url = url::Url::parse(&uri_of(encoder).unwrap().to_string()).unwrap();
            let read: Vec<_> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(read, pairs);
        }

        #[test]
        fn every_form_reads_back(pairs in prop::collection::vec((any::<String>(), any::<String>()), 1..6)) {
            let base = base();
            let mut encoder = Encoder::new(PLAIN, &base, true);
            for (name, value) in &pairs {
                encoder.form(name, value);
            }
            let (_, body) = encoder.body.encode();
            let read: Vec<_> = form_urlencoded::parse(&body).into_owned().collect();
            prop_assert_eq!(read, pairs);
        }
    }
}
