//! The clients that are compared. All do the same work on the same wire: they send the same request and read the
//! response into a value of their own type.

mod hand;
mod hyper;
mod ours;

use std::{fmt, future::Future, str::FromStr};

pub(crate) use self::{hand::Hand, hyper::Hyper, ours::Ours};
use crate::Failure;

/// The credential that the clients send.
pub const KEY: &str = "sk_test_0123456789abcdef";

/// The content that all clients send.
pub const CUSTOMER: &str = "cust-1";
/// The reason for the label.
pub const COMMENT: &str = "chargeback confirmed on the phone";
/// The person who labels.
pub const REVIEWER: (&str, &str) = ("Ana", "ana@shop.example");
/// The first and the last name of the customer that is created and changed.
pub const NAME: (&str, &str) = ("Bilbo", "Baggins");
/// The customer's address.
pub const EMAIL: &str = "bilbo@shire.example";
/// The number of the customer's channel.
pub const CHANNEL: &str = "3";
/// The customer that is changed.
pub const ID: u64 = 4_711;
/// The brand.
pub const BRAND: u64 = 7;

/// A call that every client makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// `POST` with JSON: a label for a customer.
    JsonWrite,
    /// `GET`: the last review of a customer.
    Get,
    /// `POST` with `multipart/form-data`: a new customer.
    Multipart,
    /// `PUT` with `application/x-www-form-urlencoded`: a customer's name and channel.
    Urlencoded,
}

impl Call {
    /// All calls.
    pub const ALL: [Self; 4] = [
        Self::JsonWrite,
        Self::Get,
        Self::Multipart,
        Self::Urlencoded,
    ];

    /// Returns the name of the call for command-line arguments.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::JsonWrite => "json-write",
            Self::Get => "get",
            Self::Multipart => "multipart",
            Self::Urlencoded => "urlencoded",
        }
    }

    /// Returns the name of the call for the report.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::JsonWrite => "JSON write",
            Self::Get => "GET",
            Self::Multipart => "multipart",
            Self::Urlencoded => "urlencoded",
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Call {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        let found = Self::ALL.into_iter().find(|call| call.name() == name);
        found.ok_or_else(|| format!("no call is named `{name}`").into())
    }
}

/// A client that can be measured.
pub trait Caller: Clone + Send + Sync + 'static {
    /// Makes a call and reads its response. An unexpected response is an error.
    fn call(&self, call: Call) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Returns an error if the response that a client read is not the expected one.
pub(crate) fn expect(is_expected: bool) -> Result<(), Failure> {
    if is_expected {
        Ok(())
    } else {
        Err("the response is not the expected one".into())
    }
}
