//! What the measured processes do, other than making one call over and over.

pub(crate) mod construct;
pub(crate) mod decode;
pub(crate) mod export;
pub(crate) mod limits;
pub(crate) mod open_ledger;
pub(crate) mod send_all;
pub(crate) mod stores;

use std::time::Duration;

use crate::{Failure, clock};

/// A runtime on one thread, as all measured processes have.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

/// How long something takes, each of so many times.
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

/// A duration shared out.
pub(crate) fn per(elapsed: Duration, times: u32) -> f64 {
    elapsed.as_secs_f64() / f64::from(times)
}
