//! The program, run as an operator runs it.
#![cfg(test)]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use support::{Running, program};

/// Two requests: a label, and a path that no operation has.
fn label_and_lose_the_way(base: &str) {
    let mut stream = TcpStream::connect(base).unwrap();
    let body = r#"{"category":"PAYMENT_FRAUD","review":"FRAUDSTER"}"#;
    let request = format!(
        "POST /v2/customer/secret-id/labels HTTP/1.1\r\nAuthorization: token sk_test_sandbox\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}\
         GET /v2/secret-path HTTP/1.1\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
}

/// Writes a file for the program. Each test needs other names.
fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Runs the program to its end. Returns its exit code and its errors.
fn failed(arguments: &[&str]) -> (i32, String) {
    let output = program().args(arguments).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
    let code = output.status.code().unwrap();
    (code, String::from_utf8(output.stderr).unwrap())
}

/// Asks the admin API by a connection of its own.
fn get(admin: &str, path: &str) -> Value {
    let mut stream = TcpStream::connect(admin.strip_prefix("http://").unwrap()).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {response}"))
}

#[test]
fn it_says_how_to_call_it_and_logs_no_ids() {
    let mut running = Running::start(&[]);
    let mut introduction = String::new();
    while !introduction.contains("Ctrl-C") {
        introduction += &running.line();
        introduction.push('\n');
    }
    assert!(introduction.starts_with("Console and admin API\n  http://127.0.0.1:"));
    let base = introduction
        .split_once("RAVELIN_BASE_URL=http://")
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .unwrap();
    assert!(introduction.contains("curl -i http://127.0.0.1:"));
    for variables in [
        "export    RAVELIN_SECRET_KEY=sk_test_sandbox RAVELIN_BASE_URL=http://127.0.0.1:",
        "export    OMNIDESK_API_KEY=omnidesk-sandbox-key OMNIDESK_BASE_URL=http://127.0.0.1:",
        "export    REVNUE_TOKEN=revnue-sandbox-token REVNUE_BASE_URL=http://127.0.0.1:",
        "export    RADAR_USERNAME=testing RADAR_PASSWORD=testing12345 RADAR_BASE_URL=http://127.0.0.1:",
    ] {
        assert!(introduction.contains(variables), "{introduction}");
    }
    assert!(introduction.contains("'Authorization: token sk_test_sandbox'"));
    assert!(introduction.contains("'apiKey: omnidesk-sandbox-key'"));
    assert!(introduction.contains("-F brand_id=1"));
    assert!(introduction.contains("'Authorization: Bearer revnue-sandbox-token'"));
    assert!(introduction.contains(r#"{"username":"testing","password":"testing12345"}"#));
    assert!(introduction.contains(r#""clientDisplayId":"client-1""#));

    label_and_lose_the_way(base);
    assert_eq!(running.line(), "");
    assert_eq!(
        [running.line(), running.line()],
        [
            "ravelin POST /v2/customer/{customerid}/labels 200 applied",
            "ravelin GET (unknown path) 404 not applied",
        ]
    );
}

#[test]
fn help_and_version_are_printed() {
    let help = program().arg("--help").output().unwrap();
    assert!(help.status.success());
    let help = String::from_utf8(help.stdout).unwrap();
    for part in [
        "--admin-port <PORT>",
        "--omnidesk-port <PORT>",
        "--listen <ADDRESS>",
        "--allow-host <NAME>",
        "--seed <FILE>",
        "--faults <FILE>",
        "--option <PROVIDER.SWITCH=SETTING>",
        "--kept-requests <NUMBER>",
        "--json",
        "Exit codes: 0 after Ctrl-C or SIGTERM",
    ] {
        assert!(help.contains(part), "{part}\n{help}");
    }
    let version = program().arg("-V").output().unwrap();
    let expected = format!(
        "customer-api-sandbox-server {}\n",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(String::from_utf8(version.stdout).unwrap(), expected);
}

#[test]
fn a_wrong_option_ends_with_code_2() {
    for (arguments, part) in [
        (
            &["--nonsense"][..],
            "unexpected argument '--nonsense' found",
        ),
        (
            &["--ravelin-port", "x"],
            "invalid value 'x' for '--ravelin-port <PORT>'",
        ),
        (
            &["--listen", "localhost"],
            "invalid value 'localhost' for '--listen <ADDRESS>'",
        ),
        (&["--option", "ravelin.dates"], "a setting is missing"),
        (
            &["--option", "ravelin.dats=off"],
            "--option ravelin.dats=off: /dats: `dats` is unknown; expected ",
        ),
        (
            &["--option", "ravelin.no_review=x"],
            "--option ravelin.no_review=x: /no_review: unknown variant `x`",
        ),
        (
            &["--option", "shop.dates=off"],
            "`shop` is unknown; expected customer-radar, omnidesk, ravelin, revnue",
        ),
    ] {
        let (code, message) = failed(arguments);
        assert_eq!(code, 2, "{message}");
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_taken_port_ends_with_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (option, server) in [
        ("--admin-port", "console"),
        ("--ravelin-port", "ravelin"),
        ("--omnidesk-port", "omnidesk"),
        ("--revnue-port", "revnue"),
        ("--radar-port", "customer-radar"),
    ] {
        let (code, message) = failed(&[option, &port]);
        assert_eq!(code, 1, "{message}");
        let part = format!("the {server} server can't listen: ");
        assert!(message.contains(&part), "{message}");
    }
}

#[test]
fn a_wrong_file_ends_with_code_2_and_names_the_place() {
    for (option, name, text, part) in [
        (
            "--faults",
            "wrong-kind.json",
            r#"[{"on":"labelCustomer","fault":"explode"}]"#,
            "/0/fault: unknown variant `explode`",
        ),
        (
            "--faults",
            "wrong-operation.json",
            r#"[{"on":"labelCustomer","fault":"hang"},{"on":"labelPerson","fault":"hang"}]"#,
            "/1/on: `labelPerson` is unknown; expected ",
        ),
        (
            "--faults",
            "no-list.json",
            "{}",
            "invalid type: map, expected a sequence",
        ),
        (
            "--seed",
            "wrong-id.json",
            r#"{"revnue":{"customers":[{"id":"x"}]}}"#,
            "/revnue/customers/0/id: invalid type",
        ),
        (
            "--seed",
            "wrong-provider.json",
            r#"{"shop":{}}"#,
            "`shop` is unknown; expected ",
        ),
        ("--seed", "no-json.json", "{", "EOF while parsing"),
    ] {
        let file = file(name, text);
        let file = file.to_str().unwrap();
        let (code, message) = failed(&[option, file]);
        assert_eq!(code, 2, "{message}");
        assert!(message.contains(&format!("{file}: ")), "{message}");
        assert!(message.contains(part), "{message}");
    }
    let missing = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-such-file.json");
    let missing = missing.to_str().unwrap();
    let (code, message) = failed(&["--seed", missing]);
    assert_eq!(code, 2, "{message}");
    assert!(message.contains(missing), "{message}");
}

#[test]
fn with_json_the_first_line_is_the_start_and_each_request_is_a_line() {
    let mut running = Running::start(&["--json"]);
    let start = running.json();
    assert_eq!(start["event"], "start");
    assert_eq!(start["version"], env!("CARGO_PKG_VERSION"));
    let admin = start["admin_url"].as_str().unwrap();
    assert_eq!(get(admin, "/health")["providers"], start["providers"]);
    // Without a seed, the account of Revnue has one customer.
    assert_eq!(get(admin, "/state/revnue")["customers"][0]["id"], 1);

    let base = start["providers"][0]["base_url"].as_str().unwrap();
    label_and_lose_the_way(base.strip_prefix("http://").unwrap());
    let label = running.json();
    assert_eq!(label["event"], "request");
    assert_eq!(label["provider"], "ravelin");
    assert_eq!(label["operation"], "labelCustomer");
    assert_eq!(label["target"], "/v2/customer/secret-id/labels");
    assert_eq!(label["status"], 200);
    assert_eq!(label["applied"], true);
    assert_eq!(label["fault"], Value::Null);
    let lost = running.json();
    assert_eq!(lost["operation"], Value::Null);
    assert_eq!(lost["status"], 404);
    assert_eq!(lost["applied"], false);
}

#[test]
fn files_and_options_set_the_start() {
    let seed = file(
        "seed.json",
        r#"{"revnue":{"customers":[{"id":7,"company":1,"fields":{"name":"Pier 7"}},{"company":1,"fields":{"name":"Quay"}}]}}"#,
    );
    let faults = file(
        "faults.json",
        r#"[{"on":"labelCustomer","fault":"reset_before_head","processed":true},
            {"provider":"revnue","fault":"status","status":503,"times":null,"probability":0.1,"seed":7}]"#,
    );
    let mut running = Running::start(&[
        "--json",
        "--seed",
        seed.to_str().unwrap(),
        "--faults",
        faults.to_str().unwrap(),
        "--option",
        "ravelin.unknown_fields=off",
        "--option",
        "ravelin.no_review=empty_body",
        "--option",
        r#"revnue.rate_limit={"requests":3,"window":"10s"}"#,
        "--kept-requests",
        "5",
    ]);
    let start = running.json();
    assert_eq!(start["journal"]["limit"], 5);
    let admin = start["admin_url"].as_str().unwrap();

    let customers = &get(admin, "/state/revnue")["customers"];
    assert_eq!(customers[0]["fields"]["name"], "Quay");
    assert_eq!(customers[0]["id"], 1);
    assert_eq!(customers[1]["id"], 7);

    let faults = get(admin, "/faults");
    assert_eq!(faults[0]["on"], "labelCustomer");
    assert_eq!(faults[0]["processed"], true);
    assert_eq!(faults[1]["provider"], "revnue");
    assert_eq!(faults[1]["left"], Value::Null);

    let value = |provider: &str, name: &str| {
        let switches = get(admin, &format!("/options/{provider}"))["switches"].clone();
        let mut switches = switches.as_array().unwrap().iter();
        let switch = switches.find(|switch| switch["name"] == name);
        switch.unwrap()["value"].clone()
    };
    assert_eq!(value("ravelin", "unknown_fields"), Value::Null);
    assert_eq!(value("ravelin", "no_review"), "empty_body");
    assert_eq!(
        value("revnue", "rate_limit"),
        json!({ "requests": 3, "window": "10s" })
    );
}

#[test]
fn a_pipe_that_nobody_reads_does_not_stop_the_servers() {
    let mut running = Running::start(&["--json"]);
    let start = running.json();
    let base = start["providers"][0]["base_url"].as_str().unwrap();
    let mut stream = TcpStream::connect(base.strip_prefix("http://").unwrap()).unwrap();
    // Their lines fill the pipe many times.
    for _ in 0..3_000 {
        stream
            .write_all(b"GET /v2/nosuch HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"HTTP/1.1 404");
        let mut rest = [0; 4_096];
        // The rest of the response comes in one piece.
        assert!(stream.read(&mut rest).unwrap() > 0);
    }
    let admin = start["admin_url"].as_str().unwrap();
    assert_eq!(get(admin, "/health")["providers"][0]["requests"], 3_000);
}

#[cfg(unix)]
#[test]
fn sigterm_and_sigint_end_it_with_code_0() {
    for signal in ["-TERM", "-INT"] {
        let mut running = Running::start(&["--json"]);
        running.json();
        let id = running.child.id().to_string();
        // `kill` of the shell is there wherever a shell is.
        let sent = Command::new("sh")
            .args(["-c", "kill $0 $1", signal, &id])
            .status();
        assert!(sent.unwrap().success());
        assert_eq!(running.end().code(), Some(0), "{signal}");
    }
}
