//! Quota and tokens in PostgreSQL, against a server of the tests' own. Without an installed server nothing is shown, unless `CI` is
//! set.
#![cfg(test)]
#![cfg(unix)]

#[path = "../ledger/proxy.rs"]
#[expect(dead_code, reason = "the ledger's tests use more of it")]
mod proxy;
mod quota;
mod tables;
mod tokens;
