//! TLS, with the certificates that the platform trusts.

use std::{env, net::TcpListener, process::Command};

use customer_api_core::rate_limit::SlotStore as _;
use customer_api_redis::RedisQuota;
use testkit::Redis;

use crate::{HOUR, claim, is_granted};

/// The variable that gives the server's address to a process that trusts the server.
const URL: &str = "CUSTOMER_API_REDIS_TEST_URL";

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A port that was free a moment ago.
fn port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_is_used_by_tls_if_its_certificate_is_trusted() {
    if let Some(url) = env::var_os(URL) {
        // This is the process that trusts the certificate.
        let store = RedisQuota::connect(url.to_str().unwrap()).unwrap();
        assert!(is_granted(&store, &claim(1, HOUR)).await);
        assert!(!is_granted(&store, &claim(1, HOUR)).await);
        return;
    }
    let port = port();
    let settings = [
        &*format!("--tls-port {port}"),
        &*format!("--tls-cert-file {}", fixture("cert.pem")),
        &*format!("--tls-key-file {}", fixture("key.pem")),
        "--tls-auth-clients no",
        "--requirepass sesame",
    ];
    let Some(_server) = Redis::start_with("tls", &settings) else {
        return;
    };
    let url = |host: &str| format!("rediss://:sesame@{host}:{port}");
    let stranger = RedisQuota::connect(&url("localhost")).unwrap();
    let error = stranger
        .take(&claim(1, HOUR))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("certificate"), "{error}");

    let trusting = |host: &str| {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args([
            "--exact",
            "tls::a_server_is_used_by_tls_if_its_certificate_is_trusted",
        ]);
        command
            .env("SSL_CERT_FILE", fixture("ca.pem"))
            .env(URL, url(host));
        command.output().unwrap()
    };
    let output = trusting("localhost");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}"
    );
    // The certificate is for another name.
    assert!(!trusting("127.0.0.1").status.success());
}
