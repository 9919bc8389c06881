//! Proves the rules for processes that share a database, however often they and the database's server are killed.
//!
//! The test binary runs itself as children: see [`proof::processes`]. A proof names a job of [`child`], and lets a
//! [`crew::Crew`] do it. `cargo xtask prove fleet` is the long form. `PROOF_PROCESSES`, `PROOF_KEYS`, `PROOF_KILLS` and
//! `PROOF_SERVER_KILLS` set the numbers, and `PROOF_SEED` the times of the kills. `PROOF_WINDOW` (in seconds),
//! `PROOF_CALLS`, `PROOF_WASTE` and `PROOF_LOGINS` are for quota and login.
//!
//! If no server is installed, the proofs are skipped: see [`testkit::Postgres::is_installed`].
#![cfg(test)]
#![cfg(unix)]

mod child;
mod crew;
mod ledger;
mod logins;
mod once;
mod quota;
mod store;
