//! The providers, with a sample of each operation.

mod customer_radar;
mod omnidesk;
mod ravelin;
mod revnue;

pub use customer_radar::CustomerRadar;
pub use omnidesk::Omnidesk;
pub use ravelin::Ravelin;
pub use revnue::Revnue;
