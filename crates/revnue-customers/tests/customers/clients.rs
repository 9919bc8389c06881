//! Clients that are built, clients that are refused, and the metadata of each operation.

use std::time::Duration;

use customer_api_core::{
    operation::{Idempotency, Method, OperationInfo, Provenance},
    rate_limit::Unlimited,
    transport::ScriptedResponse,
};
use revnue_customers::{
    BuildError, Client, DeleteCustomer, Delivery, ErrorKind, GetCustomer, ListCustomers,
    ReplaceCustomer, UpdateCustomer,
};
use testkit::Variables;

use crate::support::{TOKEN, ok, scripted};

#[test]
fn a_token_that_could_split_a_header_is_refused_without_being_shown() {
    for token in ["", "s3cret\n", "s3cret\r\nx-evil: 1", " s3cret", "s3crét"] {
        let error = Client::builder(token).build().unwrap_err();
        assert!(matches!(error, BuildError::Credential(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("s3cr"));
    }
    let client = Client::builder("s3cret").build().unwrap();
    assert!(!format!("{client:?}").contains("s3cret"));
    fn travels<T: Clone + Send + Sync + 'static>(_: &T) {}
    travels(&client);
}

#[test]
fn the_service_may_have_moved() {
    let client = Client::builder(TOKEN).build().unwrap();
    let base = client.base_url().to_string();
    assert_eq!(
        base.trim_end_matches('/'),
        "https://dashboard-api.revnue.com"
    );
    for base in ["https://api.dashboard.strev.ai", "http://127.0.0.1:1"] {
        assert!(Client::builder(TOKEN).base_url(base).build().is_ok());
    }
    let plain = Client::builder(TOKEN).base_url("http://dashboard-api.revnue.com");
    assert!(matches!(plain.build(), Err(BuildError::PlainHttp)));
}

/// The expected values come from the provider's pages, not from the description.
#[test]
fn every_operation_is_what_the_provider_documents() {
    let expected = [
        (ListCustomers::INFO, Method::Get, "/"),
        (GetCustomer::INFO, Method::Get, "/{id}/"),
        (ReplaceCustomer::INFO, Method::Put, "/{id}"),
        (UpdateCustomer::INFO, Method::Patch, "/{id}"),
        (DeleteCustomer::INFO, Method::Delete, "/{id}"),
    ];
    for (info, method, path) in expected {
        check(&info, method, path);
        assert_eq!(info.provenance, Some(Provenance::Documented));
    }
    #[cfg(feature = "undocumented")]
    {
        let info = revnue_customers::CreateCustomer::INFO;
        check(&info, Method::Post, "");
        assert_eq!(info.provenance, Some(Provenance::Inferred));
    }
}

fn check(info: &OperationInfo, method: Method, path: &str) {
    let reads = method == Method::Get;
    let idempotency = if reads {
        Idempotency::Safe
    } else {
        Idempotency::NonIdempotent
    };
    assert_eq!(info.method, method);
    assert_eq!(info.path, format!("/api/v2/customer{path}"));
    assert_eq!(info.idempotency, idempotency, "{}", info.id);
    assert_eq!(info.status_decides, !reads, "{}", info.id);
    assert!(info.authenticated);
    // All operations share the account's quota.
    assert_eq!(info.rate_class, ListCustomers::INFO.rate_class);
}

#[tokio::test(start_paused = true)]
async fn twenty_calls_a_minute_by_default_and_no_call_waits_in_vain() {
    let (builder, transport) = scripted((0..21).map(|_| ok("[]")));
    let client = builder.build().unwrap();
    for _ in 0..20 {
        client.send(ListCustomers::new(1)).await.unwrap();
    }
    let hasty = client
        .clone()
        .call(ListCustomers::new(1))
        .timeout(Duration::from_secs(5))
        .send();
    let error = hasty.await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(transport.requests().len(), 20);
    let patient = client.call(ListCustomers::new(1)).response().await;
    assert!(patient.unwrap().elapsed() >= Duration::from_secs(59));
}

#[tokio::test(start_paused = true)]
async fn a_read_waits_as_a_429_says_or_for_the_window() {
    for (header, least) in [(Some("7"), 7), (None, 60)] {
        let throttled = || match header {
            Some(seconds) => ScriptedResponse::status(429).header("retry-after", seconds),
            None => ScriptedResponse::status(429),
        };
        // The call itself also waits, whatever the limiter does.
        for is_limited in [true, false] {
            let (mut builder, transport) = scripted([throttled(), ok("[]")]);
            if !is_limited {
                builder = builder.rate_limiter(Unlimited);
            }
            let client = builder.build().unwrap();
            let response = client.call(ListCustomers::new(1)).response().await;
            let waited = response.unwrap().elapsed();
            assert!(waited >= Duration::from_secs(least), "{waited:?}");
            assert!(waited < Duration::from_secs(least + 5), "{waited:?}");
            assert_eq!(transport.requests().len(), 2);
        }
    }
}

/// After a 429 neither the client nor a clone makes a call before the wait is over.
#[tokio::test(start_paused = true)]
async fn a_429_stops_the_clones_too() {
    let throttled = ScriptedResponse::status(429).header("retry-after", "3600");
    let (builder, transport) = scripted([throttled, ok("[]")]);
    let client = builder.build().unwrap();
    let error = client.send(DeleteCustomer::new(7)).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3_600)));
    let call = client.clone().send(ListCustomers::new(1));
    let error = call.await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.elapsed()),
        (ErrorKind::RateLimit, Delivery::NotSent, Duration::ZERO)
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
    assert_eq!(transport.requests().len(), 1);
    tokio::time::sleep(Duration::from_secs(600)).await;
    client.send(ListCustomers::new(1)).await.unwrap();
}

/// The variables in the tests' environment, and the required ones among them.
const VARIABLES: Variables = Variables::new(
    &[
        ("REVNUE_TOKEN", "s3cret"),
        ("REVNUE_BASE_URL", "https://api.dashboard.strev.ai"),
    ],
    &["REVNUE_TOKEN"],
);

#[test]
fn a_client_follows_its_variables() {
    let client = Client::builder_from(&VARIABLES.all())
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(client.base_url().as_str(), "https://api.dashboard.strev.ai");
    assert!(!format!("{client:?}").contains("s3cret"));
}

#[test]
fn without_a_variable_the_providers_host_is_called() {
    let client = Client::builder_from(&VARIABLES.without("REVNUE_BASE_URL"))
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(
        client.base_url().as_str(),
        "https://dashboard-api.revnue.com"
    );
}

#[test]
fn a_variable_that_is_missing_or_empty_is_named_and_nothing_is_shown() {
    VARIABLES.assert_each_is_named("s3cret", Client::builder_from);
}

#[test]
fn the_process_is_asked_for_the_same_variables() {
    testkit::assert_the_process_is_asked!(Client);
}
