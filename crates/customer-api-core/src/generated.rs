//! Items that only generated code uses. Not for programs: this module changes with the generator.

pub use crate::{
    open_enum::{self, OpenEnum},
    open_union::{self, Alternative, OpenUnion},
    redact::redacted::{Presence, Redacted},
    request::{
        dynamic::{NumberedPairs, PrefixedFields},
        text_rule::TextRule,
    },
};
