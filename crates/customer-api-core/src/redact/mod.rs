//! Keeps secrets and personal data out of printed text.

mod entities;
mod escapes;
mod needles;
mod phone;
mod printable;
mod readings;
pub(crate) mod redacted;
mod scrubber;
#[cfg(test)]
mod tests;
mod view;

pub use printable::OneLine;
pub(crate) use scrubber::Scrubber;
