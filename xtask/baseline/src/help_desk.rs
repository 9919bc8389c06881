use reqwest::multipart::Form;
use serde::{Deserialize, Serialize};

/// A hand-written client.
#[derive(Clone, Debug)]
pub struct HelpDesk {
    http: reqwest::Client,
    base_url: String,
    api_key: String,
}

/// A customer to create.
#[derive(Debug)]
#[non_exhaustive]
pub struct NewCustomer<'a> {
    brand_id: u64,
    primary_id: &'a str,
    firstname: &'a str,
    lastname: &'a str,
    extra_email: &'a str,
}

/// The changes to a customer.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Update<'a> {
    #[serde(rename = "brandID")]
    brand_id: u64,
    firstname: &'a str,
    lastname: &'a str,
    #[serde(rename = "customerChannelType_0")]
    channel_type: &'a str,
    #[serde(rename = "customerChannelValue_0")]
    channel_value: &'a str,
}

/// The response to a write.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Written {
    /// The provider's error.
    pub message: Option<String>,
}

impl<'a> NewCustomer<'a> {
    /// Makes a customer.
    #[must_use]
    pub fn new(
        brand_id: u64,
        primary_id: &'a str,
        firstname: &'a str,
        lastname: &'a str,
        extra_email: &'a str,
    ) -> Self {
        Self {
            brand_id,
            primary_id,
            firstname,
            lastname,
            extra_email,
        }
    }
}

impl<'a> Update<'a> {
    /// Makes a change of the name and one channel.
    #[must_use]
    pub fn new(
        brand_id: u64,
        firstname: &'a str,
        lastname: &'a str,
        channel_type: &'a str,
        channel_value: &'a str,
    ) -> Self {
        Self {
            brand_id,
            firstname,
            lastname,
            channel_type,
            channel_value,
        }
    }
}

impl HelpDesk {
    /// Makes a client for a key.
    ///
    /// # Errors
    ///
    /// Fails if the HTTP client can't be set up.
    pub fn new(base_url: impl Into<String>, api_key: impl Into<String>) -> reqwest::Result<Self> {
        Ok(Self {
            http: crate::http()?,
            base_url: base_url.into(),
            api_key: api_key.into(),
        })
    }

    /// Creates a customer.
    ///
    /// # Errors
    ///
    /// Fails if the call fails in any way.
    pub async fn create(&self, customer: NewCustomer<'_>) -> reqwest::Result<Written> {
        let form = Form::new()
            .text("brand_id", customer.brand_id.to_string())
            .text("primary_id", customer.primary_id.to_owned())
            .text("firstname", customer.firstname.to_owned())
            .text("lastname", customer.lastname.to_owned())
            .text("extra_email", customer.extra_email.to_owned());
        let request = self
            .http
            .post(format!("{}/api/v2/customer", self.base_url))
            .header("apikey", &self.api_key)
            .multipart(form);
        request.send().await?.error_for_status()?.json().await
    }

    /// Changes a customer.
    ///
    /// # Errors
    ///
    /// Fails if the call fails in any way.
    pub async fn update(&self, id: u64, update: &Update<'_>) -> reqwest::Result<Written> {
        let request = self
            .http
            .put(format!("{}/api/v2/customer/{id}", self.base_url))
            .header("apikey", &self.api_key)
            .form(update);
        request.send().await?.error_for_status()?.json().await
    }
}
