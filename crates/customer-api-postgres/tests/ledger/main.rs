//! A ledger in PostgreSQL, against a server of the tests' own. Without an installed server nothing is shown, unless `CI` is set.
#![cfg(test)]
#![cfg(unix)]

mod connections;
mod machines;
mod shop;
mod tables;
