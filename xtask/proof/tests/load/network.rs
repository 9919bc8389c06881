//! Random faults.

use std::time::Duration;

use customer_api_sandbox::{ConnectionFault, Fault, FaultBody, Server};
use fastrand::Rng;
use serde_json::json;

/// Statuses that mean that the provider did nothing.
const REFUSALS: [u16; 8] = [400, 401, 403, 404, 405, 409, 413, 422];

/// Statuses that leave open what happened.
const DOUBTS: [u16; 6] = [408, 500, 502, 503, 504, 520];

/// Lets one of the next requests for the operation, or some of the next connections, meet a fault. Most meet none.
pub(crate) fn upset<P>(server: &Server<P>, operation: &str, rng: &mut Rng) {
    match rng.u8(0..100) {
        0..70 => {}
        // Only a few at a time, so that no call waits for a login forever.
        70..74 if server.pending_faults() < 64 => {
            server.fault_connection(ConnectionFault::reset().times(rng.u32(1..6)));
        }
        70..74 => {}
        74..75 => server.fault_connection(ConnectionFault::garbage()),
        _ => server.fault_on(operation, fault(rng)).unwrap(),
    }
}

fn fault(rng: &mut Rng) -> Fault {
    let words = FaultBody::json(&json!({ "code": "77", "message": "no" }));
    let broken = match rng.u8(0..15) {
        0 => return Fault::reset_while_reading(),
        // If the response begins with a 200, the provider executed the request.
        1 => return Fault::reset_after_head().processed(),
        2 => return Fault::reset_mid_body().processed(),
        3 => return Fault::truncated().processed(),
        4 => return Fault::oversized(100_000).processed(),
        5 => return Fault::status(REFUSALS[rng.usize(0..REFUSALS.len())]).body(words),
        6 => return Fault::status(429).header("retry-after", "3"),
        7 => return Fault::none().delay(Duration::from_millis(rng.u64(0..60_000))),
        8 => return Fault::none().drip(Duration::from_millis(rng.u64(0..2_000))),
        9 => return Fault::none().informational(103),
        10 => Fault::reset_before_head(),
        11 => Fault::close_before_head(),
        12 => Fault::hang(),
        13 => Fault::status(DOUBTS[rng.usize(0..DOUBTS.len())]).body(words),
        _ => Fault::redirect(307, "https://elsewhere.example/"),
    };
    // Whether the fault comes before or after the provider executed the request.
    if rng.bool() {
        broken.processed()
    } else {
        broken
    }
}
