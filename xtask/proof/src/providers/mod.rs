//! The providers, with a sample of each operation.

mod omnidesk;
mod ravelin;
mod revnue;

pub use omnidesk::Omnidesk;
pub use ravelin::Ravelin;
pub use revnue::Revnue;
