//! What only generated code calls. Not for programs: it changes with the generator.

pub use crate::{
    open_enum::{self, OpenEnum},
    redact::redacted::{Presence, Redacted},
    request::{
        dynamic::{NumberedPairs, PrefixedFields},
        text_rule::TextRule,
    },
};
