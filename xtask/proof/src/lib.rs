//! What holds for every operation of every provider.
//!
//! The tables of operations are generated from the descriptions. Each wants a sample of every operation: a new operation does
//! not compile before it has one, and everything that is proved here is then proved for it, too.

mod entry;
mod generated;
mod provider;
mod providers;
mod words;

pub use entry::{Decode, Entry, Outcome};
pub use provider::Provider;
pub use providers::{CustomerRadar, Omnidesk, Ravelin, Revnue};
pub use words::Words;

/// Calls a generic function once for every provider: `for_every_provider!(check(argument))`.
#[macro_export]
macro_rules! for_every_provider {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        $function::<$crate::Ravelin>($($argument),*);
        $function::<$crate::Omnidesk>($($argument),*);
        $function::<$crate::Revnue>($($argument),*);
        $function::<$crate::CustomerRadar>($($argument),*);
    }};
}
