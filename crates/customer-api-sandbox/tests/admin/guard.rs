use serde_json::json;

use crate::api::Admin;
use crate::common::{Client, JSON};

async fn status(
    admin: &Admin,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<u16> {
    let mut client = Client::connect(admin.url()).await;
    client.send(method, target, headers, body).await;
    client.response().await.status
}

#[tokio::test]
async fn a_page_of_another_site_reaches_nothing() {
    let admin = Admin::start().await;
    let fault = r#"{"provider":"ravelin","fault":"hang"}"#;
    for target in [
        "/",
        "/health",
        "/requests",
        "/events",
        "/console/app.js",
        "/nosuch",
    ] {
        let foreign = [("Origin", "http://evil.example")];
        assert_eq!(
            status(&admin, "GET", target, &foreign, "").await,
            Some(403),
            "{target}"
        );
    }
    let foreign = [("Origin", "http://evil.example"), JSON];
    assert_eq!(
        status(&admin, "POST", "/faults", &foreign, fault).await,
        Some(403)
    );
    let opaque = [("Origin", "null"), JSON];
    assert_eq!(
        status(&admin, "POST", "/faults", &opaque, fault).await,
        Some(403)
    );
    // The name of a site that leads to this machine.
    let mut client = Client::connect(admin.url()).await;
    client
        .write("GET /state HTTP/1.1\r\nHost: rebound.example:80\r\n\r\n")
        .await;
    assert_eq!(client.response().await.status, Some(421));
    // A form needs no permission of the browser, and can't send JSON.
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let form = [("Content-Type", media)];
        assert_eq!(
            status(&admin, "POST", "/faults", &form, fault).await,
            Some(415),
            "{media}"
        );
        assert_eq!(
            status(&admin, "POST", "/reset", &form, "").await,
            Some(415),
            "{media}"
        );
    }
    assert_eq!(status(&admin, "PUT", "/faults", &[], "[]").await, Some(415));
    // The browser asks before it sends what a form can't, and gets no permission.
    let mut client = Client::connect(admin.url()).await;
    let asking = [
        ("Origin", "http://evil.example"),
        ("Access-Control-Request-Method", "PUT"),
    ];
    client.send("OPTIONS", "/faults", &asking, "").await;
    let response = client.response().await;
    assert_eq!(response.status, Some(403));
    assert_eq!(response.header("access-control-allow-origin"), None);
    assert_eq!(admin.sandbox.ravelin().pending_faults(), 0);
}

#[tokio::test]
async fn its_own_page_is_let_in() {
    let admin = Admin::start().await;
    let own = [("Origin", admin.url()), JSON];
    let fault = r#"{"provider":"ravelin","fault":"hang"}"#;
    assert_eq!(
        status(&admin, "POST", "/faults", &own, fault).await,
        Some(201)
    );
    let charset = [("Content-Type", "application/json; charset=utf-8")];
    assert_eq!(
        status(&admin, "POST", "/faults", &charset, fault).await,
        Some(201)
    );
}

#[tokio::test]
async fn an_allowed_host_is_let_in_to_all_ports() {
    let builder = customer_api_sandbox::Sandbox::builder().allow_host("sandbox");
    let admin = Admin::of(builder).await;
    for url in [admin.url(), admin.sandbox.ravelin().base_url()] {
        for (host, expected) in [("sandbox:8080", false), ("sandbox.evil.example", true)] {
            let mut client = Client::connect(url).await;
            client
                .write(&format!("GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n"))
                .await;
            assert_eq!(
                client.response().await.status == Some(421),
                expected,
                "{host}"
            );
        }
    }
}

#[tokio::test]
async fn the_page_may_load_nothing_from_elsewhere() {
    let admin = Admin::start().await;
    let mut client = Client::connect(admin.url()).await;
    client.send("GET", "/", &[], "").await;
    let response = client.response().await;
    assert_eq!(
        response.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let policy = response.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    let page = String::from_utf8(response.body).unwrap();
    assert!(!page.contains("http://") && !page.contains("https://"));
    // Every file that the page names is there.
    let mut files = 0;
    for part in page.split('"').filter(|part| part.starts_with("console/")) {
        assert_eq!(
            status(&admin, "GET", &format!("/{part}"), &[], "").await,
            Some(200),
            "{part}"
        );
        files += 1;
    }
    assert!(files >= 3);
    assert_eq!(
        status(&admin, "GET", "/console/../Cargo.toml", &[], "").await,
        Some(404)
    );
    assert_eq!(
        status(&admin, "GET", "/console/nosuch.js", &[], "").await,
        Some(404)
    );
}

#[tokio::test]
async fn a_dropped_sandbox_stops_its_servers_though_a_browser_listens() {
    let admin = Admin::start().await;
    let (url, ravelin) = (
        admin.url().to_owned(),
        admin.sandbox.ravelin().base_url().to_owned(),
    );
    let mut listening = Client::connect(&url).await;
    listening.send("GET", "/events", &[], "").await;
    admin
        .done(
            "POST",
            "/faults",
            json!({ "provider": "ravelin", "fault": "hang" }),
        )
        .await;
    drop(admin);
    // The stream of events ends, and no port answers any more.
    let (events, _) = listening.rest().await;
    assert!(
        String::from_utf8(events)
            .unwrap()
            .contains(r#"{"what":"faults"}"#)
    );
    while Client::try_connect(&ravelin).await.is_ok() {
        tokio::task::yield_now().await;
    }
    while Client::try_connect(&url).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
