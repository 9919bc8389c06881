//! What the generator makes of a nasty description: `openapi.yaml` uses everything that is supported, in the least
//! convenient way. Unpublished; its tests prove the wire bytes, the refusals and the redaction of emitted code.

mod generated;
mod hand_written;
mod service;

#[doc(inline)]
pub use generated::{models::*, operations::*};
pub use hand_written::{Oddity, PlaceOrder};
pub use service::Nasty;
