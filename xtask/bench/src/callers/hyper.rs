//! The lower bound: hyper, the library below reqwest, with only the code that the four calls need.

use baseline::{Label, Receipt, Review, Reviewer, Written};
use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Uri,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, USER_AGENT},
};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::de::DeserializeOwned;

use super::{
    BRAND, CHANNEL, COMMENT, CUSTOMER, Call, Caller, EMAIL, ID, KEY, NAME, REVIEWER, expect,
};
use crate::Failure;

/// The multipart boundary, of the length that the other clients use.
const BOUNDARY: &str = "0123456789abcdef0123456789abcdef";

/// A raw client.
#[derive(Clone, Debug)]
pub(crate) struct Hyper {
    http: Client<HttpConnector, Full<Bytes>>,
    url: String,
    token: HeaderValue,
    key: HeaderValue,
}

/// The parts of a request that differ between the calls.
struct Sent {
    method: Method,
    path: String,
    content_type: Option<HeaderValue>,
    body: Vec<u8>,
}

impl Hyper {
    pub(crate) fn new(url: &str) -> Result<Self, Failure> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Ok(Self {
            http: Client::builder(TokioExecutor::new()).build(connector),
            url: url.to_owned(),
            token: HeaderValue::try_from(format!("token {KEY}"))?,
            key: HeaderValue::from_static(KEY),
        })
    }

    async fn send<T: DeserializeOwned>(
        &self,
        sent: Sent,
        (name, credential): (HeaderName, &HeaderValue),
    ) -> Result<T, Failure> {
        let mut request = Request::new(Full::new(Bytes::from(sent.body)));
        *request.method_mut() = sent.method;
        *request.uri_mut() = Uri::try_from(format!("{}{}", self.url, sent.path))?;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        headers.insert(USER_AGENT, HeaderValue::from_static("shop/1.0"));
        headers.insert(name, credential.clone());
        if let Some(content_type) = sent.content_type {
            headers.insert(CONTENT_TYPE, content_type);
        }
        let response = self.http.request(request).await?;
        expect(response.status().is_success())?;
        let body = response.into_body().collect().await?.to_bytes();
        Ok(serde_json::from_slice(&body)?)
    }

    fn token(&self) -> (HeaderName, &HeaderValue) {
        (AUTHORIZATION, &self.token)
    }

    fn key(&self) -> (HeaderName, &HeaderValue) {
        (HeaderName::from_static("apikey"), &self.key)
    }
}

impl Caller for Hyper {
    async fn call(&self, call: Call) -> Result<(), Failure> {
        match call {
            Call::JsonWrite => {
                let reviewer = Reviewer::new(REVIEWER.0, REVIEWER.1);
                let label = Label::new("FRAUDSTER", Some(COMMENT), Some(reviewer));
                let sent = Sent {
                    method: Method::POST,
                    path: format!("/v2/customer/{CUSTOMER}/labels"),
                    content_type: Some(HeaderValue::from_static("application/json")),
                    body: serde_json::to_vec(&label)?,
                };
                let receipt: Receipt = self.send(sent, self.token()).await?;
                expect(receipt.entity_id.as_deref() == Some(CUSTOMER))
            }
            Call::Get => {
                let sent = Sent {
                    method: Method::GET,
                    path: format!("/v2/label/customer/{CUSTOMER}"),
                    content_type: None,
                    body: Vec::new(),
                };
                let review: Option<Review> = self.send(sent, self.token()).await?;
                expect(review.is_some_and(|review| review.customer_id == CUSTOMER))
            }
            Call::Multipart => {
                let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
                let sent = Sent {
                    method: Method::POST,
                    path: "/api/v2/customer".to_owned(),
                    content_type: Some(HeaderValue::try_from(content_type)?),
                    body: multipart(),
                };
                let written: Written = self.send(sent, self.key()).await?;
                expect(written.message.is_some())
            }
            Call::Urlencoded => {
                let form = HeaderValue::from_static("application/x-www-form-urlencoded");
                let sent = Sent {
                    method: Method::PUT,
                    path: format!("/api/v2/customer/{ID}"),
                    content_type: Some(form),
                    body: urlencoded(),
                };
                let written: Written = self.send(sent, self.key()).await?;
                expect(written.message.is_some())
            }
        }
    }
}

fn multipart() -> Vec<u8> {
    let brand = BRAND.to_string();
    let mut body = String::with_capacity(1_024);
    for (name, value) in [
        ("brand_id", brand.as_str()),
        ("primary_id", CUSTOMER),
        ("firstname", NAME.0),
        ("lastname", NAME.1),
        ("extra_email", EMAIL),
    ] {
        for piece in [
            "--",
            BOUNDARY,
            "\r\nContent-Disposition: form-data; name=\"",
            name,
            "\"\r\n\r\n",
            value,
            "\r\n",
        ] {
            body.push_str(piece);
        }
    }
    for piece in ["--", BOUNDARY, "--\r\n"] {
        body.push_str(piece);
    }
    body.into()
}

fn urlencoded() -> Vec<u8> {
    let mut body = form_urlencoded::Serializer::new(String::with_capacity(128));
    body.append_pair("brandID", &BRAND.to_string())
        .append_pair("firstname", NAME.0)
        .append_pair("lastname", NAME.1)
        .append_pair("customerChannelType_0", CHANNEL)
        .append_pair("customerChannelValue_0", EMAIL);
    body.finish().into()
}
