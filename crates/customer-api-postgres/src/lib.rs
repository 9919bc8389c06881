#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod connection;
mod ledger;
mod schema;
mod settings;

pub use ledger::PostgresLedger;
pub use schema::schema_sql;
pub use settings::PostgresOptions;
