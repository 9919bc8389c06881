//! The time of a delayed write.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::duration;

/// The time at which a delayed write is carried out.
///
/// A write that is due is carried out before the next request to the server. With a running clock,
/// a due write waits for that request. [`Sandbox::advance`](crate::Sandbox::advance) moves the
/// clock, and carries out the writes that become due in that time. Each of these writes gets the
/// time at which it was due.
///
/// The JSON form is `{"after": "5s"}` or `{"requests": 2}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Later {
    /// After this time has passed since the request arrived, by the sandbox's clock.
    After(#[serde(with = "duration::required")] Duration),
    /// Immediately before the n-th further request to the server is carried out, where n is this
    /// number. 1 is the next request. 0 has the same effect as 1.
    /// Requests that do not arrive completely are not counted.
    Requests(u32),
}
