use std::{
    borrow::Cow,
    fmt, mem, str,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{
    Unreadable, UnreadableKind, foreign, repair,
    shape::Read,
    shape::Shaped,
    text::{decode_error, marked, vouched},
};
use crate::error::DecodeError;

/// The body of a successful response, as an operation reads it.
///
/// | to read | use |
/// |---|---|
/// | a type that declares its [`Shape`](super::Shape), tolerating values that are not as documented | [`read`](Self::read), [`read_optional`](Self::read_optional) |
/// | any other type, exactly as serde does | [`json`](Self::json), [`object`](Self::object), [`optional_json`](Self::optional_json), [`optional_object`](Self::optional_object) |
pub struct ResponseBody {
    bytes: Bytes,
    is_strict: bool,
    /// Whether the whole body was read as JSON, and is therefore known to be JSON.
    is_json: AtomicBool,
    /// Behind a lock, because reading takes a shared reference.
    reports: Mutex<Vec<Unreadable>>,
}

impl ResponseBody {
    /// Creates a body from these bytes.
    #[must_use]
    pub fn new(bytes: Bytes) -> Self {
        Self {
            bytes,
            is_strict: false,
            is_json: AtomicBool::new(false),
            reports: Mutex::default(),
        }
    }

    /// Sets whether any deviation from the documentation is an error. The default is `false`.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.is_strict = strict;
        self
    }

    pub(crate) fn empty() -> Self {
        Self::new(Bytes::new())
    }

    /// Returns a body with the same bytes, without reports.
    pub(crate) fn share(&self) -> Self {
        Self::new(self.bytes.clone()).strict(self.is_strict)
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// Returns the raw bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the body as text, with `U+FFFD` in place of bytes that are not UTF-8. Use this method to find a provider's ASCII markers,
    /// whatever the encoding of the rest. White space around the text and a byte order mark are removed.
    #[must_use]
    pub fn lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.text())
    }

    /// Reads nothing, for operations whose status contains all information.
    ///
    /// # Errors
    ///
    /// None. The signature matches that of its siblings.
    pub fn ignore(&self) -> Result<(), DecodeError> {
        Ok(())
    }

    /// Reads JSON of a type that declares its [`Shape`](super::Shape).
    ///
    /// A value that is not as documented does not make the rest of the response unreadable. The value is converted to the documented
    /// form if there is exactly one way to do so; otherwise it is omitted. A list omits a record that can't be read. Each case is
    /// [reported](Self::unreadable). A response without such a value is read only once, which costs as much as [`json`](Self::json).
    ///
    /// # Errors
    ///
    /// If the body is empty or is not JSON. Also if a part can't be read, and the part is [strict](super::Member::strict) or the
    /// returned value requires it. The error names the place of that part.
    pub fn read<T: Shaped>(&self) -> Result<T, DecodeError> {
        let text = self.checked()?;
        match serde_json::from_str(&text) {
            Ok(Read(value)) => Ok(self.seen(value)),
            Err(error) => self.read_odd(&text, &error),
        }
    }

    /// Reads like [`read`](Self::read), but returns `None` for an empty body or `null`.
    ///
    /// # Errors
    ///
    /// The same errors as [`read`](Self::read), except for an empty body.
    pub fn read_optional<T: Shaped>(&self) -> Result<Option<T>, DecodeError> {
        if self.text().is_empty() {
            Ok(None)
        } else {
            self.read()
        }
    }

    #[cold]
    fn read_odd<T: Shaped>(&self, text: &str, error: &serde_json::Error) -> Result<T, DecodeError> {
        let first = decode_error(error, text);
        let raw = serde_json::from_str::<&RawValue>(text);
        if self.is_strict {
            // The text of a union's object is read separately, so the first error names only the place of the object. The repair finds
            // the place inside the object.
            let place = raw.ok().and_then(|raw| repair::place(raw, &T::SHAPE));
            return Err(match place {
                Some(place) => first.inside(vouched(place)),
                None => first,
            });
        }
        // The first read stopped at the first error. If the text after that place is not JSON, nothing is repaired.
        let raw = raw.map_err(|error| decode_error(&error, text))?;
        let repaired = match repair::repair(raw, &T::SHAPE) {
            Ok(Some(repaired)) => repaired,
            Ok(None) => return Err(first),
            // The first error may concern a value that could have been repaired.
            Err(repair::Unfit(place)) if place != first.path() => {
                return Err(DecodeError::shape(vouched(place)));
            }
            Err(_) => return Err(first),
        };
        let Read(value) = serde_json::from_str(&repaired.text)
            // The line and the column would refer to the repaired text.
            .map_err(|error| DecodeError::shape(decode_error(&error, &repaired.text).path()))?;
        self.reports().extend(repaired.reports);
        Ok(self.seen(value))
    }

    /// Reports a part that is not as documented. Use this in an operation that reads the response with hand-written code.
    ///
    /// # Errors
    ///
    /// In [strict](Self::strict) mode, an error that names the part's place.
    pub fn report(&self, unreadable: Unreadable) -> Result<(), DecodeError> {
        if self.is_strict {
            return Err(DecodeError::shape(vouched(unreadable.path().to_owned())));
        }
        self.reports().push(unreadable);
        Ok(())
    }

    /// Returns the reports so far.
    #[must_use]
    pub fn unreadable(&self) -> Vec<Unreadable> {
        self.reports().clone()
    }

    /// Reports that the response counted as a success although nothing in it could be read.
    pub(crate) fn report_whole(&self) {
        let text = String::from_utf8_lossy(self.text());
        let mut reports = self.reports();
        reports.clear();
        if !text.is_empty() {
            reports.push(Unreadable::new(UnreadableKind::TakenOut, "", &*text));
        }
    }

    pub(super) fn take_reports(&mut self) -> Vec<Unreadable> {
        mem::take(
            self.reports
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    fn reports(&self) -> MutexGuard<'_, Vec<Unreadable>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads JSON, exactly as serde does.
    ///
    /// # Errors
    ///
    /// If the body is empty, is not JSON, or does not have the shape of `T`. A byte order mark is skipped.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let text = self.checked()?;
        match serde_json::from_str(&text) {
            Ok(value) => Ok(self.seen(value)),
            Err(error) => Err(decode_error(&error, &text)),
        }
    }

    /// Reads a JSON object.
    ///
    /// serde would also accept an array for a struct, property by property. Here an array is an error.
    ///
    /// # Errors
    ///
    /// The same errors as [`json`](Self::json), and an error if the JSON is not an object.
    pub fn object<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        match self.text().first() {
            Some(b'[') => Err(DecodeError::shape("")),
            _ => self.json(),
        }
    }

    /// Reads a JSON object, or returns `None` for an empty body or `null`.
    ///
    /// # Errors
    ///
    /// The same errors as [`optional_json`](Self::optional_json), and an error if the JSON is neither an object nor `null`.
    pub fn optional_object<T: DeserializeOwned>(&self) -> Result<Option<T>, DecodeError> {
        match self.text().first() {
            Some(b'[') => Err(DecodeError::shape("")),
            _ => self.optional_json(),
        }
    }

    /// Reads JSON, or returns `None` for an empty body or `null`.
    ///
    /// # Errors
    ///
    /// If the body is not JSON, or does not have the shape of `T`.
    pub fn optional_json<T: DeserializeOwned>(&self) -> Result<Option<T>, DecodeError> {
        if self.text().is_empty() {
            Ok(None)
        } else {
            self.json()
        }
    }

    fn seen<T>(&self, value: T) -> T {
        self.is_json.store(true, Ordering::Relaxed);
        value
    }

    /// Describes a body that can't be the provider's own: a compressed body, a page, a text in another encoding.
    pub(crate) fn foreign(&self, headers: &HeaderMap) -> Option<String> {
        if self.is_json.load(Ordering::Relaxed) {
            return None;
        }
        foreign::foreign(&self.bytes, self.text(), headers)
    }

    /// Describes a body that is a page for a browser, unless it was read as JSON. Any other body can be the expected response, such as a
    /// file.
    pub(crate) fn page(&self, headers: &HeaderMap) -> Option<String> {
        if self.is_json.load(Ordering::Relaxed) {
            return None;
        }
        foreign::page(self.text(), headers)
    }

    /// Returns the text, or an error if the text is empty. The UTF-8 of the whole text is checked, so its strings need no separate
    /// check.
    fn checked(&self) -> Result<Cow<'_, str>, DecodeError> {
        let text = self.text();
        if text.is_empty() {
            return Err(DecodeError::empty());
        }
        Ok(str::from_utf8(text).map_or_else(|_| Cow::Owned(marked(text)), Cow::Borrowed))
    }

    /// Returns the body without white space around it and without a byte order mark.
    fn text(&self) -> &[u8] {
        let bytes = self.bytes.trim_ascii();
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        text.trim_ascii_start()
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseBody({} bytes)", self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;
    use crate::error::DecodeCategory;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Page {
        items: Vec<Item>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Item {
        at: u32,
    }

    fn body(text: &'static str) -> ResponseBody {
        ResponseBody::new(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn an_error_names_the_place_and_no_value() {
        let error = body(r#"{"items":[{"at":1},{"at":"ana@shop.example"}]}"#)
            .json::<Page>()
            .unwrap_err();
        assert_eq!(error.path(), "items[1].at");
        assert_eq!(error.category(), DecodeCategory::Shape);
        assert_eq!(error.line(), 1);
        assert!(!format!("{error} {error:?}").contains("ana"));
    }

    #[test]
    fn the_name_of_an_unknown_property_is_not_shown() {
        let error = body(r#"{"alicesmith":nope}"#).json::<Page>().unwrap_err();
        assert_eq!(
            (error.category(), error.path()),
            (DecodeCategory::Syntax, "")
        );
        assert!(error.column() > 0);
    }

    #[test]
    fn a_map_key_is_not_shown() {
        type Map = std::collections::BTreeMap<String, u32>;
        let error = body(r#"{"ana@shop.example":"x"}"#)
            .json::<Map>()
            .unwrap_err();
        assert!(!format!("{error} {error:?}").contains("ana"));
    }

    #[test]
    fn the_categories() {
        for (text, category) in [
            ("", DecodeCategory::Empty),
            ("  ", DecodeCategory::Empty),
            ("<html>", DecodeCategory::Syntax),
            (r#"{"items":["#, DecodeCategory::Truncated),
            ("[]", DecodeCategory::Shape),
            ("null", DecodeCategory::Shape),
            (r#"{"items":[]} x"#, DecodeCategory::Syntax),
        ] {
            assert_eq!(
                body(text).json::<Page>().unwrap_err().category(),
                category,
                "{text}"
            );
        }
    }

    /// A body of a server that does not write UTF-8.
    #[test]
    fn letters_that_are_none_matter_where_they_are_read() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Named {
            name: String,
        }
        let read =
            |bytes: &'static [u8]| ResponseBody::new(Bytes::from_static(bytes)).json::<Named>();
        let ada = Named { name: "Ada".into() };
        assert_eq!(
            read(b"{\"note\":\"gr\xFC\xDFe\",\"name\":\"Ada\"}").unwrap(),
            ada
        );
        for (bytes, category) in [
            (&b"{\"name\":\"M\xFCller\"}"[..], DecodeCategory::Syntax),
            (b"{\"name\":\"Ada\"} \xFC", DecodeCategory::Syntax),
            (b"{\"note\":\"\xFC\",\"name\":7}", DecodeCategory::Shape),
            // The replacement would form another escape.
            (b"{\"name\":\"a\\\xFC\"}", DecodeCategory::Syntax),
            (
                b"{\"note\":\"a\\\xFC\",\"name\":\"Ada\"}",
                DecodeCategory::Syntax,
            ),
            (
                b"{\"note\":\"\xFC\",\"name\":\"A",
                DecodeCategory::Truncated,
            ),
        ] {
            let error = read(bytes).unwrap_err();
            assert_eq!(error.category(), category, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn nothing_is_nothing() {
        for text in ["", " \n", "null", "\u{feff}null", "\u{feff} \n"] {
            assert_eq!(body(text).optional_json::<Page>().unwrap(), None);
        }
        assert_eq!(
            body("\u{feff}{\"items\":[]}").json::<Page>().unwrap(),
            Page { items: vec![] }
        );
    }

    #[test]
    fn an_array_is_no_object() {
        assert!(body("[[]]").json::<Page>().is_ok());
        for text in ["[[]]", "[]", " [1]", "\u{feff} [[]]"] {
            assert_eq!(
                body(text).object::<Page>().unwrap_err().category(),
                DecodeCategory::Shape
            );
            assert!(body(text).optional_object::<Page>().is_err());
        }
        assert!(body("{\"items\":[]}").object::<Page>().is_ok());
        assert_eq!(body("null").optional_object::<Page>().unwrap(), None);
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let deep = "[".repeat(100_000);
        let body = ResponseBody::new(deep.into());
        assert!(body.json::<serde_json::Value>().is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn a_text_is_read_or_passed_over_as_serde_json_does_it(
            bytes in prop::collection::vec(prop::sample::select(&b"\\\\\\nu0d8a\xC3\xBC\xFC"[..]), 0..8),
        ) {
            #[derive(Debug, Deserialize, PartialEq)]
            struct Read {
                a: String,
            }
            #[derive(Debug, Deserialize, PartialEq)]
            struct PassedOver {
                b: u8,
            }
            let json = [&b"{\"a\":\""[..], &bytes, b"\",\"b\":1}"].concat();
            let body = ResponseBody::new(json.clone().into());
            prop_assert_eq!(body.json::<Read>().ok(), serde_json::from_slice::<Read>(&json).ok());
            prop_assert_eq!(
                body.json::<PassedOver>().ok(),
                serde_json::from_slice::<PassedOver>(&json).ok()
            );
        }

        #[test]
        fn json_is_read_as_serde_json_reads_it(
            bytes in prop::collection::vec(prop::sample::select(&b"{}[]:,\"ab\\n1e-. \xC3\xBC"[..]), 1..12),
        ) {
            let trimmed = bytes.trim_ascii();
            let expected = serde_json::from_slice::<serde_json::Value>(trimmed).ok();
            let body = ResponseBody::new(trimmed.to_vec().into());
            prop_assert_eq!(body.json().ok(), expected);
        }

        #[test]
        fn any_bytes_give_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let body = ResponseBody::new(bytes.into());
            let _ = body.json::<Page>();
            let _ = body.optional_json::<serde_json::Value>();
        }
    }
}
