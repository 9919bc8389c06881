//! `crates/customer-api-core/README.md`.

use std::sync::atomic::{AtomicU64, Ordering};

use customer_api_core::{
    BuildError, Client, ClientBuilder, Delivery, Operation, ProviderClient, Service, async_trait,
    auth::KeyCredential,
    bytes::Bytes,
    error::{DecodeError, ValidationError},
    http,
    operation::{Method, OperationInfo},
    request::Encoder,
    reqwest,
    response::ResponseBody,
    transport::{
        Body, HttpSettings, ReqwestTransport, ScriptedResponse, ScriptedTransport, Transport,
        TransportError,
    },
};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[derive(Debug)]
struct Shop;

impl Service for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }
    fn user_agent(&self) -> &'static str {
        "shop-client/1.0"
    }
    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://shop.example")
    }
}

struct CountOrders {
    customer: String,
}

impl Operation for CountOrders {
    type Service = Shop;
    type Output = u64;
    const INFO: &'static OperationInfo = &OperationInfo::new(
        "countOrders",
        Method::Get,
        "/v1/customers/{customer}/orders/count",
    );

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        request.path("customer", &self.customer)
    }
    fn decode(body: &ResponseBody) -> Result<u64, DecodeError> {
        body.json()
    }
}

#[tokio::test]
async fn a_service_and_an_operation_are_all_that_a_client_needs() -> Outcome {
    // A script in place of the server: see the feature `test-util`.
    let script = ScriptedTransport::new().then(ScriptedResponse::status(200).body("3"));
    let shop = Client::builder(Shop, KeyCredential::bearer("a-token"))
        .transport(script.clone())
        .build()?;
    let customer = "cust-1".to_owned();
    assert_eq!(shop.send(CountOrders { customer }).await?, 3);
    let request = &script.requests()[0];
    assert_eq!(request.uri().path(), "/v1/customers/cust-1/orders/count");
    Ok(())
}

fn by_proxy<C: ProviderClient>(
    builder: ClientBuilder<C>,
    proxy: reqwest::Proxy,
) -> ClientBuilder<C> {
    builder.http(move || reqwest::Client::builder().proxy(proxy.clone()))
}

#[tokio::test]
async fn a_proxy_that_is_not_there_means_that_nothing_is_sent() -> Outcome {
    let builder: ClientBuilder<_> = Client::builder(Shop, KeyCredential::bearer("a-token"));
    let shop = by_proxy(builder, reqwest::Proxy::all("http://127.0.0.1:1")?);
    let shop: Result<Client<Shop>, BuildError> = shop.build();
    let customer = "cust-1".to_owned();
    let error = shop?.send(CountOrders { customer }).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    Ok(())
}

#[derive(Debug)]
struct Counting {
    inner: ReqwestTransport,
    sent: AtomicU64,
}

#[async_trait]
impl Transport for Counting {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.inner.send(request).await
    }
}

#[tokio::test]
async fn a_transport_wraps_another() -> Outcome {
    let sandbox = customer_api_sandbox::Sandbox::start().await?;
    let server = sandbox.ravelin();
    let counting = Counting {
        inner: ReqwestTransport::new(&HttpSettings::new(server.base_url().parse()?))?,
        sent: AtomicU64::new(0),
    };
    let ravelin = ravelin_labels::Client::builder(server.secret_key())
        .base_url(server.base_url())
        .transport(counting)
        .build()?;
    ravelin
        .send(ravelin_labels::LastReview::new("cust-1"))
        .await?;
    assert_eq!(server.requests().len(), 1);
    Ok(())
}
