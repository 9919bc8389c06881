#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod claim;
mod clock;
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod conformance;
mod digest;
mod entry;
mod error;
#[cfg(feature = "file")]
mod file;
mod key;
mod ledger;
mod list;
pub mod once;
pub mod send_all;
pub mod settle;

pub use claim::Claim;
pub use digest::{Digest, DigestKey};
pub use entry::{Entry, LedgerSummary, Outcome, State};
pub use error::{LedgerError, LedgerErrorKind};
#[cfg(feature = "file")]
#[cfg_attr(docsrs, doc(cfg(feature = "file")))]
pub use file::{FileLedger, FileLedgerOptions};
pub use key::{Key, KeyError};
pub use ledger::{Intent, Ledger, ListInfo, Resend, Resolution};
pub use list::{Begun, LedgerList};
pub use once::{CallExt, Once, OnceError, OnceErrorKind};
pub use send_all::ClientExt;
