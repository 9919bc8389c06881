//! Which clients are built, which are refused, and what is known of each operation.

use customer_api_core::operation::{Idempotency, Method, OperationInfo, Provenance};
use helpdesk_customers::{
    AddChannel, AddExternalEvent, BuildError, Client, CreateCustomer, CreateCustomerCrud,
    DeleteCustomer, GetCustomer, GetTimeline, ListCustomers, RenameCustomer, SearchByChannelValue,
    SearchByExternalId, SyncWithCrm, UpdateCustomer, UpdateCustomerByExternalId,
};
use testkit::Variables;

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

/// The properties of each operation according to the provider's pages, not to the description.
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

/// The variables of the tests' environment, and those that are required.
const VARIABLES: Variables = Variables::new(
    &[
        ("OMNIDESK_API_KEY", "s3cret"),
        ("OMNIDESK_BASE_URL", "https://account.omnidesk.com"),
    ],
    &["OMNIDESK_API_KEY", "OMNIDESK_BASE_URL"],
);

#[test]
fn a_client_follows_its_variables() {
    let client = Client::builder_from(&VARIABLES.all())
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(client.base_url().as_str(), "https://account.omnidesk.com");
    assert!(!format!("{client:?}").contains("s3cret"));
}

#[test]
fn a_variable_that_is_missing_or_empty_is_named_and_nothing_is_shown() {
    VARIABLES.assert_each_is_named("s3cret", Client::builder_from);
}

#[test]
fn the_process_is_asked_for_the_same_variables() {
    testkit::assert_the_process_is_asked!(Client);
}
