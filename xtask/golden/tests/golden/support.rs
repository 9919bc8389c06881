//! Shared code of the tests: one call, its request, and an independent reader of multipart bodies.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use customer_api_core::{
    Client, Error, Operation,
    auth::KeyCredential,
    error::ValidationError,
    http::{HeaderName, Request},
    transport::{ScriptedResponse, ScriptedTransport},
};
use golden::Nasty;

pub(crate) type Sent = Request<Vec<u8>>;

/// Makes one call. Returns its outcome, and the request if one was sent.
pub(crate) fn call<O: Operation<Service = Nasty> + 'static>(
    operation: O,
    status: u16,
    response: &str,
) -> (Result<O::Output, Error>, Option<Sent>) {
    let transport =
        ScriptedTransport::new().then(ScriptedResponse::status(status).body(response.to_owned()));
    let auth = KeyCredential::header(HeaderName::from_static("apikey"), "key-1");
    let client = Client::builder(Nasty::default(), auth)
        .transport(transport.clone())
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let outcome = runtime.block_on(async { client.send(operation).await });
    let request = transport
        .requests()
        .pop()
        .map(|request| request.map(|body| body.to_vec()));
    (outcome, request)
}

/// Returns the request of a call whose response is empty.
pub(crate) fn sent<O: Operation<Service = Nasty> + 'static>(operation: O) -> Sent {
    call(operation, 200, "").1.expect("the call is sent")
}

/// Returns the output of a call for this body.
pub(crate) fn answered<O: Operation<Service = Nasty> + 'static>(
    operation: O,
    response: &str,
) -> O::Output {
    call(operation, 200, response).0.unwrap()
}

/// Returns method, path with query, content type, and body.
#[track_caller]
pub(crate) fn assert_wire(sent: &Sent, line: &str, content_type: Option<&str>, body: &str) {
    let target = sent.uri().path_and_query().unwrap();
    assert_eq!(format!("{} {target}", sent.method()), line);
    assert_eq!(header(sent, "content-type"), content_type);
    assert_eq!(String::from_utf8_lossy(sent.body()), body);
}

pub(crate) fn header<'r>(sent: &'r Sent, name: &str) -> Option<&'r str> {
    sent.headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

/// Returns the error of an operation that is refused before anything is sent.
#[track_caller]
pub(crate) fn refused<O: Operation<Service = Nasty> + 'static>(operation: O) -> ValidationError {
    let (outcome, request) = call(operation, 200, "");
    assert!(request.is_none(), "something was sent");
    let Err(error) = outcome else {
        panic!("the operation was accepted")
    };
    assert!(error.is_validation(), "{error}");
    let source = error.cause().unwrap();
    source.downcast_ref::<ValidationError>().unwrap().clone()
}

/// Reads a multipart body with another implementation.
pub(crate) fn parts(sent: &Sent) -> Vec<(String, String)> {
    let boundary = multer::parse_boundary(header(sent, "content-type").unwrap()).unwrap();
    let mut multipart = multer::Multipart::new(Once(Some(sent.body().clone())), boundary);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut parts = Vec::new();
        while let Some(field) = multipart.next_field().await.unwrap() {
            let name = field.name().unwrap().to_owned();
            assert_eq!(field.content_type(), None);
            parts.push((name, field.text().await.unwrap()));
        }
        parts
    })
}

/// A body that arrives in one piece.
struct Once(Option<Vec<u8>>);

impl futures_core::Stream for Once {
    type Item = Result<Vec<u8>, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}
