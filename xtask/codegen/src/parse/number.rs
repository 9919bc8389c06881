//! Reads integers: their width, and the limits that are checked before sending.

use super::{Integer, Kind, Width, object::Object, schema::unknown_format};
use crate::{problem::Problems, tree::join};

pub(super) fn integer(object: &mut Object<'_>, p: &mut Problems) -> Kind {
    let width = match object.text("format", p).as_deref() {
        None | Some("int64") => Width::Signed64,
        Some("int32") => Width::Signed32,
        Some("uint64") => Width::Unsigned64,
        Some(other) => return unknown_format(object, other, "`int32`, `int64` or `uint64`", p),
    };
    let mut limit = |key: &str| object.take(key).and_then(|node| node.integer(p));
    let integer = Integer {
        width,
        minimum: limit("minimum"),
        maximum: limit("maximum"),
    };
    let (from, to) = width.range();
    let (min, max) = (
        integer.minimum.unwrap_or(from),
        integer.maximum.unwrap_or(to),
    );
    if min > max || min > to || max < from {
        p.report(
            &join(&object.at, if min > to { "minimum" } else { "maximum" }),
            "no number of this format is within the limits",
            "correct `minimum`, `maximum` or `format`",
        );
    }
    Kind::Integer(integer)
}
