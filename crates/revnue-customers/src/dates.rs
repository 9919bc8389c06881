//! Setters for dates. The form of dates is not documented: `YYYY-MM-DD` is inferred, and the caller can pass any text instead.

use customer_api_core::{nullable::Nullable, time::Date};

use crate::{ReplaceCustomer, UpdateCustomer};

/// Defines the setters of an operation whose unset fields become null.
macro_rules! whole {
    ($operation:ident) => {
        impl $operation {
            /// Sets when the non-disclosure agreement was signed. Sent as `YYYY-MM-DD` (inferred).
            pub fn nda_signed_date(self, date: Date) -> Self {
                self.set_nda_signed_date(date.to_string())
            }

            /// Sets when the non-disclosure agreement was signed, in a form of your choice.
            pub fn nda_signed_date_text(self, text: impl Into<String>) -> Self {
                self.set_nda_signed_date(text)
            }

            /// Sets when the master service agreement was signed. Sent as `YYYY-MM-DD` (inferred).
            pub fn msa_signed_date(self, date: Date) -> Self {
                self.set_msa_signed_date(date.to_string())
            }

            /// Sets when the master service agreement was signed, in a form of your choice.
            pub fn msa_signed_date_text(self, text: impl Into<String>) -> Self {
                self.set_msa_signed_date(text)
            }
        }
    };
}

whole!(ReplaceCustomer);
#[cfg(feature = "undocumented")]
use crate::CreateCustomer;
#[cfg(feature = "undocumented")]
whole!(CreateCustomer);

impl UpdateCustomer {
    /// Sets when the non-disclosure agreement was signed. Sent as `YYYY-MM-DD` (inferred), or as `null`.
    pub fn nda_signed_date(self, date: impl Into<Nullable<Date>>) -> Self {
        self.set_nda_signed_date(written(date.into()))
    }

    /// Sets when the non-disclosure agreement was signed, in a form of your choice.
    pub fn nda_signed_date_text(self, text: impl Into<String>) -> Self {
        self.set_nda_signed_date(text.into())
    }

    /// Sets when the master service agreement was signed. Sent as `YYYY-MM-DD` (inferred), or as `null`.
    pub fn msa_signed_date(self, date: impl Into<Nullable<Date>>) -> Self {
        self.set_msa_signed_date(written(date.into()))
    }

    /// Sets when the master service agreement was signed, in a form of your choice.
    pub fn msa_signed_date_text(self, text: impl Into<String>) -> Self {
        self.set_msa_signed_date(text.into())
    }
}

fn written(date: Nullable<Date>) -> Nullable<String> {
    match date {
        Nullable::Null => Nullable::Null,
        Nullable::Value(date) => Nullable::Value(date.to_string()),
    }
}
