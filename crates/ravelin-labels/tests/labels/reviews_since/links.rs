//! A follow-up contains the key. Therefore `meta.next` is checked before it is followed.

use ravelin_labels::{Client, PagesErrorKind};
use tokio::net::TcpListener;

use super::{
    provider::{Provider, at},
    stories::steady,
};

#[tokio::test]
async fn a_link_to_another_place_is_an_error() {
    for prefix in [
        "https://api.ravelin.com.evil.example/v2/label/customer",
        "http://api.ravelin.com/v2/label/customer",
        "https://api.ravelin.com:444/v2/label/customer",
        "https://api.ravelin.com/v2/label",
        "https://user@api.ravelin.com/v2/label/customer",
        "/v2/label",
        "//evil.example/v2/label/customer",
    ] {
        let provider =
            Provider::new(steady(20), 10).with(|state| state.next_prefix = prefix.to_owned());
        let mut reviews = provider.client().reviews_since(at(0));
        let error = reviews.next_page().await.unwrap_err();
        assert_eq!(error.kind(), PagesErrorKind::ForeignLink, "{prefix}");
        assert!(!error.to_string().contains("evil"));
        assert_eq!(provider.queries().len(), 1);
    }
}

/// A listener takes the place of the foreign host. It must not see even a connection.
#[tokio::test]
async fn a_foreign_listener_sees_nothing() {
    let foreign = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let prefix = format!("http://{}/v2/label/customer", foreign.local_addr().unwrap());
    let provider = Provider::new(steady(20), 10).with(|state| state.next_prefix = prefix);
    let mut reviews = provider.client().reviews_since(at(0));
    assert_eq!(
        reviews.next_page().await.unwrap_err().kind(),
        PagesErrorKind::ForeignLink
    );
    drop(reviews);
    tokio::select! {
        biased;
        _ = foreign.accept() => panic!("the link was followed"),
        () = std::future::ready(()) => {}
    }
}

#[tokio::test]
async fn behind_a_gateway_links_are_rebased_on_request() {
    let provider = Provider::new(steady(25), 10);
    let gateway = || {
        Client::builder("sk_test")
            .base_url("https://gateway.example")
            .transport(provider.clone())
            .build()
            .unwrap()
    };
    let error = gateway()
        .reviews_since(at(0))
        .next_page()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::ForeignLink);
    let mut reviews = gateway().reviews_since(at(0)).rebase_links(true);
    let mut count = 0;
    while let Some(page) = reviews.next_page().await.unwrap() {
        count += page.items.len();
    }
    assert_eq!(count, 25);
}
