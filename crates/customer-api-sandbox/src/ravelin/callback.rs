//! The callback that Ravelin sends to a merchant's server after a review in its dashboard.

use super::Ravelin;
use super::history::Review;
use crate::server::Server;

/// A request that Ravelin would send to your server. The sandbox does not send it. A test passes it to the code that handles callbacks.
///
/// Documented by <https://developer.ravelin.com/merchant/api/callbacks/manual-reviews>.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallbackRequest {
    /// The method.
    pub method: &'static str,
    /// Header names and values. Headers that depend on the receiver's address, such as `Host`, are not included.
    pub headers: Vec<(&'static str, String)>,
    /// The body: JSON in UTF-8.
    pub body: Vec<u8>,
}

/// The callbacks.
impl Server<Ravelin> {
    /// Returns the token of the callbacks, or `None` if callbacks have no token.
    #[must_use]
    pub fn callback_token(&self) -> Option<String> {
        self.provider.options().callback_token.clone()
    }

    /// Returns the callback that Ravelin would send after the customer's review that arrived last, or `None` if the customer has no review.
    /// Sends nothing.
    ///
    /// Ravelin sends callbacks for reviews in its dashboard. Whether it sends them for labels from its API is not documented. This method
    /// returns a callback for either.
    #[must_use]
    pub fn review_callback(&self, customer_id: &str) -> Option<CallbackRequest> {
        let history = self.provider.history();
        let last = history.of(customer_id).last()?;
        Some(CallbackRequest::new(last, self.callback_token().as_deref()))
    }
}

impl CallbackRequest {
    /// Makes the request for a review. Its body has the documented members only, without the comment and the category.
    pub(super) fn new(review: &Review, token: Option<&str>) -> Self {
        let authorization = token.map(|token| ("authorization", format!("token {token}")));
        let content_type = "application/json; charset=utf-8".to_owned();
        Self {
            method: "POST",
            headers: authorization
                .into_iter()
                .chain([("content-type", content_type)])
                .collect(),
            body: review.to_json_without_comment().to_string().into_bytes(),
        }
    }

    /// Returns the value of a header, or `None` if the request does not have it.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| &**value)
    }
}
