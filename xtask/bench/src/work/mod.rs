//! The work of the measured processes, except making one call repeatedly.

pub(crate) mod construct;
pub(crate) mod decode;
pub(crate) mod export;
pub(crate) mod limits;
pub(crate) mod open_ledger;
pub(crate) mod send_all;
pub(crate) mod stores;

use std::time::Duration;

use crate::{Failure, clock};

/// Makes a runtime on one thread, as all measured processes have.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

/// Measures the time of a function per call, over this number of calls.
pub(crate) fn seconds_each(
    times: u32,
    mut work: impl FnMut() -> Result<(), Failure>,
) -> Result<f64, Failure> {
    let began = clock::now();
    for _ in 0..times {
        work()?;
    }
    Ok(per(began.elapsed(), times))
}

/// Divides a duration.
pub(crate) fn per(elapsed: Duration, times: u32) -> f64 {
    elapsed.as_secs_f64() / f64::from(times)
}
