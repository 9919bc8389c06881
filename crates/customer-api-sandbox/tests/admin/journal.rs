use std::time::Duration;

use customer_api_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

use crate::api::Admin;
use crate::common::{Client, JSON, KEY, LABEL, LABEL_PATH, sample_time};

async fn start() -> Admin {
    let builder = Sandbox::builder().stepped_clock(sample_time(), Duration::from_secs(1));
    Admin::of(builder).await
}

async fn call(admin: &Admin, method: &str, target: &str, body: &str) {
    let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
    client.call(method, target, body).await;
}

fn ids(list: &Value) -> Vec<u64> {
    let requests = list["requests"].as_array().unwrap().iter();
    requests
        .map(|request| request["id"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn requests_are_found_by_what_is_known_of_them() {
    let admin = start().await;
    call(&admin, "POST", LABEL_PATH, LABEL).await;
    call(&admin, "GET", "/v2/label/customer/cust-1", "").await;
    call(&admin, "POST", LABEL_PATH, r#"{"category":"x"}"#).await;
    admin.sandbox.ravelin().fault(Fault::status(503));
    call(&admin, "GET", "/nosuch?a=Needle", "").await;
    let mut client = Client::connect(admin.sandbox.revnue().base_url()).await;
    client
        .send("GET", "/api/v2/customer/?company=1", &[], "")
        .await;
    client.response().await;
    for (query, expected) in [
        ("", vec![1, 2, 3, 4, 5]),
        ("?provider=ravelin", vec![1, 2, 3, 4]),
        ("?operation=labelCustomer", vec![1, 3]),
        ("?applied=true", vec![1]),
        ("?applied=false&operation=labelCustomer", vec![3]),
        ("?status=503", vec![4]),
        ("?fault=true", vec![4]),
        ("?q=needle", vec![4]),
        ("?q=fraudster", vec![1]),
        ("?after=3", vec![4, 5]),
        ("?before=3", vec![1, 2]),
        ("?limit=2", vec![4, 5]),
        ("?limit=2&before=4", vec![2, 3]),
        // The clock steps after each write.
        ("?since=2020-01-23T16:33:03Z", vec![2, 3, 4, 5]),
    ] {
        let list = admin.get(&format!("/requests{query}")).await;
        assert_eq!(ids(&list), expected, "{query}");
    }
    let count = json!({ "operation": "labelCustomer", "applied": true });
    assert_eq!(
        admin.done("POST", "/requests/count", count).await["count"],
        1
    );
    assert_eq!(
        admin.done("POST", "/requests/count", json!({})).await["count"],
        5
    );
    for (query, pointer) in [
        ("?provider=stripe", Some("provider")),
        ("?operation=nosuch", Some("operation")),
        ("?since=yesterday", Some("since")),
        ("?applied=perhaps", None),
        ("?nosuch=1", None),
    ] {
        let (status, problem) = admin.call("GET", &format!("/requests{query}"), None).await;
        assert_eq!(
            (status, problem["pointer"].as_str()),
            (400, pointer),
            "{problem}"
        );
    }
    let problem = admin
        .refused("POST", "/requests/count", json!({ "aplied": true }))
        .await;
    assert_eq!(problem["pointer"], "/aplied");
}

#[tokio::test]
async fn a_request_opens_to_its_bytes_and_the_rules_that_it_broke() {
    let admin = start().await;
    let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
    let headers = [("X-Odd", "a b"), KEY, JSON];
    client
        .send(
            "POST",
            LABEL_PATH,
            &headers,
            r#"{"review":"IT'S","extra":1}"#,
        )
        .await;
    client.response().await;
    let request = admin.get("/requests/1").await;
    assert_eq!(
        request["body"],
        json!({ "text": r#"{"review":"IT'S","extra":1}"# })
    );
    assert_eq!(request["headers"][1], json!(["X-Odd", "a b"]));
    assert_eq!(request["headers"][2], json!(["Authorization", "***"]));
    assert_eq!(request["response"]["status"], 400);
    let response = request["response"]["body"]["text"].as_str().unwrap();
    assert!(response.contains("category is required"), "{response}");
    let problems = request["problems"].to_string();
    for part in [
        "category: missing",
        "extra: unknown field",
        "review: must be one of",
    ] {
        assert!(problems.contains(part), "{problems}");
    }
    let curl = request["curl"].as_str().unwrap();
    assert!(
        curl.contains(r#"-H "Authorization: token $RAVELIN_SECRET_KEY""#),
        "{curl}"
    );
    assert!(curl.contains(r"'\''S"), "{curl}");
    assert!(!request.to_string().contains("sk_test_sandbox"));
    assert_eq!(admin.call("GET", "/requests/2", None).await.0, 404);
}

#[tokio::test]
async fn bytes_that_are_no_text_are_base64() {
    let admin = start().await;
    let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
    client
        .write("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n\u{e9}")
        .await;
    client.response().await;
    assert_eq!(
        admin.get("/requests/1").await["body"],
        json!({ "text": "é" })
    );
}

#[tokio::test]
async fn a_full_journal_drops_the_oldest_and_says_so() {
    for builder in [
        Sandbox::builder().kept_requests(3),
        // Two bodies and responses of this size, not three.
        Sandbox::builder().kept_bytes(LABEL.len() * 8),
    ] {
        let admin = Admin::of(builder).await;
        for _ in 0..10 {
            call(&admin, "POST", LABEL_PATH, LABEL).await;
        }
        let list = admin.get("/requests").await;
        let kept = ids(&list);
        assert!(
            (1..=3).contains(&kept.len()) && kept.last() == Some(&10),
            "{kept:?}"
        );
        assert_eq!(list["dropped"], 10 - kept.len());
        let health = admin.get("/health").await;
        assert_eq!(health["journal"]["dropped"], 10 - kept.len());
        assert_eq!(health["providers"][0]["requests"], 10);
        assert_eq!(health["providers"][0]["applied"], 10);
    }
}

#[tokio::test]
async fn a_cleared_journal_is_empty_and_its_numbers_go_on() {
    let admin = start().await;
    call(&admin, "POST", LABEL_PATH, LABEL).await;
    assert_eq!(admin.call("DELETE", "/requests", None).await.0, 204);
    assert_eq!(admin.get("/requests").await["matching"], 0);
    assert_eq!(admin.get("/state/ravelin").await["applied"], 1);
    call(&admin, "POST", LABEL_PATH, LABEL).await;
    assert_eq!(ids(&admin.get("/requests").await), [2]);
}

/// The command of the journal is run, and what arrives is compared.
#[tokio::test]
async fn the_command_repeats_the_request_byte_by_byte() {
    let admin = Admin::start().await;
    let ravelin = admin.sandbox.ravelin();
    let long = "x".repeat(200_000);
    let requests = [
        ("POST", "/v2/label/customer", "@Cargo.toml"),
        ("POST", "/v2/label/customer", "a\0b"),
        ("POST", "/v2/label/customer", "it's $HOME `id`\r\n\n"),
        ("POST", "/v2/label/customer", long.as_str()),
        ("GET", "/v2/label/customer?a=[1-2]&b={x,y}", ""),
        ("GET", "/v2/label/customer/a/../b", ""),
        ("GET", "/v2/label/customer/%2e%2E", ""),
        ("GET", "/v2/label/customer/a#b", ""),
        ("HEAD", "/v2/label/customer", ""),
        ("OPTIONS", "*", ""),
    ];
    let has_curl = std::process::Command::new("curl").arg("-V").output();
    if has_curl.is_err() {
        eprintln!("left out: the machine has no curl");
        return;
    }
    for (method, target, body) in requests {
        ravelin.clear_requests();
        let mut client = Client::connect(ravelin.base_url()).await;
        let headers = [
            ("X-Empty", ""),
            ("X-Odd", "it's \"$HOME\""),
            ("Connection", "close"),
        ];
        client.send(method, target, &headers, body).await;
        client.rest().await;
        let list = admin.get("/requests").await;
        let id = list["requests"][0]["id"].as_u64().unwrap();
        let request = admin.get(&format!("/requests/{id}")).await;
        let curl = request["curl"].as_str().unwrap().to_owned();
        let run = move || {
            // Through a pipe, because an argument can't be that long.
            let mut shell = std::process::Command::new("sh")
                .env("RAVELIN_SECRET_KEY", "k")
                .stdin(std::process::Stdio::piped())
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()?;
            let command = curl.replacen("curl -i", "curl -i --max-time 10", 1);
            let mut input = shell.stdin.take().unwrap();
            std::io::Write::write_all(&mut input, command.as_bytes())?;
            drop(input);
            shell.wait_with_output()
        };
        let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
        assert!(output.status.success(), "{method} {target}: {output:?}");
        let requests = ravelin.requests();
        let [first, second] = requests.as_slice() else {
            panic!("{method} {target}: {}", requests.len());
        };
        assert_eq!(first.method, second.method);
        assert_eq!(first.target, second.target);
        assert_eq!(first.body, second.body, "{target}");
        for name in ["x-empty", "x-odd", "content-type"] {
            assert_eq!(first.header(name), second.header(name), "{target} {name}");
        }
    }
}

#[tokio::test]
async fn a_credential_in_the_wrong_header_is_masked() {
    let admin = Admin::start().await;
    let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
    let wrong = [("X-Api-Key", "sk_wrong"), ("X_AUTH_TOKEN", "sk_wrong")];
    client.send("GET", "/v2/label/customer", &wrong, "").await;
    client.response().await;
    let request = admin.get("/requests/1").await;
    assert!(!request.to_string().contains("sk_wrong"), "{request}");
    assert!(request["curl"].as_str().unwrap().contains("X-Api-Key: ***"));
}

#[tokio::test]
async fn long_targets_and_headers_count_for_the_limit_of_bytes() {
    let admin = Admin::of(Sandbox::builder().kept_bytes(200_000)).await;
    let target = format!("/v2/label/customer?x={}", "y".repeat(30_000));
    let filler = "z".repeat(20_000);
    for _ in 0..10 {
        let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
        client
            .send("GET", &target, &[("X-Filler", &filler)], "")
            .await;
        client.response().await;
    }
    let journal = &admin.get("/health").await["journal"];
    assert_eq!(journal["kept"], 3, "{journal}");
    assert_eq!(journal["dropped"], 7, "{journal}");
}
