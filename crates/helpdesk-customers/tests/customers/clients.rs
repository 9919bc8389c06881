//! Which clients are built, which are refused, and what is known of each operation.

use customer_api_core::{
    Environment,
    error::VariableProblem,
    operation::{Idempotency, Method, OperationInfo, Provenance},
};
use helpdesk_customers::{
    AddChannel, AddExternalEvent, BuildError, Client, CreateCustomer, CreateCustomerCrud,
    DeleteCustomer, GetCustomer, GetTimeline, ListCustomers, RenameCustomer, SearchByChannelValue,
    SearchByExternalId, SyncWithCrm, UpdateCustomer, UpdateCustomerByExternalId,
};

use crate::support::{KEY, ORIGIN, ok, scripted};

#[test]
fn a_key_that_could_split_a_header_is_refused_without_being_shown() {
    for key in [
        "",
        "s3cret\n",
        "s3cret\r\nx-evil: 1",
        " s3cret",
        "s3cret\0",
        "s3crét",
    ] {
        let error = Client::builder(key, ORIGIN).build().unwrap_err();
        assert!(matches!(error, BuildError::Credential(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("s3cr"));
    }
}

#[test]
fn the_origin_is_the_callers() {
    for origin in [
        "https://account.omnidesk.com",
        "https://account.omnidesk.io/",
        "https://gateway.example:8443/omnidesk",
        "http://127.0.0.1:1",
        "http://localhost:1",
    ] {
        assert!(Client::builder(KEY, origin).build().is_ok(), "{origin}");
    }
    for origin in [
        "",
        "account.omnidesk.com",
        "ftp://account.omnidesk.com",
        "https://user@account.omnidesk.com",
        "https://account.omnidesk.com?apiKey=s3cret",
        "https://account.omnidesk.com#x",
    ] {
        let error = Client::builder(KEY, origin).build().unwrap_err();
        assert!(matches!(error, BuildError::BaseUrl(_)), "{origin}");
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
    let plain = Client::builder(KEY, "http://account.omnidesk.com").build();
    assert!(matches!(plain, Err(BuildError::PlainHttp)));
}

#[tokio::test]
async fn a_slash_behind_the_origin_makes_no_difference() {
    for origin in [ORIGIN.to_owned(), format!("{ORIGIN}/")] {
        let (builder, transport) = scripted([ok("{}")]);
        let client = builder.base_url(origin).build().unwrap();
        client.send(GetCustomer::new(7)).await.unwrap();
        assert_eq!(
            transport.requests()[0].uri(),
            "https://account.omnidesk.example/api/v2/customer/7"
        );
    }
}

#[tokio::test]
async fn a_caller_may_ask_for_json() {
    let (builder, transport) = scripted([ok("{}")]);
    let client = builder
        .header("accept", "application/json")
        .build()
        .unwrap();
    client.send(GetCustomer::new(7)).await.unwrap();
    let request = &transport.requests()[0];
    let accept: Vec<_> = request.headers().get_all("accept").iter().collect();
    assert_eq!(accept, ["application/json"]);
    assert!(request.headers()["apikey"].is_sensitive());
}

#[test]
fn a_client_prints_no_key_and_travels_between_tasks() {
    let client = Client::builder("s3cret", ORIGIN).build().unwrap();
    assert!(!format!("{client:?}").contains("s3cret"));
    fn travels<T: Clone + Send + Sync + 'static>(_: &T) {}
    travels(&client);
}

/// What the provider's pages say of each operation, not what the description says.
#[test]
fn every_operation_is_what_the_provider_documents() {
    let expected = [
        (ListCustomers::INFO, Method::Get, "", true),
        (GetCustomer::INFO, Method::Get, "/{id}", false),
        (CreateCustomer::INFO, Method::Post, "", true),
        (RenameCustomer::INFO, Method::Put, "", true),
        (UpdateCustomer::INFO, Method::Put, "/{id}", true),
        (DeleteCustomer::INFO, Method::Delete, "/{id}", false),
        (
            SearchByExternalId::INFO,
            Method::Post,
            "/SearchByPrimaryExternalID",
            true,
        ),
        (
            SearchByChannelValue::INFO,
            Method::Post,
            "/SearchByCustomerChannelValue",
            true,
        ),
        (AddChannel::INFO, Method::Post, "/addChannelOnly", true),
        (
            UpdateCustomerByExternalId::INFO,
            Method::Put,
            "/updateCustomer",
            true,
        ),
        (
            GetTimeline::INFO,
            Method::Get,
            "/timelineByCustomerExternalID",
            true,
        ),
        (AddExternalEvent::INFO, Method::Post, "/externalEvent", true),
        (SyncWithCrm::INFO, Method::Post, "/syncWithCRM", true),
        (
            CreateCustomerCrud::INFO,
            Method::Post,
            "/createCustomerCRUD",
            true,
        ),
    ];
    for (info, method, path, is_documented) in expected {
        assert_is(&info, method, path, is_documented);
    }
    #[cfg(feature = "undocumented")]
    for (info, path) in [
        (helpdesk_customers::RemoveChannel::INFO, "/channel/{id}"),
        (
            helpdesk_customers::PurgeCustomerDataIrreversibly::INFO,
            "/purgeData/{id}",
        ),
    ] {
        assert_is(&info, Method::Delete, path, false);
    }
}

fn assert_is(info: &OperationInfo, method: Method, path: &str, is_documented: bool) {
    let id = info.id;
    assert_eq!(info.method, method, "{id}");
    assert_eq!(info.path, format!("/api/v2/customer{path}"), "{id}");
    let reads = method == Method::Get || id.starts_with("searchBy");
    let (idempotency, status_decides) = if reads {
        (Idempotency::Safe, false)
    } else {
        (Idempotency::NonIdempotent, true)
    };
    assert_eq!(
        (info.idempotency, info.status_decides),
        (idempotency, status_decides),
        "{id}"
    );
    let provenance = if is_documented {
        Provenance::Documented
    } else {
        Provenance::Inferred
    };
    assert_eq!(info.provenance, Some(provenance), "{id}");
    let page = info.docs_url.unwrap();
    assert!(page.starts_with("https://docs.omnidesk.io/"), "{id}");
}

/// What is set in the tests' environment.
const VARIABLES: [(&str, &str); 2] = [
    ("OMNIDESK_API_KEY", "s3cret"),
    ("OMNIDESK_BASE_URL", "https://account.omnidesk.com"),
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
    assert_eq!(client.base_url().as_str(), "https://account.omnidesk.com");
    assert!(!format!("{client:?}").contains("s3cret"));
}

#[test]
fn a_variable_that_is_missing_or_empty_is_named_and_nothing_is_shown() {
    let required = ["OMNIDESK_API_KEY", "OMNIDESK_BASE_URL"];
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
