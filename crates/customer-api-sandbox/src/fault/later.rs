//! When a write happens that is put off.

use std::time::Duration;

/// When a write is carried out that a fault puts off.
///
/// What is due is carried out before the next request to the server is, and while
/// [`Sandbox::advance`](crate::Sandbox::advance) moves the clock: then with the date at which it
/// was due. With a clock that runs, nothing happens between requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Later {
    /// Once this time has passed since the request arrived, by the sandbox's clock.
    After(Duration),
    /// When this number of further requests to the server has arrived, just before the last of them is
    /// carried out: with 1, the next request finds it done. 0 counts as 1. Requests that do not
    /// arrive as a whole are not counted.
    Requests(u32),
}
