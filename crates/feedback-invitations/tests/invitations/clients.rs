//! Which clients are built, which are refused, and what is known of each operation.

use customer_api_core::operation::{Idempotency, Method, Provenance};
use feedback_invitations::{BuildError, Client, LogIn, Recipient, SendInvitation};
use testkit::Variables;

use crate::support::{PASSWORD, USERNAME, programme};

#[test]
fn blank_credentials_are_refused_without_being_shown() {
    for (username, password) in [
        ("", "s3cret"),
        (" \t", "s3cret"),
        ("s3cret", ""),
        ("s3cret", " \n"),
        ("", ""),
    ] {
        let error = Client::builder(username, password).build().unwrap_err();
        assert!(matches!(error, BuildError::Credential(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
    // A line break is allowed in a password, because the password is sent in a body and not in a header.
    let client = Client::builder("s3cr\u{e9}t user", "s3cret\r\n pass")
        .build()
        .unwrap();
    assert!(!format!("{client:?}").contains("s3cr"), "{client:?}");
    fn travels<T: Clone + Send + Sync + 'static>(_: &T) {}
    travels(&client);
}

#[test]
fn plain_http_is_for_loopback() {
    let client = Client::builder(USERNAME, PASSWORD).build().unwrap();
    let base = client.base_url().to_string();
    assert_eq!(base.trim_end_matches('/'), "https://api.feedback.fyi");
    for base in ["https://radar.example", "http://127.0.0.1:1"] {
        let builder = Client::builder(USERNAME, PASSWORD).base_url(base);
        assert!(builder.build().is_ok(), "{base}");
    }
    let plain = Client::builder(USERNAME, PASSWORD).base_url("http://api.feedback.fyi");
    assert!(matches!(plain.build(), Err(BuildError::PlainHttp)));
}

/// The properties of each operation according to the provider's pages, not to the description.
#[test]
fn every_operation_is_what_the_provider_documents() {
    for (info, path, idempotency, authenticated) in [
        (LogIn::INFO, "/auth/login", Idempotency::Idempotent, false),
        (
            SendInvitation::INFO,
            "/invitation",
            Idempotency::NonIdempotent,
            true,
        ),
    ] {
        assert_eq!((info.method, info.path), (Method::Post, path));
        assert_eq!(info.idempotency, idempotency, "{}", info.id);
        assert_eq!(info.authenticated, authenticated, "{}", info.id);
        assert_eq!(info.provenance, Some(Provenance::Documented));
        assert!(info.docs_url.unwrap().contains("4625911085327"));
        // A login needs its token, and an invitation its code. No status decides alone.
        assert!(!info.status_decides, "{}", info.id);
    }
}

#[test]
fn an_invitation_can_be_kept_for_later_without_showing_anybody() {
    let dave = Recipient::new("location-1")
        .email("planted@shop.example")
        .mobile("0210planted")
        .first_name("Planted")
        .last_name("Planted")
        .metadata("invoice_no", "planted");
    let invitation = SendInvitation::new(&programme(), dave);
    assert_eq!(invitation.clone(), invitation);
    let debug = format!("{invitation:?}").to_lowercase();
    assert!(!debug.contains("planted"), "{debug}");
    for shown in ["client-1", "programme-1", "location-1", "invoice_no"] {
        assert!(debug.contains(shown), "{debug}");
    }
}

/// The variables of the tests' environment, and those that are required.
const VARIABLES: Variables = Variables::new(
    &[
        ("RADAR_USERNAME", "testing"),
        ("RADAR_PASSWORD", "s3cret"),
        ("RADAR_BASE_URL", "https://radar.proxy.example"),
    ],
    &["RADAR_USERNAME", "RADAR_PASSWORD"],
);

#[test]
fn a_client_follows_its_variables() {
    let client = Client::builder_from(&VARIABLES.all())
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(client.base_url().as_str(), "https://radar.proxy.example");
    assert!(!format!("{client:?}").contains("s3cret"));
}

#[test]
fn without_a_variable_the_providers_host_is_called() {
    let client = Client::builder_from(&VARIABLES.without("RADAR_BASE_URL"))
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(client.base_url().as_str(), "https://api.feedback.fyi");
}

#[test]
fn a_variable_that_is_missing_or_empty_is_named_and_nothing_is_shown() {
    VARIABLES.assert_each_is_named("s3cret", Client::builder_from);
}

#[test]
fn the_process_is_asked_for_the_same_variables() {
    testkit::assert_the_process_is_asked!(Client);
}
