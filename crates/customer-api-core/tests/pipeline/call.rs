//! What one call sends, and what it returns.

use crate::support::{Buy, Count, Shop, builder, buy, client, count};
use customer_api_core::{
    BuildError, Client, Delivery, ErrorKind,
    auth::{Anonymous, KeyCredential},
    error::{DecodeError, ValidationError},
    generated::TextRule,
    operation::{Method, Operation, OperationInfo},
    request::Encoder,
    response::ResponseBody,
    transport::{ScriptedResponse, ScriptedTransport, TransportErrorKind},
};

fn header<'r>(request: &'r http::Request<bytes::Bytes>, name: &str) -> Option<&'r str> {
    request
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_read_is_sent_as_described() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    let orders = client(&transport)
        .send(Count("a/b c".into()))
        .await
        .unwrap();
    assert_eq!(orders, 7);

    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method(), "GET");
    assert_eq!(
        requests[0].uri(),
        "https://shop.example/api/customers/a%2Fb%20c/orders"
    );
    assert_eq!(header(&requests[0], "authorization"), Some("Bearer key-1"));
    assert_eq!(header(&requests[0], "accept"), Some("application/json"));
    assert_eq!(header(&requests[0], "user-agent"), Some("shop-client/1.0"));
    assert_eq!(header(&requests[0], "content-type"), None);
    assert_eq!(requests[0].headers().len(), 3);
    assert!(requests[0].body().is_empty());
}

#[tokio::test]
async fn a_write_is_sent_as_described() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(201).body("9"));
    assert_eq!(client(&transport).send(buy()).await.unwrap(), Some(9));

    let requests = transport.requests();
    assert_eq!(requests[0].method(), "POST");
    assert_eq!(requests[0].uri(), "https://shop.example/api/orders");
    assert_eq!(
        header(&requests[0], "content-type"),
        Some("application/json")
    );
    assert_eq!(requests[0].body(), "\"a teapot\"");
}

#[tokio::test]
async fn a_caller_adds_query_pairs_and_headers_but_no_credential() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    let shop = builder(&transport)
        .header("x-tenant", "1")
        .user_agent("till/2.0")
        .build()
        .unwrap();
    shop.call(count())
        .query("since when", "a&b+c")
        .query("flag", "")
        .header("x-tenant", "2")
        .header("authorization", "Bearer forged")
        .send()
        .await
        .unwrap();
    let requests = transport.requests();
    assert_eq!(
        requests[0].uri().query(),
        Some("since%20when=a%26b%2Bc&flag=")
    );
    assert_eq!(header(&requests[0], "x-tenant"), Some("2"));
    assert_eq!(
        header(&requests[0], "user-agent"),
        Some("till/2.0 shop-client/1.0")
    );
    assert_eq!(header(&requests[0], "authorization"), Some("Bearer key-1"));
}

#[tokio::test]
async fn what_can_not_be_sent_is_not_sent() {
    let transport = ScriptedTransport::new();
    let shop = client(&transport);
    let refused = shop.send(Count("..".into())).await.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.delivery()),
        (ErrorKind::Validation, Delivery::NotSent)
    );
    assert_eq!(
        refused.to_string(),
        "shop count: the request can't be sent: `id` must not be `.` or `..`"
    );
    let refused = shop
        .call(count())
        .header("x-note", "a\r\nb: c")
        .send()
        .await
        .unwrap_err();
    assert!(refused.is_validation());
    assert_eq!(refused.attempts(), 0);
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_response_carries_its_metadata() {
    let response = ScriptedResponse::status(203)
        .body("7")
        .header("x-request-id", "r-1")
        .header("deprecation", "@1700000000")
        .header("sunset", "Wed, 11 Nov 2026 11:11:11 GMT");
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::failure(TransportErrorKind::Connect))
        .then(response);
    let shop = builder(&transport).backoff(support_fast()).build().unwrap();
    let response = shop.call(count()).response().await.unwrap();
    assert_eq!(
        (*response.value(), response.status(), response.attempts()),
        (7, 203, 2)
    );
    assert_eq!(response.request_id(), Some("r-1"));
    assert_eq!(response.deprecation(), Some("@1700000000"));
    assert_eq!(response.sunset(), Some("Wed, 11 Nov 2026 11:11:11 GMT"));
    assert_eq!(response.body(), b"7");
    assert_eq!(response.into_value(), 7);
}

fn support_fast() -> customer_api_core::retry::ExponentialBackoff {
    customer_api_core::retry::ExponentialBackoff::new().base(std::time::Duration::ZERO)
}

#[tokio::test]
async fn where_the_status_decides_an_unreadable_answer_is_a_success_without_a_record() {
    for body in ["", "null", "Thanks!", "{\"a\":", "[1]"] {
        let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body(body));
        let response = client(&transport).call(buy()).response().await.unwrap();
        assert_eq!(
            (response.value(), response.body()),
            (&None, body.as_bytes())
        );
    }
    let cut = ScriptedResponse::status(200).cut(TransportErrorKind::Interrupted);
    let transport = ScriptedTransport::new().then(cut);
    assert_eq!(client(&transport).send(buy()).await.unwrap(), None);
}

/// A gateway's sign-in page is not the provider's success.
#[tokio::test]
async fn where_the_status_decides_what_can_not_be_the_providers_is_unknown() {
    for body in ["<html>sign in</html>", &"sign in ".repeat(40), "a\0b"] {
        let transport =
            ScriptedTransport::new().then(ScriptedResponse::status(200).body(body.to_owned()));
        let error = client(&transport).send(buy()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), error.body()),
            (ErrorKind::Decode, Delivery::Unknown, Some(body.as_bytes()))
        );
    }
}

#[tokio::test]
async fn an_unreadable_answer_to_a_read_is_an_error() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("<html>"));
    let error = client(&transport).send(count()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Decode, Delivery::Unknown)
    );
    assert_eq!(
        (error.status(), error.body()),
        (Some(200), Some(&b"<html>"[..]))
    );
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn a_failure_in_a_2xx_is_refused() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("FAILED"));
    let error = client(&transport).send(buy()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Rejected, Delivery::Refused)
    );
    assert_eq!(error.code(), Some("FAILED"));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_shows_no_secret() {
    let response = ScriptedResponse::status(307).header(
        "location",
        "https://elsewhere.example/customers/cust-1?token=t",
    );
    let transport = ScriptedTransport::new().then(response);
    let error = client(&transport).send(count()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Redirect, Delivery::Unknown)
    );
    assert_eq!(
        error.location(),
        Some("https://elsewhere.example/customers/[redacted]")
    );
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn an_error_repeats_no_value_of_its_request() {
    let message = "customer ana@shop.example: no `A Teapot` with key-1 (ANA%40shop.example)";
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(400).body(message))
        .then(ScriptedResponse::status(400).body(message));
    let shop = client(&transport);
    let read = shop
        .send(Count("ana@shop.example".into()))
        .await
        .unwrap_err();
    assert_eq!(
        read.message(),
        Some("customer [redacted]: no `A Teapot` with [redacted] ([redacted])")
    );
    assert_eq!(read.body(), Some(message.as_bytes()));
    let write = shop.send(Buy("a teapot".into())).await.unwrap_err();
    assert_eq!(
        write.message(),
        Some("customer ana@shop.example: no `[redacted]` with [redacted] (ANA%40shop.example)")
    );
    for text in [format!("{read} {read:?}"), format!("{shop:?}")] {
        assert!(!text.contains("ana@") && !text.contains("key-1"), "{text}");
    }
}

#[tokio::test]
async fn a_code_and_a_trace_id_repeat_no_value_either() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(400).body("[coded] ana@shop.example"));
    let error = client(&transport)
        .send(Count("ana@shop.example".into()))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("code of [redacted]"));
    assert_eq!(error.trace_id(), Some("trace of [redacted]"));
}

#[tokio::test]
async fn what_a_caller_adds_is_not_repeated() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(400).body("tenant-9 knows no pin-4711"));
    let shop = builder(&transport)
        .header("x-tenant", "tenant-9")
        .build()
        .unwrap();
    let error = shop
        .call(count())
        .query("pin", "pin-4711")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.message(), Some("[redacted] knows no [redacted]"));
}

#[tokio::test]
async fn an_error_keeps_the_beginning_of_a_long_body() {
    let transport =
        ScriptedTransport::new().then(ScriptedResponse::status(500).body("x".repeat(100_000)));
    let error = client(&transport).send(buy()).await.unwrap_err();
    assert_eq!(error.body().unwrap().len(), 64 * 1024);
}

/// Sends a value that the provider documents as digits, in a separate header.
struct Pin(&'static str);

impl Operation for Pin {
    type Service = Shop;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new("pin", Method::Post, "/pin");

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        static DIGITS: TextRule = TextRule::new().min_length(1).pattern("^[0-9]+$");
        request.check("pin", self.0, &DIGITS);
        request.header("accept", "text/plain")
    }

    fn decode(body: &ResponseBody) -> Result<(), DecodeError> {
        body.ignore()
    }
}

#[tokio::test]
async fn patterns_are_checked_unless_they_are_switched_off() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(204))
        .then(ScriptedResponse::status(204));
    let shop = client(&transport);
    assert!(shop.send(Pin("12a")).await.unwrap_err().is_validation());
    shop.send(Pin("12")).await.unwrap();
    let lax = builder(&transport).check_patterns(false).build().unwrap();
    lax.send(Pin("12a")).await.unwrap();
    assert!(lax.send(Pin("")).await.unwrap_err().is_validation());
    // The operation's own header overrides the client's.
    assert_eq!(
        header(&transport.requests()[0], "accept"),
        Some("text/plain")
    );
}

#[tokio::test]
async fn headers_that_frame_the_message_are_the_transports() {
    let transport = ScriptedTransport::new();
    for name in ["content-length", "Transfer-Encoding", "host", "connection"] {
        let error = client(&transport)
            .call(buy())
            .header(name, "5")
            .send()
            .await
            .unwrap_err();
        assert!(error.is_validation(), "{name}");
        assert!(matches!(
            builder(&transport).header(name, "5").build(),
            Err(BuildError::Header { .. })
        ));
    }
    assert!(transport.requests().is_empty());
}

/// An operation that is sent without a credential.
struct Login;

impl Operation for Login {
    type Service = Shop;
    type Output = ();
    const INFO: &'static OperationInfo =
        &OperationInfo::new("login", Method::Post, "/login").without_credential();

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<(), DecodeError> {
        body.ignore()
    }
}

#[tokio::test]
async fn an_unauthenticated_operation_carries_no_credential() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(204))
        .then(ScriptedResponse::status(200).body("1"));
    client(&transport).send(Login).await.unwrap();
    let anonymous = Client::builder(Shop, Anonymous)
        .transport(transport.clone())
        .build()
        .unwrap();
    anonymous.send(count()).await.unwrap();
    for request in transport.requests() {
        assert_eq!(header(&request, "authorization"), None);
    }
}

#[test]
fn a_client_that_can_not_work_is_not_built() {
    let build = |url: &str| {
        Client::builder(Shop, KeyCredential::bearer("k"))
            .base_url(url)
            .build()
    };
    assert!(matches!(
        build("http://shop.example"),
        Err(BuildError::PlainHttp)
    ));
    assert!(matches!(build("shop.example"), Err(BuildError::BaseUrl(_))));
    assert!(build("https://shop.example").is_ok());
    let transport = ScriptedTransport::new();
    assert!(matches!(
        builder(&transport).header("x y", "1").build(),
        Err(BuildError::Header { .. })
    ));
    assert!(matches!(
        builder(&transport).header("x", "1\n").build(),
        Err(BuildError::Header { .. })
    ));
    assert!(matches!(
        builder(&transport).user_agent("a\nb").build(),
        Err(BuildError::Header { .. })
    ));
    let zero = builder(&transport)
        .timeout(std::time::Duration::ZERO)
        .build();
    assert!(matches!(
        zero,
        Err(BuildError::Setting {
            name: "timeout",
            ..
        })
    ));
}

/// A program can have thousands of calls at the same time. The operation itself belongs to the caller, and is part of the
/// future, too.
#[test]
fn the_future_of_a_call_is_small() {
    let shop = client(&ScriptedTransport::new());
    let (read, write) = (shop.send(count()), shop.send(buy()));
    for size in [size_of_val(&read), size_of_val(&write)] {
        assert!(size <= 1_300, "{size} bytes");
    }
}

/// Text that a caller adds to a call in encoded form is personal, too.
#[tokio::test]
async fn a_path_and_a_raw_query_of_the_callers_are_not_repeated() {
    let says = "no ana@shop.example at ana%40shop.example, nor planted name";
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(404).body(says));
    let call = client(&transport).call(count());
    let call = call
        .path("/customers/ana%40shop.example")
        .raw_query("q=planted+name");
    let error = call.send().await.unwrap_err();
    let message = error.message().unwrap();
    assert!(
        !message.contains("ana") && !message.contains("planted"),
        "{message}"
    );
}

/// A custom transport's body can return nothing forever, without ever waiting.
#[tokio::test]
async fn a_body_of_nothing_ends_with_the_calls_time() {
    use customer_api_core::{
        async_trait,
        transport::{Body, Transport, TransportError},
    };

    struct Nothing;
    impl futures_core::Stream for Nothing {
        type Item = Result<bytes::Bytes, TransportError>;
        fn poll_next(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Self::Item>> {
            std::task::Poll::Ready(Some(Ok(bytes::Bytes::new())))
        }
    }

    #[derive(Debug)]
    struct Endless;
    #[async_trait]
    impl Transport for Endless {
        async fn send(
            &self,
            _: http::Request<bytes::Bytes>,
        ) -> Result<http::Response<Body>, TransportError> {
            Ok(http::Response::new(Body::stream(Nothing)))
        }
    }

    let shop = Client::builder(Shop, Anonymous)
        .transport(Endless)
        .timeout(std::time::Duration::from_millis(20))
        .build()
        .unwrap();
    let error = shop.send(count()).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(error.delivery(), Delivery::Unknown);
}
