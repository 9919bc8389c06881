//! The faults that writes meet at random.

use customer_api_sandbox::Fault;
use fastrand::Rng;

use super::Subject;

/// Returns faults for this number of writes. Some faults lose the response, and some refuse the write. `None` is no
/// fault.
pub fn faults<S: Subject>(count: usize, rng: &mut Rng) -> Vec<Option<Fault>> {
    let mut faults: Vec<_> = (0..count).map(|_| fault(rng)).collect();
    // One 401 in a run. A second 401 for the same call would count as a refused login.
    if S::UNDONE.contains(&401) {
        faults[rng.usize(..40)] = Some(Fault::status(401));
    }
    faults
}

fn fault(rng: &mut Rng) -> Option<Fault> {
    let fault = match rng.u32(..1000) {
        0..15 => Fault::reset_before_head().processed(),
        15..25 => Fault::reset_before_head(),
        25..35 => Fault::close_before_head().processed(),
        35..40 => Fault::reset_while_reading(),
        40..50 => Fault::status(503),
        50..55 => Fault::status(503).processed(),
        55..80 => Fault::status(429).header("retry-after", "0"),
        80..100 => Fault::status(400),
        100..102 => Fault::hang(),
        102..104 => Fault::hang().processed(),
        _ => return None,
    };
    Some(fault)
}
