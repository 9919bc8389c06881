#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod generated;
mod invitation;
mod login;
mod programme;
mod receipt;
mod recipient;
mod response;
mod service;
mod settle;

pub use customer_api_core;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
#[doc(no_inline)]
pub use customer_api_core::blocking;
#[doc(inline)]
pub use customer_api_core::{
    BuildError, Call, ClientBuilder, Delivery, Error, ErrorKind, Idempotency, Operation, Response,
    SendTrace, Settle, Settled,
    response::{Unreadable, UnreadableKind},
    settle::{Reason, Settling, Why},
};
#[cfg(feature = "ledger")]
#[cfg_attr(docsrs, doc(cfg(feature = "ledger")))]
#[doc(no_inline)]
pub use customer_api_ledger as ledger;

pub use client::Client;
#[doc(inline)]
pub use generated::{models::*, operations::LogIn};
pub use invitation::SendInvitation;
pub use programme::Programme;
pub use receipt::InvitationReceipt;
pub use service::CustomerRadar;
