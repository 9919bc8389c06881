//! Every operation meets every fault, and what comes of it is held against a rule that knows nothing of the library's code.
//!
//! A [`FaultCase`] says what happens on the network or at the server, in facts. [`expected`] concludes from them, and from what
//! is known of the provider and the operation, what a caller must be told. [`observe`] makes the call, [`run`] all of
//! a provider's. A [`Table`] holds what was observed, for readers.

mod fault;
mod faults;
mod foreign;
mod observe;
mod rule;
mod run;
mod setting;
mod table;

pub use fault::{Body, FaultCase, FaultContext, Happening, Section, SetUp};
pub use faults::all;
pub use observe::{Observed, Reported, observe};
pub use rule::{Expected, expected};
pub use run::{drive, run};
pub use setting::AuthState;
pub use table::Table;
