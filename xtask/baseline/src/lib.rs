//! Calls of Ravelin and Omnidesk as a good engineer writes them by hand: typed, with timeouts, and without a report of
//! what happened after a failure. The provider crates are measured against it.

mod help_desk;
mod ravelin;

pub use help_desk::{HelpDesk, NewCustomer, Update, Written};
pub use ravelin::{Author, Label, Page, PageMeta, Ravelin, Receipt, Review, Reviewer};

/// Makes the HTTP client that all clients share.
fn http() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .user_agent("shop/1.0")
        .connect_timeout(std::time::Duration::from_secs(5))
        .timeout(std::time::Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .build()
}
