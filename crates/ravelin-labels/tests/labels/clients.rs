//! Which clients are built, and which are refused.

use ravelin_labels::{
    BuildError, Client,
    customer_api_core::{Environment, error::VariableProblem},
};

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

/// What is set in the tests' environment.
const VARIABLES: [(&str, &str); 2] = [
    ("RAVELIN_SECRET_KEY", "sk_s3cret"),
    ("RAVELIN_BASE_URL", "https://ravelin.proxy.example"),
];

/// An environment with all variables, one of which may hold something else, or nothing.
fn environment(name: &'static str, value: Option<&'static str>) -> Environment {
    Environment::from_lookup(move |wanted| {
        if wanted == name {
            return value.map(Into::into);
        }
        let variable = VARIABLES.iter().find(|(name, _)| *name == wanted);
        variable.map(|(_, value)| value.into())
    })
}

#[test]
fn a_client_follows_its_variables() {
    let client = Client::builder_from(&environment("", None))
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(client.base_url().as_str(), "https://ravelin.proxy.example");
    assert!(!format!("{client:?}").contains("s3cret"));
}

#[test]
fn without_a_variable_the_providers_host_is_called() {
    let client = Client::builder_from(&environment("RAVELIN_BASE_URL", None))
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(client.base_url().as_str(), "https://api.ravelin.com");
}

#[test]
fn a_variable_that_is_missing_or_empty_is_named_and_nothing_is_shown() {
    let required = ["RAVELIN_SECRET_KEY"];
    for (name, _) in VARIABLES {
        for (value, problem) in [
            (None, VariableProblem::Missing),
            (Some(" "), VariableProblem::Empty),
        ] {
            let outcome = Client::builder_from(&environment(name, value));
            if value.is_none() && !required.contains(&name) {
                assert!(outcome.is_ok(), "{name}");
                continue;
            }
            let error = outcome.unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert!(!format!("{error} {error:?}").contains("s3cret"));
            assert!(
                matches!(error, BuildError::Variable { name: found, problem: what } if found == name && what == problem),
                "{error:?}"
            );
        }
    }
}

/// By name only: what the process has is not the test's.
#[test]
fn the_process_is_asked_for_the_same_variables() {
    let of_the_process = Client::builder_from(&Environment::process());
    let by_name = Client::builder_from_env();
    assert_eq!(format!("{of_the_process:?}"), format!("{by_name:?}"));
    assert_eq!(
        Client::from_env().is_ok(),
        by_name.is_ok_and(|builder| builder.build().is_ok())
    );
}
