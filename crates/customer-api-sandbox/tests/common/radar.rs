//! A client of the Customer Radar server, based on an HTTP client that is not ours.

use std::time::Duration;

use customer_api_sandbox::{CustomerRadar, CustomerRadarOptions, Sandbox, Server};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::{Value, json};

use super::sample_time;

pub(crate) const NO_FEEDBACK_CODE: &str = "No Feedback code found for this clientDisplayId, locationDisplayId, pomDisplayId & programmeDisplayId.";
pub(crate) const NO_POSTMARK_ID: &str = "To send an email invitation, the programme must set Postmark ID. Provide correct details & try again.";

/// A response with its body as JSON.
#[derive(Debug)]
pub(crate) struct Said {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Said {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn description(&self) -> String {
        self.json()["description"].as_str().unwrap().to_owned()
    }
}

/// A sandbox with these options and a clock that stands still, and a client with a token.
pub(crate) struct Radar {
    pub sandbox: Sandbox,
    pub http: reqwest::Client,
    pub token: String,
}

impl Radar {
    pub(crate) async fn start(options: CustomerRadarOptions) -> Self {
        let sandbox = Sandbox::builder()
            .customer_radar(options)
            .stepped_clock(sample_time(), Duration::ZERO)
            .start()
            .await
            .unwrap();
        let mut radar = Self {
            sandbox,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            token: String::new(),
        };
        radar.token = radar.fresh_token().await;
        radar
    }

    pub(crate) fn server(&self) -> &Server<CustomerRadar> {
        self.sandbox.customer_radar()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server().base_url())
    }

    pub(crate) async fn log_in(&self, username: &str, password: &str) -> Said {
        let body = json!({ "username": username, "password": password });
        said(self.http.post(self.url("/auth/login")).json(&body)).await
    }

    pub(crate) async fn fresh_token(&self) -> String {
        let server = self.server();
        let response = self.log_in(&server.username(), &server.password()).await;
        response.json()["token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn invite(&self, body: &Value) -> Said {
        self.invite_with(&self.token, body).await
    }

    pub(crate) async fn invite_with(&self, authorization: &str, body: &Value) -> Said {
        let request = self.http.post(self.url("/invitation"));
        said(request.header(AUTHORIZATION, authorization).json(body)).await
    }

    /// Returns the addresses in the outbox.
    pub(crate) fn emails(&self) -> Vec<String> {
        let outbox = self.server().outbox().into_iter();
        outbox.filter_map(|sent| sent.email).collect()
    }
}

pub(crate) async fn said(request: reqwest::RequestBuilder) -> Said {
    let response = request.send().await.unwrap();
    Said {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// Makes an invitation of the client and programme of the default setup.
pub(crate) fn invitation(recipients: &[Value]) -> Value {
    json!({
        "clientDisplayId": "client-1",
        "programmeDisplayId": "programme-1",
        "sendData": recipients,
    })
}

/// Makes a recipient at a location with one POM.
pub(crate) fn recipient(email: &str) -> Value {
    json!({ "email": email, "locationDisplayId": "location-1" })
}
