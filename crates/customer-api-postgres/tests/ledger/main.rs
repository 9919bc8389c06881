//! A ledger in PostgreSQL, against a server that the tests start. Without an installed server the tests are skipped, unless `CI` is
//! set.
#![cfg(test)]
#![cfg(unix)]

mod commits;
mod connections;
mod copies;
mod faults;
mod machines;
mod pooler;
mod proxy;
mod shop;
mod tables;
mod tls;
