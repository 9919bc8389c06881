#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod all_customers;
mod client;
mod customer;
mod dates;
mod field_value;
mod generated;
mod link;
mod page;
mod service;
mod settle;
mod written;

pub use customer_api_core;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
#[doc(no_inline)]
pub use customer_api_core::blocking;
#[doc(inline)]
pub use customer_api_core::{
    BuildError, Call, ClientBuilder, Delivery, Error, ErrorKind, Idempotency, Operation, Response,
    SendTrace, Settle, Settled,
    nullable::Nullable,
    pages::{Items, Page, PagesError, PagesErrorKind, Progress},
    response::{Unreadable, UnreadableKind},
    settle::{Absent, Compared, Marker, MarkerError, Reason, Settling, Why},
    time::Date,
};
#[cfg(feature = "ledger")]
#[cfg_attr(docsrs, doc(cfg(feature = "ledger")))]
#[doc(no_inline)]
pub use customer_api_ledger as ledger;

pub use all_customers::AllCustomers;
pub use client::{Client, SINGLE_COMPANY};
pub use customer::{Category, ContactPerson, Customer, CustomerTemplate};
pub use field_value::FieldValue;
#[doc(inline)]
pub use generated::{models::*, operations::*};
pub use page::CustomerPage;
pub use service::Revnue;
pub use written::{Reference, WrittenCustomer};

/// A customer that was read can't be sent back:
///
/// ```compile_fail,E0308
/// # fn f(customer: revnue_customers::Customer) {
/// use revnue_customers::ReplaceCustomer;
/// let replace = ReplaceCustomer::new(4211, 1, "Harbour Lane").contact_person(customer.contact_person.unwrap());
/// # }
/// ```
///
/// Calls have no default company:
///
/// ```compile_fail,E0061
/// use revnue_customers::GetCustomer;
/// let get = GetCustomer::new(4211);
/// ```
///
/// A replacement takes no explicit null, because every field that is not set becomes null:
///
/// ```compile_fail,E0277
/// use revnue_customers::{Nullable, ReplaceCustomer};
/// let replace = ReplaceCustomer::new(4211, 1, "Harbour Lane").fax(Nullable::<String>::Null);
/// ```
#[cfg(doctest)]
struct DoesNotCompile;
