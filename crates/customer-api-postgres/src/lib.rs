#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod connection;
mod history;
mod ledger;
mod quota;
mod schema;
mod settings;
mod store;
mod tokens;

pub use ledger::PostgresLedger;
pub use quota::PostgresQuota;
pub use schema::schema_sql;
pub use settings::PostgresOptions;
pub use store::PostgresStoreOptions;
pub use tokens::PostgresTokens;
