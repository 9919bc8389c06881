//! The generator's output for an inconvenient description: `openapi.yaml` uses every supported feature, in the least
//! convenient way. The crate is not published. Its tests check the bytes that the emitted code sends, the requests that
//! it refuses, and the values that it redacts.

mod generated;
mod hand_written;
mod service;

#[doc(inline)]
pub use generated::{models::*, operations::*};
pub use hand_written::{Oddity, PlaceOrder};
pub use service::Nasty;
