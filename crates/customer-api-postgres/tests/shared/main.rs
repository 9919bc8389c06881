//! Quota and tokens in PostgreSQL, against a server of the tests' own. Without an installed server nothing is shown, unless `CI` is
//! set.
#![cfg(test)]
#![cfg(unix)]

mod quota;
mod tables;
mod tokens;
