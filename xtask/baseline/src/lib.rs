//! Ravelin's label calls as a good engineer writes them by hand: typed, with time-outs, and no promise about what
//! happened when something fails. The provider crates are measured against it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A hand-written client.
#[derive(Debug)]
pub struct Ravelin {
    http: reqwest::Client,
    base_url: String,
    secret_key: String,
}

/// A label.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Label<'a> {
    category: &'static str,
    review: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
}

/// A review.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Review {
    /// The customer.
    #[serde(rename = "customerId")]
    pub customer_id: String,
    /// What the review says.
    pub label: String,
    /// The reason.
    pub comment: Option<String>,
    /// When it was made.
    pub timestamp: String,
}

impl Ravelin {
    /// A client for a secret key.
    ///
    /// # Errors
    ///
    /// If the HTTP client can't be set up.
    pub fn new(
        base_url: impl Into<String>,
        secret_key: impl Into<String>,
    ) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            http,
            base_url: base_url.into(),
            secret_key: secret_key.into(),
        })
    }

    /// Labels a customer.
    ///
    /// # Errors
    ///
    /// If the call fails in any way.
    pub async fn label(
        &self,
        customer: &str,
        review: &str,
        comment: Option<&str>,
    ) -> reqwest::Result<()> {
        let label = Label {
            category: "PAYMENT_FRAUD",
            review,
            comment,
        };
        let request = self
            .http
            .post(format!("{}/v2/customer/{customer}/labels", self.base_url))
            .json(&label);
        self.authorized(request).send().await?.error_for_status()?;
        Ok(())
    }

    /// Reads the last review of a customer.
    ///
    /// # Errors
    ///
    /// If the call fails in any way.
    pub async fn last_review(&self, customer: &str) -> reqwest::Result<Option<Review>> {
        let request = self
            .http
            .get(format!("{}/v2/label/customer/{customer}", self.base_url));
        self.authorized(request)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await
    }

    fn authorized(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.header("authorization", format!("token {}", self.secret_key))
    }
}
