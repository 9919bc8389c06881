//! Compares a call's allocations with hand-written code in the same build. This count does not depend on the machine's
//! load.
#![cfg(test)]

use std::{path::Path, process::Command};

use bench::{Server, callers::Call, drive::Outcome};

const BENCH: &str = env!("CARGO_BIN_EXE_bench");
const COUNTS: &str = env!("CARGO_BIN_EXE_bench-counts");

/// The maximum ratios of a call's allocations, and bytes, to those of hand-written code. A call takes no more than
/// hand-written code, or hardly more. Lower the ratios when the client gets cheaper.
const BOUNDS: [(Call, f64, f64); 4] = [
    (Call::JsonWrite, 1.00, 1.00),
    (Call::Get, 0.95, 1.00),
    (Call::Multipart, 0.75, 0.85),
    (Call::Urlencoded, 1.00, 1.02),
];

fn count(server: &Server, client: &str, call: Call) -> Outcome {
    let output = Command::new(COUNTS)
        .args([
            "drive".to_owned(),
            format!("client={client}"),
            format!("call={call}"),
            "count=200".to_owned(),
            "in-flight=1".to_owned(),
            format!("url={}", server.url()),
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{client}, {call}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_call_allocates_no_more_than_it_did_beside_hand_written_code() {
    let server = Server::start(Path::new(BENCH), 0, 0).unwrap();
    for (call, allocations, bytes) in BOUNDS {
        let ours = count(&server, "ours", call);
        let hand = count(&server, "hand", call);
        assert!(
            hand.allocations > 10.0,
            "{call}: nothing was counted: {hand:?}"
        );
        assert!(
            ours.allocations <= hand.allocations * allocations,
            "{call}: {} allocations beside {} by hand, at most {allocations} times as many are expected",
            ours.allocations,
            hand.allocations
        );
        assert!(
            ours.bytes <= hand.bytes * bytes,
            "{call}: {} bytes beside {} by hand, at most {bytes} times as many are expected",
            ours.bytes,
            hand.bytes
        );
    }
}
