use serde::{Deserialize, Serialize};

/// A hand-written client.
#[derive(Clone, Debug)]
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
    reviewer: Option<Reviewer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
}

/// The person who labels.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Reviewer<'a> {
    name: &'a str,
    email: &'a str,
}

/// The response to a label.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Receipt {
    /// The time of recording, in one version of the provider's page.
    pub event_time: Option<String>,
    /// The time of recording, in another version.
    pub timestamp: Option<String>,
    /// The category.
    pub category: Option<String>,
    /// The person who labelled.
    pub author: Option<Author>,
    /// The review.
    pub review: Option<String>,
    /// A colour.
    pub review_band: Option<String>,
    /// The comment.
    pub review_text: Option<String>,
    /// The customer.
    pub entity_id: Option<String>,
    /// The labelled item.
    pub entity_type: Option<String>,
}

/// A review.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Review {
    /// The customer.
    pub customer_id: String,
    /// The review's content.
    pub label: String,
    /// The reason.
    pub comment: Option<String>,
    /// The reviewer.
    pub reviewer: Option<Author>,
    /// The time of the review.
    pub timestamp: String,
}

/// The person who made a review.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Author {
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
}

/// A page of reviews.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Page {
    /// The link to the next page.
    pub meta: Option<PageMeta>,
    /// The reviews.
    pub reviews: Option<Vec<Review>>,
}

/// The link to the next page.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct PageMeta {
    /// The URL of the next page.
    pub next: Option<String>,
}

impl<'a> Label<'a> {
    /// Makes a label for payment fraud.
    #[must_use]
    pub fn new(review: &'a str, comment: Option<&'a str>, reviewer: Option<Reviewer<'a>>) -> Self {
        Self {
            category: "PAYMENT_FRAUD",
            review,
            reviewer,
            comment,
        }
    }
}

impl<'a> Reviewer<'a> {
    /// Makes a person who labels.
    #[must_use]
    pub fn new(name: &'a str, email: &'a str) -> Self {
        Self { name, email }
    }
}

impl Ravelin {
    /// Makes a client for a secret key.
    ///
    /// # Errors
    ///
    /// Fails if the HTTP client can't be set up.
    pub fn new(
        base_url: impl Into<String>,
        secret_key: impl Into<String>,
    ) -> reqwest::Result<Self> {
        Ok(Self {
            http: crate::http()?,
            base_url: base_url.into(),
            secret_key: secret_key.into(),
        })
    }

    /// Labels a customer.
    ///
    /// # Errors
    ///
    /// Fails if the call fails in any way.
    pub async fn label(
        &self,
        customer: &str,
        review: &str,
        comment: Option<&str>,
        reviewer: Option<Reviewer<'_>>,
    ) -> reqwest::Result<Receipt> {
        let label = Label::new(review, comment, reviewer);
        let request = self
            .http
            .post(format!("{}/v2/customer/{customer}/labels", self.base_url))
            .json(&label);
        let response = self.authorized(request).send().await?;
        response.error_for_status()?.json().await
    }

    /// Reads the last review of a customer.
    ///
    /// # Errors
    ///
    /// Fails if the call fails in any way.
    pub async fn last_review(&self, customer: &str) -> reqwest::Result<Option<Review>> {
        let request = self
            .http
            .get(format!("{}/v2/label/customer/{customer}", self.base_url));
        let response = self.authorized(request).send().await?;
        response.error_for_status()?.json().await
    }

    fn authorized(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.header("authorization", format!("token {}", self.secret_key))
    }
}
