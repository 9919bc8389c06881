//! The calls without a body. The paths of reads end with a slash, and the path of the deletion does not.

use customer_api_core::operation::Operation;
use revnue_customers::{DeleteCustomer, GetCustomer, ListCustomers, Revnue, SINGLE_COMPANY};

use super::request;
use crate::support::{ok, scripted, sent};

async fn assert_bare(operation: impl Operation<Service = Revnue>, line: &str) {
    assert_eq!(sent(operation).await, request(line, None));
}

#[tokio::test]
async fn list_customers() {
    assert_bare(
        ListCustomers::new(SINGLE_COMPANY),
        "GET /api/v2/customer/?company=1",
    )
    .await;
    assert_bare(
        ListCustomers::new(u64::MAX),
        "GET /api/v2/customer/?company=18446744073709551615",
    )
    .await;
}

#[tokio::test]
async fn get_customer() {
    assert_bare(
        GetCustomer::new(4211, 7),
        "GET /api/v2/customer/4211/?company=7",
    )
    .await;
}

#[tokio::test]
async fn delete_customer() {
    assert_bare(DeleteCustomer::new(4211), "DELETE /api/v2/customer/4211").await;
    assert_bare(
        DeleteCustomer::new(4211).company(7),
        "DELETE /api/v2/customer/4211?company=7",
    )
    .await;
}

#[tokio::test]
async fn the_slash_is_the_callers_to_change() {
    let (builder, transport) = scripted([ok("[]")]);
    let client = builder.build().unwrap();
    let call = client.call(ListCustomers::new(1));
    let call = call.path("/api/v2/customer");
    call.send().await.unwrap();
    assert_eq!(
        transport.requests()[0].uri(),
        "https://dashboard-api.revnue.com/api/v2/customer?company=1"
    );
}
