//! Checks that the compared clients send the same. Otherwise their costs could not be compared.
#![cfg(test)]

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use bench::{Server, callers::Call};
use serde_json::Value;

const BENCH: &str = env!("CARGO_BIN_EXE_bench");

/// Forwards between a client and the server, and records the client's bytes.
fn record(server: &Server) -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let recorded = Arc::<Mutex<Vec<u8>>>::default();
    let (server, kept) = (server.url().to_owned(), Arc::clone(&recorded));
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut server = TcpStream::connect(server.trim_start_matches("http://")).unwrap();
        let (mut responses, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || std::io::copy(&mut responses, &mut back));
        let mut buffer = [0; 4_096];
        while let Ok(length @ 1..) = client.read(&mut buffer) {
            kept.lock().unwrap().extend_from_slice(&buffer[..length]);
            server.write_all(&buffer[..length]).unwrap();
        }
        let _ = server.shutdown(Shutdown::Both);
    });
    (url, recorded)
}

/// The compared parts of a request: its first line, its credential, its content type and its body.
#[derive(Debug, PartialEq)]
struct Request {
    line: String,
    credential: String,
    content_type: Option<String>,
    body: String,
}

fn first_request(server: &Server, client: &str, call: Call) -> Request {
    let (url, recorded) = record(server);
    let output = Command::new(BENCH)
        .args([
            "drive".to_owned(),
            format!("client={client}"),
            format!("call={call}"),
            "count=1".to_owned(),
            "in-flight=1".to_owned(),
            format!("url={url}"),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{client}, {call}: {output:?}");
    let recorded = String::from_utf8(recorded.lock().unwrap().clone()).unwrap();
    let (head, rest) = recorded.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value.to_owned())
    };
    let length = header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = rest[..length].to_owned();
    let mut content_type = header("content-type");
    // Each client chooses its own boundary.
    if let Some((kind, boundary)) = content_type.clone().and_then(|content_type| {
        let (kind, boundary) = content_type.split_once("; boundary=")?;
        Some((kind.to_owned(), boundary.to_owned()))
    }) {
        body = body.replace(&boundary, "BOUNDARY");
        content_type = Some(kind);
    }
    // JSON has no order.
    if let Ok(json) = serde_json::from_str::<Value>(&body) {
        body = json.to_string();
    }
    Request {
        line: head.lines().next().unwrap().to_owned(),
        credential: header("authorization").or(header("apikey")).unwrap(),
        content_type,
        body,
    }
}

#[test]
fn all_clients_send_the_same() {
    let server = Server::start(Path::new(BENCH), 0, 0).unwrap();
    for call in Call::ALL {
        let ours = first_request(&server, "ours", call);
        for other in ["hand", "hyper"] {
            assert_eq!(first_request(&server, other, call), ours, "{other}, {call}");
        }
    }
}
