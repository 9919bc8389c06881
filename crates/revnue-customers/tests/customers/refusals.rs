//! Operations that are refused before anything is sent.

use revnue_customers::{GetCustomer, ListCustomers, UpdateCustomer};

use crate::support::{ok, scripted};

#[tokio::test]
async fn a_path_of_the_callers_that_is_none() {
    for path in [
        "",
        "api",
        "/a?b",
        "/a#b",
        "/a/../b",
        "/%2e%2e/b",
        "/a b",
        "/a\n",
    ] {
        let (builder, transport) = scripted([ok("[]")]);
        let client = builder.build().unwrap();
        let call = client.call(ListCustomers::new(1)).path(path).send();
        assert!(call.await.unwrap_err().is_validation(), "{path}");
        let mut customers = client.customers(1).path(path);
        let error = customers.next_page().await.unwrap_err();
        assert!(error.call().unwrap().is_validation(), "{path}");
        assert!(transport.requests().is_empty());
    }
}

#[tokio::test]
async fn headers_that_frame_the_message_or_split_it() {
    for (name, value) in [
        ("content-length", "5"),
        ("x-note", "a\r\nb: c"),
        ("a b", "x"),
    ] {
        let (builder, transport) = scripted([ok("{\"id\":1}")]);
        let client = builder.build().unwrap();
        let call = client
            .call(GetCustomer::new(1, 1))
            .header(name, value)
            .send();
        assert!(call.await.unwrap_err().is_validation(), "{name}");
        let call = client
            .call(UpdateCustomer::new(1, 1))
            .header(name, value)
            .send();
        assert!(call.await.unwrap_err().is_validation(), "{name}");
        assert!(transport.requests().is_empty());
    }
}
