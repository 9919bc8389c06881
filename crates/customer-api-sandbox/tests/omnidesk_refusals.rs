//! Requests that the Omnidesk server refuses.

mod common;

use common::helpdesk::{
    API_KEY, CUSTOMERS, Desk, MULTIPART, URLENCODED, error_message, multipart, started, urlencoded,
};
use customer_api_sandbox::{OmnideskCustomer, OmnideskOptions, Sandbox};

async fn with_customer() -> (Sandbox, Desk) {
    let (sandbox, desk) = started(OmnideskOptions::default()).await;
    sandbox
        .omnidesk()
        .seed_customer(OmnideskCustomer::new(1, "cust-1"));
    (sandbox, desk)
}

#[tokio::test]
async fn the_key_is_a_header_of_its_own() {
    let (_sandbox, mut desk) = with_customer().await;
    let wrong: [&[(&str, &str)]; 5] = [
        &[],
        &[("apiKey", "other")],
        &[("apiKey", "omnidesk-sandbox-key2")],
        &[("Authorization", "apikey omnidesk-sandbox-key")],
        &[API_KEY, API_KEY],
    ];
    for headers in wrong {
        let response = desk.send("GET", "", headers, "").await;
        error_message(&response, 401);
    }
    let query = "?apiKey=omnidesk-sandbox-key";
    error_message(&desk.send("GET", query, &[], "").await, 401);
    let lower = [("apikey", API_KEY.1)];
    assert_eq!(desk.send("GET", "", &lower, "").await.status, Some(200));
}

#[tokio::test]
async fn post_is_multipart_and_put_is_urlencoded() {
    let (sandbox, mut desk) = with_customer().await;
    let json = ("Content-Type", "application/json");
    let create = [("brand_id", "1"), ("primary_id", "c")];
    let rename = [("primaryID", "cust-1"), ("firstname", "A")];
    for (method, content_type, body) in [
        (
            "POST",
            json,
            r#"{"brand_id":1,"primary_id":"c"}"#.to_owned(),
        ),
        ("POST", URLENCODED, urlencoded(&create)),
        ("POST", ("X-Nothing", "1"), multipart(&create)),
        ("PUT", json, r#"{"primaryID":"cust-1"}"#.to_owned()),
        ("PUT", MULTIPART, multipart(&rename)),
        ("PUT", ("X-Nothing", "1"), urlencoded(&rename)),
    ] {
        let response = desk.send(method, "", &[API_KEY, content_type], &body).await;
        let message = error_message(&response, 415);
        let expected = if method == "POST" {
            "multipart/form-data"
        } else {
            "application/x-www-form-urlencoded"
        };
        assert!(message.contains(expected), "{message}");
    }
    for (method, content_type, body) in [
        ("POST", MULTIPART, "{}"),
        ("POST", MULTIPART, "--b-b\r\n"),
        (
            "POST",
            ("Content-Type", "multipart/form-data"),
            "--b-b--\r\n",
        ),
        ("PUT", URLENCODED, "brandID=%zz"),
        ("PUT", URLENCODED, "brandID=%ff"),
    ] {
        let response = desk.send(method, "", &[API_KEY, content_type], body).await;
        error_message(&response, 400);
    }
    assert_eq!(sandbox.omnidesk().applied_count(), 0);
}

#[tokio::test]
async fn posted_fields_are_judged() {
    let (sandbox, mut desk) = with_customer().await;
    let created = [("brand_id", "1"), ("primary_id", "c")];
    for (more, field) in [
        (&[("brandID", "1")][..], "brandID is unknown"),
        (&[("custom_", "x")], "custom_ is unknown"),
        (&[("Custom_a", "x")], "Custom_a is unknown"),
        (&[("testfield", "x")], "testfield is unknown"),
        (
            &[("customerChannelType_0", "1")],
            "customerChannelType_0 is unknown",
        ),
        (
            &[("custom_a", "x"), ("custom_a", "y")],
            "custom_a occurs more than once",
        ),
        (&[("brand_id", "2")], "brand_id occurs more than once"),
        (&[("noSync", "false")], "noSync must be"),
        (&[("noSync", "1")], "noSync must be"),
        (&[("ticket_id", "-1")], "ticket_id breaks the rule: minimum"),
        (&[("ticket_id", "07")], "ticket_id must be: integer"),
        (&[("firstname", "")], "firstname"),
        (&[("firstname", "A1")], "firstname must match"),
        (&[("lastname", "Žan")], "lastname must match"),
        (&[("extra_telephone", "31")], "extra_telephone must match"),
        (
            &[("extra_telephone", "+31\n")],
            "extra_telephone must match",
        ),
        (
            &[("channel_id", "email")],
            "customer_link_channel is required",
        ),
        (
            &[("customer_link_channel", "a@b")],
            "channel_id is required",
        ),
        (
            &[("channel_id", "mail"), ("customer_link_channel", "a@b")],
            "channel_id must match",
        ),
    ] {
        let fields = [&created, more].concat();
        let message = error_message(&desk.post("", &fields).await, 400);
        assert!(message.contains(field), "{field}: {message}");
    }
    assert_eq!(sandbox.omnidesk().applied_count(), 0);
    assert_eq!(desk.post("", &created).await.status, Some(200));
}

#[tokio::test]
async fn required_fields_are_required() {
    let (sandbox, mut desk) = with_customer().await;
    for (path, fields, missing) in [
        ("", &[("primary_id", "c")][..], "brand_id"),
        ("", &[("brand_id", "1")], "primary_id"),
        (
            "/SearchByPrimaryExternalID",
            &[("brand_id", "1")],
            "primary_id",
        ),
        (
            "/SearchByPrimaryExternalID",
            &[("primary_id", "c")],
            "brand_id",
        ),
        (
            "/SearchByCustomerChannelValue",
            &[("brand_id", "1")],
            "customerChannelValue",
        ),
        (
            "/addChannelOnly",
            &[("brand_id", "1"), ("customer_id", "1")],
            "extra_email",
        ),
        (
            "/addChannelOnly",
            &[("brand_id", "1"), ("extra_email", "e")],
            "customer_id",
        ),
        (
            "/externalEvent",
            &[("brand_id", "1"), ("customer_id", "1")],
            "initiated_by",
        ),
        ("/syncWithCRM", &[("brandID", "1")], "channel"),
        (
            "/createCustomerCRUD",
            &[("brandID", "1"), ("primaryID", "c")],
            "lastname",
        ),
    ] {
        let message = error_message(&desk.post(path, fields).await, 400);
        let expected = format!("The field {missing} is required.");
        assert!(message.contains(&expected), "{path} {missing}: {message}");
    }
    for (path, fields, missing) in [
        ("", &[("firstname", "A")][..], "primaryID"),
        ("/1", &[("firstname", "A")], "brandID"),
        ("/updateCustomer", &[("externalPrimaryID", "c")], "brandID"),
        ("/updateCustomer", &[("brandID", "1")], "externalPrimaryID"),
    ] {
        let message = error_message(&desk.put(path, fields).await, 400);
        let expected = format!("The field {missing} is required.");
        assert!(message.contains(&expected), "{path} {missing}: {message}");
    }
    let empty = desk.send("POST", "", &[API_KEY, MULTIPART], "").await;
    error_message(&empty, 400);
    assert_eq!(sandbox.omnidesk().applied_count(), 0);
}

#[tokio::test]
async fn numbered_channels_come_in_whole_pairs_without_gaps() {
    let (sandbox, mut desk) = with_customer().await;
    for (fields, field) in [
        (
            &[("customerChannelType_0", "1")][..],
            "customerChannelValue_0 is required",
        ),
        (
            &[("customerChannelValue_0", "v")],
            "customerChannelType_0 is required",
        ),
        (
            &[
                ("customerChannelType_1", "1"),
                ("customerChannelValue_1", "v"),
            ],
            "customerChannelType_0 is required",
        ),
        (
            &[
                ("customerChannelType_00", "1"),
                ("customerChannelValue_00", "v"),
            ],
            "customerChannelType_00 is unknown",
        ),
        (
            &[
                ("customerChannelType_0", "1"),
                ("customerChannelValue_0", ""),
            ],
            "customerChannelValue_0 is shorter",
        ),
        (
            &[("customerChannelType", "1")],
            "customerChannelType is unknown",
        ),
    ] {
        let fields = [&[("brandID", "1")], fields].concat();
        let message = error_message(&desk.put("/1", &fields).await, 400);
        assert!(message.contains(field), "{field}: {message}");
    }
    assert_eq!(sandbox.omnidesk().applied_count(), 0);
}

#[tokio::test]
async fn queries_and_paths_are_judged() {
    let (_sandbox, mut desk) = with_customer().await;
    for (target, status) in [
        ("?query=", 400),
        ("?query=a%40b", 400),
        ("?itemLimit=0", 400),
        ("?itemLimit=100", 400),
        ("?itemLimit=99&itemStart=0", 200),
        ("?itemStart=-1", 400),
        ("?itemStart=1&itemStart=2", 400),
        ("?itemStart=%", 400),
        ("/timelineByCustomerExternalID?brand_id=1", 400),
        ("/timelineByCustomerExternalID?external_id=c", 400),
        (
            "/timelineByCustomerExternalID?brand_id=x&external_id=c",
            400,
        ),
        ("/x", 400),
        ("/-1", 400),
        ("/01", 400),
        ("/", 404),
        ("/1/", 404),
        ("/channel/1/2", 404),
    ] {
        let response = desk.get(target).await;
        assert_eq!(response.status, Some(status), "{target}");
    }
    for (method, target, allow) in [
        ("PATCH", CUSTOMERS, "GET, PUT, POST"),
        ("GET", "/api/v2/customer/channel/1", "DELETE"),
    ] {
        desk.0.send(method, target, &[API_KEY], "").await;
        let response = desk.0.response().await;
        error_message(&response, 405);
        assert_eq!(response.header("allow"), Some(allow));
    }
    let lower = desk.post("/addchannelonly", &[("brand_id", "1")]).await;
    error_message(&lower, 405);
}
