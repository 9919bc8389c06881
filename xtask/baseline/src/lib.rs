//! Hand-written calls to Ravelin and Omnidesk, as a good engineer would write them: typed and with timeouts. After a
//! failure, they do not report whether the call happened. The benchmarks compare the provider crates with these calls.

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
