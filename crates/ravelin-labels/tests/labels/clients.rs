//! Clients that are built, and clients that are refused.

use ravelin_labels::{BuildError, Client};
use testkit::Variables;

#[test]
fn a_publishable_key_is_refused_without_being_shown() {
    for key in [
        "pk_live_s3cret",
        "pk_test_s3cret",
        "publishable_key_live_s3cret",
    ] {
        let error = Client::builder(key).build().unwrap_err();
        assert!(matches!(error, BuildError::Credential(_)), "{error:?}");
        assert!(error.to_string().contains("publishable"), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}

#[test]
fn a_key_that_could_split_a_header_is_refused_without_being_shown() {
    for key in [
        "",
        "sk_s3cret\n",
        "sk_s3cret\r\nx-evil: 1",
        " sk_s3cret",
        "sk_s3cret\0",
    ] {
        let error = Client::builder(key).build().unwrap_err();
        assert!(matches!(error, BuildError::Credential(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}

#[test]
fn other_prefixes_are_the_providers_business() {
    for key in ["sk_live_1", "secret_key_test_1", "abc"] {
        assert!(Client::builder(key).build().is_ok());
    }
}

#[test]
fn plain_http_is_for_loopback_only() {
    assert!(matches!(
        Client::builder("sk_1")
            .base_url("http://api.ravelin.com")
            .build(),
        Err(BuildError::PlainHttp)
    ));
    assert!(
        Client::builder("sk_1")
            .base_url("http://127.0.0.1:1")
            .build()
            .is_ok()
    );
    assert!(
        Client::builder("sk_1")
            .base_url("https://ravelin.proxy.example/eu")
            .build()
            .is_ok()
    );
}

#[test]
fn the_providers_host_is_the_default() {
    assert_eq!(
        Client::builder("sk_1").build().unwrap().base_url().as_str(),
        "https://api.ravelin.com"
    );
}

#[test]
fn a_client_prints_no_key_and_travels_between_tasks() {
    let client = Client::builder("sk_s3cret").build().unwrap();
    assert!(!format!("{client:?}").contains("s3cret"));
    fn travels<T: Clone + Send + Sync + 'static>(_: &T) {}
    travels(&client);
}

/// The variables in the tests' environment, and the required ones among them.
const VARIABLES: Variables = Variables::new(
    &[
        ("RAVELIN_SECRET_KEY", "sk_s3cret"),
        ("RAVELIN_BASE_URL", "https://ravelin.proxy.example"),
    ],
    &["RAVELIN_SECRET_KEY"],
);

#[test]
fn a_client_follows_its_variables() {
    let client = Client::builder_from(&VARIABLES.all())
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(client.base_url().as_str(), "https://ravelin.proxy.example");
    assert!(!format!("{client:?}").contains("s3cret"));
}

#[test]
fn without_a_variable_the_providers_host_is_called() {
    let client = Client::builder_from(&VARIABLES.without("RAVELIN_BASE_URL"))
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(client.base_url().as_str(), "https://api.ravelin.com");
}

#[test]
fn a_variable_that_is_missing_or_empty_is_named_and_nothing_is_shown() {
    VARIABLES.assert_each_is_named("s3cret", Client::builder_from);
}

#[test]
fn the_process_is_asked_for_the_same_variables() {
    testkit::assert_the_process_is_asked!(Client);
}
