//! What others get: the packages as they are uploaded, and whether they hold.

mod verify;

pub(crate) use self::verify::verify;
