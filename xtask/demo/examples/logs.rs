//! Logs everything except the bytes of the connection. The page on delivery and retries quotes the filter.

use customer_api_sandbox::Sandbox;
use ravelin_labels::{
    Client, LabelCustomer, PaymentFraudReview, customer_api_core::reqwest::Client as Http,
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let filter = Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_target("reqwest::connect::verbose", LevelFilter::OFF);
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer())
        .with(filter)
        .init();

    let sandbox = Sandbox::start().await?;
    let ravelin = Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        // Prints every byte of the connection, if the filter lets it.
        .http(|| Http::builder().connection_verbose(true))
        .build()?;
    let label = LabelCustomer::payment_fraud("cust-4711", PaymentFraudReview::Fraudster);
    ravelin.send(label).await?;
    Ok(())
}
