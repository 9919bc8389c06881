//! Proxies from the settings and from the environment, and cases in which no proxy may be used.

use std::{
    env,
    process::Command,
    sync::{Arc, Mutex},
};

use reqwest::dns::{Name, Resolve, Resolving};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

use crate::{
    authority::{Authority, LOCALHOST, Subject},
    server::TlsServer,
    shop::{buy, client},
};

/// A host that does not exist, so that only a proxy can reach it.
const SHOP: Subject = Subject {
    host: "shop.invalid",
    last_year: 4000,
};

/// A proxy that leads every client to one server, and records the requested hosts.
struct Proxy {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                written
                    .lock()
                    .unwrap()
                    .push(String::from_utf8(head).unwrap());
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                tokio::spawn(async move { copy_bidirectional(&mut stream, &mut server).await });
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn shop_behind_proxy() -> (Authority, TlsServer, Proxy) {
    let authority = Authority::new();
    let server = TlsServer::start(authority.acceptor(SHOP, &["http/1.1"])).await;
    let proxy = Proxy::start(server.port).await;
    (authority, server, proxy)
}

fn assert_tunnelled(proxy: &Proxy) {
    let asked = proxy.asked();
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].starts_with("CONNECT shop.invalid:443 HTTP/1.1\r\n"),
        "{asked:?}"
    );
    assert!(!asked[0].contains("planted-key"), "{asked:?}");
}

#[tokio::test]
async fn one_from_the_settings_tunnels_and_sees_no_key() {
    let (authority, server, proxy) = shop_behind_proxy().await;
    let trusted = authority.certificate();
    let proxied = reqwest::Proxy::all(&proxy.url).unwrap();
    let http = move || {
        reqwest::Client::builder()
            .add_root_certificate(trusted.clone())
            .no_proxy()
            .proxy(proxied.clone())
    };
    let shop = client("https://shop.invalid", http);
    assert_eq!(shop.send(buy()).await.unwrap(), 7);
    assert_eq!(server.requests(), (1, 0));
    assert_tunnelled(&proxy);
}

/// Fails to resolve any name, without a query.
#[derive(Debug)]
struct NoNames;

impl Resolve for NoNames {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(std::future::ready(Err("there is no such name".into())))
    }
}

/// The environment can't be changed while other tests run. Therefore this runs as a separate program, which is started
/// below.
#[tokio::test]
async fn in_the_environment() {
    let Ok(expected) = env::var("PROOF_OF_PROXY") else {
        return;
    };
    let http = || reqwest::Client::builder().dns_resolver(NoNames);
    let error = client("https://shop.invalid", http).send(buy()).await;
    let error = error.unwrap_err();
    assert!(error.is_connect());
    // No proxy listens at the address. Without a proxy, the error would be that the name can't be found.
    let is_used = !error.to_string().contains("there is no such name");
    assert_eq!(is_used, expected == "used", "{error}");

    let authority = Authority::new();
    let acceptor = authority.acceptor(LOCALHOST, &["http/1.1"]);
    let server = TlsServer::start(acceptor).await;
    let trusted = authority.certificate();
    let http = move || reqwest::Client::builder().add_root_certificate(trusted.clone());
    let response = client(&server.url(), http).send(buy()).await;
    assert_eq!(response.unwrap(), 7, "loopback is never proxied");
}

#[test]
fn one_from_the_environment_is_used_unless_it_is_told_not_to_be() {
    for (variable, no_proxy, expected) in [
        ("HTTPS_PROXY", "", "used"),
        ("ALL_PROXY", "", "used"),
        ("HTTPS_PROXY", "shop.invalid", "unused"),
    ] {
        let mut program = Command::new(env::current_exe().unwrap());
        // Ignores this machine's own proxies.
        for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
            program.env_remove(name).env_remove(name.to_uppercase());
        }
        let output = program
            .args(["--exact", "proxy::in_the_environment"])
            .env("PROOF_OF_PROXY", expected)
            .env(variable, "http://127.0.0.1:1")
            .env("NO_PROXY", no_proxy)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{variable} {no_proxy}: {said}"
        );
    }
}
