//! TLS to the server, with the test's own root certificates. The platform's roots are read once per process. Therefore each test runs
//! in a separate process.
#![cfg(not(target_vendor = "apple"))]

use std::{env, fs, path::Path, process::Command, time::Duration};

use customer_api_ledger::LedgerErrorKind;
use customer_api_postgres::PostgresLedger;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use testkit::{Folder, Postgres};

use crate::shop::{begin, claim, orders_of};

/// How the child process connects.
const CONFIGURATION: &str = "TLS_CONFIGURATION";

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for a name, and its key.
fn certificate(name: &str, authority: &CertifiedIssuer<'static, KeyPair>) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let parameters = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = parameters.signed_by(&key, authority).unwrap();
    (certificate.pem(), key.serialize_pem())
}

/// Runs one test of this file in a process that trusts these roots.
fn with_roots(test: &str, roots: &Path, configuration: &str) {
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("tls::{test}"), "--ignored"])
        .env(CONFIGURATION, configuration)
        .env("SSL_CERT_FILE", roots)
        .env("SSL_CERT_DIR", "/nowhere")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{told}");
    assert!(told.contains("1 passed"), "{told}");
}

#[test]
fn a_server_with_a_trusted_certificate_is_used_and_no_other() {
    let Some(server) = Postgres::start("tls") else {
        return;
    };
    let (own, other) = (authority(), authority());
    let folder = Folder::new("tls-roots");
    let roots = |name: &str, authority: &CertifiedIssuer<'static, KeyPair>| {
        let file = folder.path().join(name);
        fs::write(&file, authority.pem()).unwrap();
        file
    };
    let (trusted, foreign) = (roots("own.pem", &own), roots("other.pem", &other));

    let (certificate_of_host, key) = certificate("localhost", &own);
    server.end();
    let configuration = server.begin_with_tls(&certificate_of_host, &key);
    with_roots("child_uses_the_server", &trusted, &configuration);
    with_roots("child_refuses_the_server", &foreign, &configuration);

    let (certificate_of_other, key) = certificate("other.example", &own);
    server.end();
    let configuration = server.begin_with_tls(&certificate_of_other, &key);
    with_roots("child_refuses_the_server", &trusted, &configuration);
}

#[tokio::test]
async fn a_server_without_tls_is_not_used_where_it_is_required() {
    let Some(server) = Postgres::start("no-tls") else {
        return;
    };
    let configuration = server.configuration().replace("=disable", "=require");
    let error = PostgresLedger::connect(&configuration).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Storage, "{error}");
}

#[tokio::test]
#[ignore = "a part of another test, in a process of its own"]
async fn child_uses_the_server() {
    let configuration = env::var(CONFIGURATION).unwrap();
    let options = PostgresLedger::options().statement_timeout(Duration::from_secs(5));
    let ledger = options.connect(&configuration).await.unwrap();
    orders_of(&ledger).await;
    let long = Duration::from_secs(60);
    assert!(begin(&ledger, &claim("case-1"), long).await.unwrap());
}

#[tokio::test]
#[ignore = "a part of another test, in a process of its own"]
async fn child_refuses_the_server() {
    let configuration = env::var(CONFIGURATION).unwrap();
    let error = PostgresLedger::connect(&configuration).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Storage, "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
}
