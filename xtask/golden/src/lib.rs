//! The generator's output for an inconvenient description: `openapi.yaml` uses every supported feature, in the least
//! convenient way. Unpublished. Its tests prove the wire bytes, the refusals and the redaction of emitted code.

mod generated;
mod hand_written;
mod service;

#[doc(inline)]
pub use generated::{models::*, operations::*};
pub use hand_written::{Oddity, PlaceOrder};
pub use service::Nasty;
