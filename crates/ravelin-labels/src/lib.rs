#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod generated;
mod hand_written;
mod receipt;
mod service;

pub use customer_api_core;
#[doc(inline)]
pub use customer_api_core::{
    BuildError, Call, ClientBuilder, Delivery, Error, ErrorKind, Idempotency, Operation, Response,
    Timestamp,
};

pub use client::Client;
pub use generated::{models, operations};
#[doc(inline)]
pub use generated::{models::*, operations::*};
pub use service::Ravelin;
