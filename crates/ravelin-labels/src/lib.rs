#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod callback;
mod client;
mod generated;
mod label;
mod limit;
mod receipt;
mod review_bodies;
mod reviews_since;
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
    SendTrace, Settle, Settled, Timestamp,
    error::TimeoutPhase,
    pages::{Items, Page, PagesError, PagesErrorKind, Progress},
    response::{Unreadable, UnreadableKind},
    retry::StopReason,
    settle::{Marker, MarkerError, Reason, Settling, Why},
};
#[cfg(feature = "ledger")]
#[cfg_attr(docsrs, doc(cfg(feature = "ledger")))]
#[doc(no_inline)]
pub use customer_api_ledger as ledger;

pub use callback::{CallbackError, CallbackToken, ReviewCallback};
pub use client::Client;
#[doc(inline)]
pub use generated::{models::*, operations::*};
pub use reviews_since::{Bookmark, Resume, ReviewsSince, SinceFormat};
pub use service::Ravelin;

/// A category takes only its own labels:
///
/// ```compile_fail,E0308
/// use ravelin_labels::{LabelCustomer, RefundAbuseReview};
/// let label = LabelCustomer::payment_fraud("cust-1", RefundAbuseReview::RefundAbuse);
/// ```
///
/// No text turns into a label, whatever its spelling:
///
/// ```compile_fail,E0308
/// use ravelin_labels::LabelCustomer;
/// let label = LabelCustomer::payment_fraud("cust-1", "FRAUDSTR");
/// ```
///
/// ```compile_fail,E0277
/// use ravelin_labels::{LabelCustomer, PaymentFraudReview};
/// let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::from("FRAUDSTR"));
/// ```
///
/// Use of the deprecated endpoint raises the `deprecated` lint:
///
/// ```compile_fail
/// #![deny(deprecated)]
/// use ravelin_labels::{Label, LegacyLabelCustomer};
/// let label = LegacyLabelCustomer::new("cust-1", Label::Genuine);
/// ```
#[cfg(doctest)]
struct DoesNotCompile;
