use serde_json::json;

use crate::api::{Admin, soon};
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
    let (events, _) = soon(listening.rest()).await;
    assert!(
        String::from_utf8(events)
            .unwrap()
            .contains(r#"{"what":"faults"}"#)
    );
    for url in [&ravelin, &url] {
        soon(async {
            while Client::try_connect(url).await.is_ok() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn what_a_page_of_another_site_embeds_reaches_nothing() {
    let admin = Admin::start().await;
    let ravelin = admin.sandbox.ravelin();
    ravelin.fault(customer_api_sandbox::Fault::status(503));
    let image = [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "no-cors"),
        ("Sec-Fetch-Dest", "image"),
    ];
    for target in ["/", "/health", "/requests", "/events"] {
        assert_eq!(
            status(&admin, "GET", target, &image, "").await,
            Some(403),
            "{target}"
        );
    }
    let mut client = Client::connect(ravelin.base_url()).await;
    client
        .send("GET", "/v2/label/customer/cust-1", &image, "")
        .await;
    assert_eq!(client.response().await.status, Some(403));
    assert_eq!(ravelin.pending_faults(), 1);
    assert!(ravelin.requests().is_empty());
    // A link to the console, for example in a wiki.
    let link = [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
    ];
    assert_eq!(status(&admin, "GET", "/", &link, "").await, Some(200));
    // A page at `localhost` may call a loopback address. The browser calls this cross-site, too.
    let own = [
        ("Origin", "http://localhost:3000"),
        ("Sec-Fetch-Site", "cross-site"),
    ];
    assert_eq!(status(&admin, "GET", "/health", &own, "").await, Some(200));
}

#[tokio::test]
async fn the_host_of_a_whole_target_counts() {
    let admin = Admin::start().await;
    for (target, expected) in [
        ("http://localhost/health", Some(200)),
        ("http://evil.example/health", Some(421)),
        ("http://localhost@evil.example/health", Some(421)),
    ] {
        assert_eq!(
            status(&admin, "GET", target, &[], "").await,
            expected,
            "{target}"
        );
    }
}

#[tokio::test]
async fn on_all_addresses_the_address_of_arrival_is_let_in() {
    let everywhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let builder = customer_api_sandbox::Sandbox::builder()
        .ravelin_address(everywhere)
        .admin_address(everywhere);
    let sandbox = builder.start().await.unwrap();
    let Some(own) = own_address() else {
        eprintln!("left out: the machine has no address beside the loopback ones");
        return;
    };
    for url in [sandbox.admin_url().unwrap(), sandbox.ravelin().base_url()] {
        let port = url.rsplit(':').next().unwrap();
        for (host, refused) in [(own.to_string(), false), ("0.0.0.0".to_owned(), true)] {
            let mut client = Client::connect(&format!("http://{own}:{port}")).await;
            client
                .write(&format!(
                    "GET /health HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
                ))
                .await;
            let status = client.response().await.status;
            assert_eq!(status == Some(421), refused, "{url} {host}");
        }
    }
}

/// Returns the address with which this machine would reach others. Nothing is sent.
fn own_address() -> Option<std::net::IpAddr> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_loopback() && !own.is_unspecified()).then_some(own)
}
