use serde_json::{Value, json};

use crate::api::Admin;
use crate::common::{Client, JSON, LABEL, LABEL_PATH};

fn switch<'a>(options: &'a Value, name: &str) -> &'a Value {
    let mut switches = options["switches"].as_array().unwrap().iter();
    switches.find(|switch| switch["name"] == name).unwrap()
}

#[tokio::test]
async fn a_switch_changes_what_the_next_request_meets() {
    let admin = Admin::start().await;
    let last_review = async || {
        let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
        client.call("GET", "/v2/label/customer/nobody", "").await
    };
    assert_eq!(last_review().await.status, Some(200));
    let options = admin
        .done(
            "PATCH",
            "/options/ravelin",
            json!({ "no_review": "not_found" }),
        )
        .await;
    let shown = switch(&options, "no_review");
    assert_eq!(
        (&shown["value"], &shown["default"]),
        (&json!("not_found"), &json!("null"))
    );
    assert!(shown["about"].as_str().unwrap().contains("no_review"));
    assert_eq!(last_review().await.status, Some(404));
    // A PATCH leaves the others, and a PUT does not.
    admin
        .done("PATCH", "/options/ravelin", json!({ "dates": false }))
        .await;
    let response = last_review().await;
    assert_eq!(
        (response.status, response.header("date")),
        (Some(404), None)
    );
    admin
        .done("PUT", "/options/ravelin", json!({ "dates": false }))
        .await;
    assert_eq!(last_review().await.status, Some(200));
}

#[tokio::test]
async fn switches_of_the_description_the_limits_and_the_keys_change_too() {
    let admin = Admin::start().await;
    let status = async |target: &str| {
        let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
        client.call("GET", target, "").await.status
    };
    let since = "/v2/label/customer?from=1579797182";
    assert_eq!(status(since).await, Some(200));
    let changed = json!({ "refuse_unknown_query": true });
    admin.done("PATCH", "/options/ravelin", changed).await;
    assert_eq!(status(since).await, Some(400));
    let changed = json!({ "since_parameter": ["from", "unix_seconds"] });
    admin.done("PATCH", "/options/ravelin", changed).await;
    assert_eq!(status(since).await, Some(200));
    let limit = json!({ "customer_limit": { "requests": 1, "window": "1h" } });
    admin.done("PATCH", "/options/ravelin", limit).await;
    let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
    client.call("POST", LABEL_PATH, LABEL).await;
    let second = client.call("POST", LABEL_PATH, LABEL).await.json();
    assert_eq!(second["data"]["source"], "RATE_LIMIT");
    admin
        .done("PATCH", "/options/ravelin", json!({ "secret_key": "new" }))
        .await;
    assert_eq!(status(since).await, Some(401));
    let health = admin.get("/health").await;
    assert_eq!(
        health["providers"][0]["environment"]["RAVELIN_SECRET_KEY"],
        "new"
    );
}

#[tokio::test]
async fn the_seed_of_unknown_fields_starts_again_when_it_is_set() {
    let admin = Admin::start().await;
    let body = async |seed: u64| {
        let seed = json!({ "unknown_fields": seed });
        admin.done("PATCH", "/options/ravelin", seed).await;
        let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
        let response = client.call("GET", "/v2/label/customer?since=x", "").await;
        let mut body = response.json();
        body["timestamp"].take();
        body
    };
    let first = body(5).await;
    assert_ne!(body(6).await, first);
    assert_eq!(body(5).await, first);
}

#[tokio::test]
async fn a_lag_counts_from_the_moment_at_which_it_is_set() {
    let admin = Admin::start().await;
    for provider in ["omnidesk", "revnue"] {
        let lag = json!({ "shown_after": "1h" });
        admin
            .done("PATCH", &format!("/options/{provider}"), lag)
            .await;
    }
    let omnidesk = admin.sandbox.omnidesk().base_url();
    let revnue = admin.sandbox.revnue().base_url();
    let key = ("apiKey", "omnidesk-sandbox-key");
    let token = ("Authorization", "Bearer revnue-sandbox-token");
    let part = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let form = [("brand_id", "1"), ("primary_id", "a"), ("firstname", "Lag")];
    let form: String = form.iter().map(|(name, value)| part(name, value)).collect();
    let multipart = ("Content-Type", "multipart/form-data; boundary=b");
    let send = async |base: &str, method: &str, target: &str, headers: &[_], body: &str| {
        let mut client = Client::connect(base).await;
        client.send(method, target, headers, body).await;
        let response = client.response().await;
        (response.status, String::from_utf8(response.body).unwrap())
    };
    let created = send(
        omnidesk,
        "POST",
        "/api/v2/customer",
        &[key, multipart],
        &format!("{form}--b--\r\n"),
    )
    .await;
    assert_eq!(created.0, Some(200), "{created:?}");
    let body = r#"{"company":1,"name":"Lag","category":17}"#;
    let created = send(revnue, "POST", "/api/v2/customer", &[token, JSON], body).await;
    assert_eq!(created.0, Some(201), "{created:?}");
    for is_shown in [false, true] {
        for (base, target, credential) in [
            (omnidesk, "/api/v2/customer", key),
            (revnue, "/api/v2/customer/?company=1", token),
        ] {
            let (status, list) = send(base, "GET", target, &[credential], "").await;
            assert_eq!(
                (status, list.contains("Lag")),
                (Some(200), is_shown),
                "{list}"
            );
        }
        admin
            .done("POST", "/clock/advance", json!({ "by": "1h" }))
            .await;
    }
}

#[tokio::test]
async fn a_wrong_setting_changes_nothing_and_is_named() {
    let admin = Admin::start().await;
    for (provider, wrong, pointer, part) in [
        (
            "ravelin",
            json!({ "no_review": "nothing" }),
            "/no_review",
            "without_label",
        ),
        (
            "ravelin",
            json!({ "dates": true, "no_reviews": 1 }),
            "/no_reviews",
            "string",
        ),
        (
            "ravelin",
            json!({ "scroll_life": "soon" }),
            "/scroll_life",
            "500ms",
        ),
        (
            "ravelin",
            json!({ "nosuch": 1 }),
            "/nosuch",
            "unknown_fields",
        ),
        (
            "revnue",
            json!({ "list_response": { "pages": "x" } }),
            "/list_response",
            "usize",
        ),
        (
            "revnue",
            json!({ "rate_limit": { "requests": 1 } }),
            "/rate_limit",
            "window",
        ),
    ] {
        let problem = admin
            .refused("PATCH", &format!("/options/{provider}"), wrong)
            .await;
        let place = problem["pointer"].as_str().unwrap();
        assert!(place.starts_with(pointer), "{problem}");
        assert!(problem.to_string().contains(part), "{problem}");
    }
}

#[tokio::test]
async fn every_provider_lists_its_switches() {
    let admin = Admin::start().await;
    for provider in ["ravelin", "omnidesk", "revnue", "customer-radar"] {
        let options = admin.get(&format!("/options/{provider}")).await;
        let all = options["switches"].as_array().unwrap().iter();
        let all: serde_json::Map<_, _> = all
            .map(|one| {
                (
                    one["name"].as_str().unwrap().to_owned(),
                    one["value"].clone(),
                )
            })
            .collect();
        assert!(all.len() > 10, "{provider}");
        // What was read can be written back.
        let target = format!("/options/{provider}");
        assert_eq!(admin.done("PUT", &target, all.into()).await, options);
        let lists = options["switches"].to_string().contains(r#""values":[""#);
        assert!(lists, "{provider}");
        for switch in options["switches"].as_array().unwrap() {
            assert_eq!(switch["value"], switch["default"], "{switch}");
            // Each word that it lists is a setting.
            for value in switch["values"].as_array().unwrap() {
                let name = switch["name"].as_str().unwrap();
                let target = format!("/options/{provider}");
                let changed = admin.done("PATCH", &target, json!({ name: value })).await;
                assert_eq!(&self::switch(&changed, name)["value"], value);
            }
            assert!(
                !switch["provenance"].as_str().unwrap().is_empty(),
                "{switch}"
            );
        }
    }
}

#[test]
fn options_that_are_read_from_json_keep_what_the_methods_ensure() {
    use customer_api_sandbox::{
        CustomerRadarOptions, OmnideskOptions, RavelinOptions, RevnueOptions,
    };
    fn error<T: serde::de::DeserializeOwned>(options: Value) -> String {
        let read = serde_json::from_value::<T>(options).map(drop);
        read.unwrap_err().to_string()
    }
    for (error, part) in [
        (
            error::<RavelinOptions>(json!({ "nosuch": 1 })),
            "unknown field",
        ),
        (
            error::<OmnideskOptions>(json!({ "nosuch": 1 })),
            "unknown field",
        ),
        (
            error::<RevnueOptions>(json!({ "nosuch": 1 })),
            "unknown field",
        ),
        (
            error::<CustomerRadarOptions>(json!({ "nosuch": 1 })),
            "unknown field",
        ),
        (
            error::<RavelinOptions>(json!({ "page_size": 0 })),
            "at least 1",
        ),
        (
            error::<OmnideskOptions>(json!({ "page_limit": 0 })),
            "at least 1",
        ),
        (
            error::<OmnideskOptions>(json!({ "purge_path": "/x" })),
            "{id}",
        ),
        (
            error::<OmnideskOptions>(json!({ "remove_channel_path": "{id}" })),
            "{id}",
        ),
        (
            error::<CustomerRadarOptions>(json!({ "bad_token_status": 100 })),
            "200 to 999",
        ),
        (
            error::<CustomerRadarOptions>(json!({ "refused_login_status": 1000 })),
            "200 to 999",
        ),
    ] {
        assert!(error.contains(part), "{error}");
    }
}
