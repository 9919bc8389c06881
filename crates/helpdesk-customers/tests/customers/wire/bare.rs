//! The calls without a body.

use helpdesk_customers::{DeleteCustomer, GetCustomer, GetTimeline, ListCustomers};

use super::assert_bare;
use crate::support::sent_by;

#[tokio::test]
async fn list_customers() {
    assert_bare(ListCustomers::new(), "GET /api/v2/customer").await;
    let everything = ListCustomers::new()
        .query("Ana Lopez 7")
        .item_start(u64::MAX)
        .item_limit(99);
    assert_bare(
        everything,
        "GET /api/v2/customer?query=Ana%20Lopez%207&itemStart=18446744073709551615&itemLimit=99",
    )
    .await;
    assert_bare(
        ListCustomers::new().item_start(0).item_limit(1),
        "GET /api/v2/customer?itemStart=0&itemLimit=1",
    )
    .await;
}

#[tokio::test]
async fn one_customer() {
    assert_bare(GetCustomer::new(42), "GET /api/v2/customer/42").await;
    assert_bare(
        GetCustomer::new(u64::MAX),
        "GET /api/v2/customer/18446744073709551615",
    )
    .await;
    assert_bare(DeleteCustomer::new(42), "DELETE /api/v2/customer/42").await;
}

#[tokio::test]
async fn timeline() {
    assert_bare(
        GetTimeline::new(1, "cust-1"),
        "GET /api/v2/customer/timelineByCustomerExternalID?brand_id=1&external_id=cust-1",
    )
    .await;
    assert_bare(
        GetTimeline::new(1, "a/b?c#d%e+f g@h.é&i=j"),
        "GET /api/v2/customer/timelineByCustomerExternalID?brand_id=1&external_id=a%2Fb%3Fc%23d%25e%2Bf%20g%40h.%C3%A9%26i%3Dj",
    )
    .await;
}

#[tokio::test]
async fn the_timelines_third_parameter_goes_behind_the_others() {
    let request = sent_by(async |client| {
        let timeline = client.call(GetTimeline::new(1, "cust-1"));
        let timeline = timeline.query("a name+", "any=1");
        timeline.send().await.map(drop)
    });
    assert_eq!(
        request.await.line,
        "GET /api/v2/customer/timelineByCustomerExternalID?brand_id=1&external_id=cust-1&a%20name%2B=any%3D1 HTTP/1.1"
    );
}

#[cfg(feature = "undocumented")]
#[tokio::test]
async fn the_calls_whose_paths_are_not_documented() {
    use helpdesk_customers::{PurgeCustomerDataIrreversibly, RemoveChannel};

    assert_bare(RemoveChannel::new(7), "DELETE /api/v2/customer/channel/7").await;
    assert_bare(
        PurgeCustomerDataIrreversibly::new(42),
        "DELETE /api/v2/customer/purgeData/42",
    )
    .await;

    let request = sent_by(async |client| {
        let purge = client.call(PurgeCustomerDataIrreversibly::new(42));
        let purge = purge.path("/api/v2/customer/purgedata").query("id", "42");
        purge.send().await.map(drop)
    });
    assert_eq!(
        request.await.line,
        "DELETE /api/v2/customer/purgedata?id=42 HTTP/1.1"
    );

    let request = sent_by(async |client| {
        let remove = client.call(RemoveChannel::new(7));
        let remove = remove.path("/api/v2/customer/itemChannel/7");
        remove.send().await.map(drop)
    });
    assert_eq!(
        request.await.line,
        "DELETE /api/v2/customer/itemChannel/7 HTTP/1.1"
    );
}
