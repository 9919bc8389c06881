use std::fmt;

use serde_json::Value;

use super::Body;

/// The content of a call: the percent-encoded path, the decoded query, and the body before it is encoded.
///
/// Two calls with equal content ask the provider for the same thing. The content includes no header, credential or server, and nothing
/// that is generated for each call, such as the boundary of a multipart body. It contains personal data, so its `Debug` shows no value.
#[derive(Clone, PartialEq)]
pub struct Content {
    path: String,
    query: Vec<(String, String)>,
    body: ContentBody,
}

/// The body of a call, before it is encoded.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum ContentBody {
    /// No body.
    Empty,
    /// JSON.
    Json(Value),
    /// Named values of a form or a multipart body, in the order in which they are sent.
    Values(Vec<(String, String)>),
}

impl Content {
    /// Reads the content of a request whose body is not yet encoded. `path` is the path below the base URL. `path` and `query` are
    /// percent-encoded.
    pub(crate) fn new(path: &str, query: &str, body: &Body) -> Self {
        let pairs = |text: &str| {
            form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect()
        };
        Self {
            path: path.to_owned(),
            query: pairs(query),
            body: match body {
                Body::Empty => ContentBody::Empty,
                // JSON that is nested too deeply, or that contains a number that is too large, is compared as text.
                Body::Json(json) => ContentBody::Json(
                    serde_json::from_slice(json)
                        .unwrap_or_else(|_| String::from_utf8_lossy(json).into()),
                ),
                Body::Form(form) => ContentBody::Values(pairs(form)),
                Body::Multipart(parts) => ContentBody::Values(
                    parts
                        .iter()
                        .map(|part| (part.name().to_owned(), part.value().to_owned()))
                        .collect(),
                ),
            },
        }
    }

    /// Returns the path below the base URL, percent-encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the pairs of the query, decoded, in the order in which they are sent.
    #[must_use]
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &ContentBody {
        &self.body
    }
}

/// Shows names and sizes, not values.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("query", &names(&self.query))
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// Shows names, not values. The names of JSON members can be data, so they are not shown either.
impl fmt::Debug for ContentBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Json(_) => f.write_str("Json([redacted])"),
            Self::Values(values) => f.debug_tuple("Values").field(&names(values)).finish(),
        }
    }
}

fn names(pairs: &[(String, String)]) -> Vec<&str> {
    pairs.iter().map(|(name, _)| name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::request::Part;

    #[test]
    fn forms_and_multipart_bodies_say_the_same_in_the_same_words() {
        let values = [("a b".to_owned(), "ü&=".to_owned())];
        let form = Content::new("/x", "q=1%202&r", &Body::Form("a+b=%C3%BC%26%3D".into()));
        let multipart = Content::new(
            "/x",
            "q=1%202&r=",
            &Body::Multipart(vec![Part::text("a b", "ü&=")]),
        );
        assert_eq!(form, multipart);
        assert_eq!(form.body(), &ContentBody::Values(values.to_vec()));
        let query =
            [("q", "1 2"), ("r", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!((form.path(), form.query()), ("/x", &query[..]));
    }

    #[test]
    fn json_that_can_not_be_read_back_is_compared_as_text() {
        let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(200), "]".repeat(200));
        let content = |json: &str| Content::new("/x", "", &Body::Json(json.into()));
        assert!(content(&deep("1")) == content(&deep("1")));
        assert!(content(&deep("1")) != content(&deep("2")));
        assert!(content("1e999") != content("null"));
    }

    #[test]
    fn no_value_is_shown() {
        for body in [
            Body::Json(b"{\"planted\":\"planted\"}".to_vec()),
            Body::Form("name=planted".into()),
        ] {
            let content = Content::new("/planted", "q=planted", &body);
            assert!(!format!("{content:?}").contains("planted"), "{content:?}");
        }
        let json = Content::new("/", "", &Body::Json(b"{\"b\":1,\"a\":[null]}".to_vec()));
        assert_eq!(
            json.body(),
            &ContentBody::Json(json!({"a": [null], "b": 1}))
        );
    }
}
