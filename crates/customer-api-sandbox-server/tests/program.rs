//! The program, run as an operator runs it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// Ends the program with the test, whatever the outcome of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_customer-api-sandbox"))
}

#[test]
fn it_says_how_to_call_it_and_logs_no_ids() {
    let child = program().stdout(Stdio::piped()).spawn().unwrap();
    let mut running = Running(child);
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let mut introduction = String::new();
    while !introduction.contains("Ctrl-C") {
        introduction += &lines.next().unwrap().unwrap();
        introduction.push('\n');
    }
    let base = introduction
        .split_whitespace()
        .find_map(|word| word.strip_prefix("http://"))
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

    let logged: Vec<String> = lines
        .map(Result::unwrap)
        .filter(|line| !line.is_empty())
        .take(2)
        .collect();
    assert_eq!(
        logged,
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
    assert!(
        String::from_utf8(help.stdout)
            .unwrap()
            .contains("--omnidesk-port <PORT>")
    );
    let version = program().arg("-V").output().unwrap();
    let expected = format!("customer-api-sandbox {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(version.stdout).unwrap(), expected);
}

#[test]
fn mistakes_and_taken_ports_are_errors() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (arguments, part) in [
        (&["--nonsense"][..], "unknown argument `--nonsense`"),
        (
            &["--ravelin-port", &port],
            "the ravelin server can't listen: ",
        ),
        (
            &["--omnidesk-port", &port],
            "the omnidesk server can't listen: ",
        ),
        (
            &["--radar-port", &port],
            "the customer-radar server can't listen: ",
        ),
    ] {
        let output = program().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(part), "{message}");
    }
}
