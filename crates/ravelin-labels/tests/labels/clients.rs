//! Which clients are built, and which are refused.

use ravelin_labels::{BuildError, Client};

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
fn other_prefixes_are_the_vendors_business() {
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
fn the_vendors_host_is_the_default() {
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
