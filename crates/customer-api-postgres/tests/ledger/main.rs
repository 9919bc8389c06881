//! A ledger in PostgreSQL, against a server of the tests' own. Without an installed server nothing is shown, unless `CI` is set.
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
