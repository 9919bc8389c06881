//! Create or update by your own id: the calls that are made, and the errors when one fails.

use customer_api_core::transport::{ScriptedResponse, ScriptedTransport, TransportErrorKind};
use helpdesk_customers::{
    Channel, Delivery, Upsert, UpsertError, UpsertErrorKind, UpsertStep, Upserted,
};

use crate::support::{ok, read, scripted};

const DONE: &str = r#"{"type":"result","message":"done"}"#;

fn ana() -> Upsert {
    Upsert::new("cust-1", 1, "Ana", "Lopez")
        .custom_field("größe cm", "180 & more")
        .channel(Channel::Id(1), "ana+1@shop.example")
        .custom_field("tier", "")
        .channel("telephone", "+64211234567")
}

async fn upsert(
    responses: impl IntoIterator<Item = ScriptedResponse>,
) -> (Result<Upserted, UpsertError>, ScriptedTransport) {
    let (builder, transport) = scripted(responses);
    let client = builder.build().unwrap();
    (client.upsert(ana()).await, transport)
}

/// The calls: method, path, and the body's fields.
async fn calls(transport: &ScriptedTransport) -> Vec<(String, Vec<(String, String)>)> {
    let mut calls = Vec::new();
    for request in transport.requests() {
        let content_type = request.headers()["content-type"].to_str().unwrap();
        let fields = read(Some(content_type), request.body().clone()).await;
        let line = format!("{} {}", request.method(), request.uri().path());
        calls.push((line, fields));
    }
    calls
}

fn fields(first: [(&str, &str); 4]) -> Vec<(String, String)> {
    let more = [
        ("custom_größe cm", "180 & more"),
        ("custom_tier", ""),
        ("customerChannelType_0", "1"),
        ("customerChannelValue_0", "ana+1@shop.example"),
        ("customerChannelType_1", "telephone"),
        ("customerChannelValue_1", "+64211234567"),
    ];
    let all = first.into_iter().chain(more);
    all.map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn search() -> (String, Vec<(String, String)>) {
    (
        "POST /api/v2/customer/SearchByPrimaryExternalID".to_owned(),
        vec![
            ("primary_id".to_owned(), "cust-1".to_owned()),
            ("brand_id".to_owned(), "1".to_owned()),
        ],
    )
}

#[tokio::test]
async fn a_customer_who_is_not_there_is_created() {
    for nobody in ["[]", r#"{"itemTotal":0,"items":[]}"#] {
        let (outcome, transport) = upsert([ok(nobody), ok(DONE)]).await;
        let Upserted::Created { response, .. } = outcome.unwrap() else {
            panic!("it must be created");
        };
        assert_eq!(response.message.as_deref(), Some("done"));
        let create = (
            "POST /api/v2/customer/createCustomerCRUD".to_owned(),
            fields([
                ("primaryID", "cust-1"),
                ("brandID", "1"),
                ("firstname", "Ana"),
                ("lastname", "Lopez"),
            ]),
        );
        assert_eq!(calls(&transport).await, [search(), create]);
    }
}

#[tokio::test]
async fn a_customer_who_is_there_is_updated() {
    for found in [
        r#"{"items":[{"id":7,"external_primary_id":"cust-1"}]}"#,
        r#"[{"id":"7"}]"#,
        r#"{"item":{"id":7,"external_primary_id":null}}"#,
        r#"{"id":7,"external_primary_id":"cust-1"}"#,
        // Customers with other ids are ignored.
        r#"[{"id":8,"external_primary_id":"cust-11"},{"id":7,"external_primary_id":"cust-1"}]"#,
    ] {
        let (outcome, transport) = upsert([ok(found), ok("")]).await;
        let Upserted::Updated {
            before, response, ..
        } = outcome.unwrap()
        else {
            panic!("it must be updated");
        };
        assert_eq!((before.id, response.message), (Some(7), None), "{found}");
        let update = (
            "PUT /api/v2/customer/updateCustomer".to_owned(),
            fields([
                ("externalPrimaryID", "cust-1"),
                ("brandID", "1"),
                ("firstname", "Ana"),
                ("lastname", "Lopez"),
            ]),
        );
        assert_eq!(calls(&transport).await, [search(), update]);
    }
}

#[tokio::test]
async fn where_the_search_does_not_tell_nothing_is_written() {
    use UpsertErrorKind::{OtherCustomers, SeveralCustomers, Unclear};
    for (body, kind) in [
        ("", Unclear),
        ("null", Unclear),
        ("{}", Unclear),
        (
            r#"{"type":"result","message":"No customer found."}"#,
            Unclear,
        ),
        (
            r#"{"type":"result","id":7,"message":"Customer not found"}"#,
            Unclear,
        ),
        (r#"[{"type":"result","id":7}]"#, Unclear),
        (r#"{"itemTotal":2,"items":[]}"#, Unclear),
        (
            r#"{"itemTotal":2,"items":[{"id":1,"external_primary_id":"cust-1"}]}"#,
            Unclear,
        ),
        (
            r#"{"items":[{"id":7,"external_primary_id":"cust-1"}],"items":[]}"#,
            Unclear,
        ),
        (r#"{"items":[],"items":[{"id":7}]}"#, Unclear),
        (
            r#"{"items":[],"item":{"id":7,"external_primary_id":"cust-1"}}"#,
            Unclear,
        ),
        (r#"{"items":[],"partial":true}"#, Unclear),
        (r#"{"items":[],"total":3}"#, Unclear),
        (r#"{"id":8,"id":7}"#, Unclear),
        (r#"{"id":null,"firstname":null}"#, Unclear),
        (r#"[{"custom_tier":"gold"}]"#, Unclear),
        (r#"[{"id":7},{"id":8}]"#, SeveralCustomers),
        (
            r#"[{"id":7,"external_primary_id":"cust-1"},{"id":8}]"#,
            SeveralCustomers,
        ),
        (
            r#"[{"id":7,"external_primary_id":"cust-11"}]"#,
            OtherCustomers,
        ),
        (r#"{"id":7,"external_primary_id":"CUST-1"}"#, OtherCustomers),
    ] {
        let (outcome, transport) = upsert([ok(body), ok(DONE)]).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.step(), error.kind(), error.delivery()),
            (UpsertStep::Search, kind, Delivery::Refused),
            "{body}"
        );
        assert!(error.error().is_none());
        assert!(error.to_string().contains("nothing was written"));
        assert_eq!(transport.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_failed_search_has_written_nothing() {
    let failures: [(ScriptedResponse, Delivery); 9] = [
        (ScriptedResponse::status(403), Delivery::Refused),
        (ScriptedResponse::status(404).body("[]"), Delivery::Refused),
        (ok(r#"{"status":"error","message":"x"}"#), Delivery::Refused),
        (ok("<html>"), Delivery::NotSent),
        (ok(r#"{"items":[],"success":false}"#), Delivery::NotSent),
        (ok(r#"{"items":[],"errors":["x"]}"#), Delivery::NotSent),
        (
            ok(r#"{"success":false,"item":{"id":7,"external_primary_id":"cust-1"}}"#),
            Delivery::NotSent,
        ),
        (
            ScriptedResponse::failure(TransportErrorKind::InvalidRequest),
            Delivery::NotSent,
        ),
        (
            ScriptedResponse::status(500).header("retry-after", "3600"),
            Delivery::NotSent,
        ),
    ];
    for (failure, delivery) in failures {
        let name = format!("{failure:?}");
        let (outcome, transport) = upsert([failure]).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.step(), error.kind(), error.delivery()),
            (UpsertStep::Search, UpsertErrorKind::Call, delivery),
            "{name}"
        );
        assert!(error.error().is_some());
        assert!(error.to_string().contains("nothing was written"));
        assert_eq!(transport.requests().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_search_is_repeated_and_a_write_is_not() {
    let busy = || ScriptedResponse::status(503).header("retry-after", "0");
    let (outcome, transport) = upsert([busy(), busy(), ok("[]"), ok(DONE)]).await;
    assert!(outcome.is_ok());
    assert_eq!(transport.requests().len(), 4);

    let found = || ok(r#"[{"id":7}]"#);
    for (search, step) in [
        (ok("[]"), UpsertStep::Create),
        (found(), UpsertStep::Update),
    ] {
        let (outcome, transport) = upsert([search, busy(), ok(DONE)]).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.step(), error.delivery()), (step, Delivery::Unknown));
        assert_eq!(transport.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_failed_write_tells_whether_it_happened() {
    for (response, delivery) in [
        (ScriptedResponse::status(400), Delivery::Refused),
        (ok(r#"{"type":"error"}"#), Delivery::Refused),
        (ScriptedResponse::status(500), Delivery::Unknown),
        (
            ScriptedResponse::status(200).cut(TransportErrorKind::Interrupted),
            Delivery::Unknown,
        ),
    ] {
        let (outcome, _) = upsert([ok("[]"), response]).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.step(), error.delivery()),
            (UpsertStep::Create, delivery)
        );
        assert_eq!(error.error().unwrap().delivery(), delivery);
    }
}

#[tokio::test]
async fn what_cannot_be_written_is_not_written() {
    let (builder, transport) = scripted([ok("[]")]);
    let client = builder.build().unwrap();
    let upsert = Upsert::new("cust-1", 1, "Łukasz", "O’Brien");
    let error = client.upsert(upsert.clone()).await.unwrap_err();
    assert_eq!(
        (error.step(), error.delivery()),
        (UpsertStep::Create, Delivery::NotSent)
    );
    assert!(error.error().unwrap().is_validation());
    assert_eq!(transport.requests().len(), 1);

    let (builder, transport) = scripted([ok("[]"), ok(DONE)]);
    let client = builder.check_patterns(false).build().unwrap();
    assert!(client.upsert(upsert).await.is_ok());
    let (_, fields) = &calls(&transport).await[1];
    assert!(fields.contains(&("firstname".to_owned(), "Łukasz".to_owned())));
    assert!(fields.contains(&("lastname".to_owned(), "O’Brien".to_owned())));
}

#[tokio::test]
async fn nothing_personal_is_printed() {
    let (outcome, _) = upsert([
        ok(r#"[{"id":7,"firstname":"Anna-Lena"}]"#),
        ScriptedResponse::status(400)
            .body(r#"{"message":"no ana+1@shop.example, Lopez, 180 & more"}"#),
    ])
    .await;
    let error = outcome.unwrap_err();
    let printed = format!("{error} {error:?} {:?}", ana());
    for personal in ["cust-1", "Ana", "Lopez", "ana+1", "6421", "180 &"] {
        assert!(!printed.contains(personal), "{personal} in {printed}");
    }
}
