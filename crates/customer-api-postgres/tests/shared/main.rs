//! Quota and tokens in PostgreSQL, against a server that the tests start. Without an installed server the tests are skipped, unless
//! `CI` is set.
#![cfg(test)]
#![cfg(unix)]

#[path = "../ledger/proxy.rs"]
#[expect(dead_code, reason = "the ledger's tests use more of it")]
mod proxy;
mod quota;
mod tables;
mod tokens;
