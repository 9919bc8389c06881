//! Calls every operation with every fault, and compares the outcome with a rule that does not use the library's code.
//!
//! A [`FaultCase`] states the facts on the network or at the server. [`expected`] derives the required report to the
//! caller from these facts and from the facts about the provider and the operation. [`observe`] makes one call, [`run`]
//! makes all calls of a provider. A [`Table`] shows the observations to readers.

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
