#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod all_customers;
mod channel;
mod client;
mod customer;
mod found;
mod generated;
mod odd;
mod page;
mod service;
mod settle;
mod single_customer;
mod timeline;
mod upsert;
mod verdict;
mod write_result;

pub use customer_api_core;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
#[doc(no_inline)]
pub use customer_api_core::blocking;
#[doc(inline)]
pub use customer_api_core::{
    BuildError, Call, ClientBuilder, Delivery, Error, ErrorKind, Idempotency, Operation, Response,
    SendTrace, Settle, Settled,
    pages::{Items, Page, PagesError, PagesErrorKind, Progress},
    response::{Unreadable, UnreadableKind},
    settle::{Absent, Compared, Marker, MarkerError, Reason, Settling, Why},
};
#[cfg(feature = "ledger")]
#[cfg_attr(docsrs, doc(cfg(feature = "ledger")))]
#[doc(no_inline)]
pub use customer_api_ledger as ledger;

pub use all_customers::AllCustomers;
pub use channel::Channel;
pub use client::Client;
pub use customer::Customer;
pub use found::Found;
#[doc(inline)]
pub use generated::{models::*, operations::*};
pub use page::CustomerPage;
pub use service::Omnidesk;
pub use timeline::Timeline;
#[cfg(feature = "ledger")]
#[cfg_attr(docsrs, doc(cfg(feature = "ledger")))]
pub use upsert::UpsertedOnce;
pub use upsert::{Upsert, UpsertError, UpsertErrorKind, UpsertStep, Upserted};
pub use write_result::WriteResult;

/// A brand and your own id of a customer can't be swapped:
///
/// ```compile_fail,E0308
/// use helpdesk_customers::GetTimeline;
/// let timeline = GetTimeline::new("cust-1", 1);
/// ```
///
/// Half of a link does not compile:
///
/// ```compile_fail,E0061
/// use helpdesk_customers::{Channel, CreateCustomer};
/// let customer = CreateCustomer::new(1).external_id("cust-1").link_channel(Channel::Email);
/// ```
///
/// A flag with the value `false` does not compile:
///
/// ```compile_fail,E0061
/// use helpdesk_customers::CreateCustomer;
/// let customer = CreateCustomer::new(1).external_id("cust-1").no_sync(false);
/// ```
#[cfg(doctest)]
struct DoesNotCompile;
