//! Checks that any text in any field of any operation arrives as the same text, in its place and nowhere else.
#![cfg(test)]

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use customer_api_core::{
    Delivery,
    transport::{ScriptedResponse, ScriptedTransport},
};
use futures_core::Stream;
use proof::{Offline, Texts, for_every_provider};
use proptest::prelude::*;
use serde_json::Value;

/// The values that independent parsers read in a request, by place.
type Read = Vec<(String, String)>;

async fn read(request: &http::Request<Bytes>) -> Read {
    let url = url::Url::parse(&request.uri().to_string()).unwrap();
    let mut read = vec![
        ("method".to_owned(), request.method().to_string()),
        ("origin".to_owned(), url.origin().ascii_serialization()),
        ("fragment".to_owned(), format!("{:?}", url.fragment())),
    ];
    // A `+` stays a `+` in a path, so it is escaped for the form parser, which also reads percent signs.
    for segment in url.path_segments().unwrap() {
        let pair = format!("={}", segment.replace('+', "%2B"));
        let (_, decoded) = form_urlencoded::parse(pair.as_bytes()).next().unwrap();
        read.push(("segment".to_owned(), decoded.into_owned()));
    }
    for (name, value) in url.query_pairs() {
        read.push((format!("query {name}"), value.into_owned()));
    }
    let mut body = (String::new(), request.body().clone());
    for (name, value) in request.headers() {
        let mut value = value.to_str().unwrap().to_owned();
        if name == "content-type" {
            body.0.clone_from(&value);
            // The boundary is different every time.
            value.truncate(value.find("; boundary=").unwrap_or(value.len()));
        }
        read.push((format!("header {name}"), value));
    }
    read.sort_by_key(|(place, _)| place.starts_with("header").then(|| place.clone()));
    match &*body.0 {
        "" => assert!(body.1.is_empty()),
        "application/json" => leaves("body", &serde_json::from_slice(&body.1).unwrap(), &mut read),
        "application/x-www-form-urlencoded" => {
            for (name, value) in form_urlencoded::parse(&body.1) {
                read.push((format!("form {name}"), value.into_owned()));
            }
        }
        multipart => {
            let boundary = multer::parse_boundary(multipart).unwrap();
            let mut parts = multer::Multipart::new(Once(Some(body.1)), boundary);
            while let Some(part) = parts.next_field().await.unwrap() {
                assert_eq!((part.file_name(), part.content_type()), (None, None));
                let name = format!("part {}", part.name().unwrap());
                // Its `text` would remove a byte order mark.
                let bytes = part.bytes().await.unwrap();
                read.push((name, String::from_utf8(bytes.into()).unwrap()));
            }
        }
    }
    read
}

fn leaves(place: &str, value: &Value, read: &mut Read) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                leaves(&format!("{place}.{name}"), value, read);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(&format!("{place}[{index}]"), item, read);
            }
        }
        Value::String(text) => read.push((place.to_owned(), text.clone())),
        other => read.push((place.to_owned(), format!("no text: {other}"))),
    }
}

/// A stream of one piece.
struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

/// Returns the request of every operation with these texts; nothing if an operation refuses one.
fn sent<P: Offline>(words: &Texts<'_>) -> Vec<(&'static str, Option<Read>)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let mut all = Vec::new();
    for entry in P::worded(words) {
        let transport = ScriptedTransport::new();
        let needs_login = P::login_response().filter(|_| entry.info.authenticated);
        if let Some(login) = needs_login {
            transport.push(ScriptedResponse::status(200).body(login));
        }
        // Final, because only the sent request matters here.
        transport.push(ScriptedResponse::status(400));
        let client = P::offline()
            .check_patterns(false)
            .transport(transport.clone())
            .build()
            .unwrap();
        let error = runtime.block_on(entry.call(&client)).error.unwrap();
        let requests = transport.requests();
        if error.is_validation() {
            assert_eq!((requests.len(), error.delivery()), (0, Delivery::NotSent));
            let said = format!("{error} {error:?}");
            for word in words.given() {
                assert!(word.len() < 12 || !said.contains(&word), "{said}");
            }
            all.push((entry.info.id, None));
            continue;
        }
        assert_eq!(error.status(), Some(400), "{error:?}");
        let request = requests.last().unwrap();
        assert_eq!(requests.len(), 1 + usize::from(needs_login.is_some()));
        all.push((entry.info.id, Some(runtime.block_on(read(request)))));
    }
    all
}

fn plain(number: usize) -> String {
    format!("plain{number:04}word")
}

/// Asserts that the result for plain texts, which are found at their place, is the same for these texts. Returns the
/// number of accepted texts.
fn check<P: Offline>(texts: &[String], sent_in_all: &mut usize) {
    let words = Texts::new(plain);
    let expected = sent::<P>(&words);
    let count = words.given().len();
    let hostile: Vec<String> = (0..count)
        .map(|number| texts[number % texts.len()].clone())
        .collect();
    let words = Texts::new(|number| hostile[number].clone());
    let found = sent::<P>(&words);
    let mut seen = vec![0; count];
    for ((id, expected), (_, found)) in expected.into_iter().zip(found) {
        let mut expected = expected.unwrap_or_else(|| panic!("{id} refuses plain texts"));
        for (_, value) in &mut expected {
            if let Some(number) = (0..count).find(|number| *value == plain(*number)) {
                seen[number] += 1;
                value.clone_from(&hostile[number]);
            }
        }
        if let Some(found) = found {
            assert_eq!(found, expected, "{id}");
            *sent_in_all += 1;
        }
    }
    // Every text occurs in exactly one place.
    assert!(seen.iter().all(|times| *times == 1), "{seen:?}");
}

/// Texts that some parsers misread.
const NASTY: &[&str] = &[
    "\r\n",
    "\n",
    "\r\nx-planted: 1\r\n\r\n",
    "\0",
    "\"",
    "\\",
    "\\u0000",
    "'",
    "--",
    "\r\n--",
    "&",
    "=",
    "+",
    " ",
    "%",
    "%00",
    "%2F",
    "/",
    "..",
    "?",
    "#",
    ";",
    ":",
    "[0]",
    "{}",
    "null",
    "\u{feff}",
    "\u{2028}",
    "\u{202e}",
    "\u{7f}",
    "ä",
    "é",
    "🙂",
    "Content-Disposition: form-data; name=\"x\"",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(NASTY).prop_map(str::to_owned),
        "(?s).{1,8}",
        "[a-z]{1,12}",
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn any_text_in_any_field_arrives_as_it_is(texts in prop::collection::vec(text(), 1..8)) {
        let mut sent_in_all = 0;
        for_every_provider!(check(&texts, &mut sent_in_all));
        // Operations without a text are always sent.
        prop_assert!(sent_in_all >= 7, "{sent_in_all}");
    }

    #[test]
    fn headers_are_not_split(text in text()) {
        for_every_provider!(one_header(&text));
    }
}

#[test]
fn nasty_texts_one_by_one() {
    let mut sent_in_all = 0;
    for text in NASTY {
        for_every_provider!(check(&[format!("a{text}b")], &mut sent_in_all));
    }
    // Only a path refuses one of them, and only where it would lead elsewhere.
    assert!(sent_in_all > NASTY.len() * 20, "{sent_in_all}");
}

/// A caller's header is sent as it is, or refused with nothing sent. It never becomes two headers.
fn one_header<P: Offline>(text: &str) {
    let transport = ScriptedTransport::new();
    let builder = P::offline().header("x-note", text).user_agent(text);
    let client = match builder.transport(transport.clone()).build() {
        Ok(client) => client,
        Err(error) => {
            let said = format!("{error} {error:?}");
            assert!(text.len() < 12 || !said.contains(text), "{said}");
            return;
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let entries = P::operations();
    let entry = entries.first().unwrap();
    let _ = runtime.block_on(entry.call(&client));
    for request in transport.requests() {
        assert!(!request.headers().contains_key("x-planted"));
        let notes: Vec<_> = request.headers().get_all("x-note").iter().collect();
        assert_eq!(notes.len(), 1);
        assert_eq!(notes[0].as_bytes(), text.as_bytes());
        for value in request.headers().values() {
            let is_sendable = |byte: &u8| *byte == b'\t' || (*byte >= 0x20 && *byte != 0x7f);
            assert!(value.as_bytes().iter().all(is_sendable), "{value:?}");
        }
    }
}
