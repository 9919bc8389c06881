#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod connection;
mod failure;
mod keys;
mod quota;
mod script;
mod settings;
mod tokens;

pub use quota::RedisQuota;
pub use settings::{RedisConnection, RedisOptions};
pub use tokens::RedisTokens;
