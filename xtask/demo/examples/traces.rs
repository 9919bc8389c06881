//! Sends the spans of two calls to OpenTelemetry. The page on observability quotes this program.
#![expect(clippy::print_stdout, reason = "a program prints its results")]

use customer_api_sandbox::{Fault, Sandbox};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use ravelin_labels::{Client, LabelCustomer, LastReview, PaymentFraudReview};
use tracing::{Instrument as _, level_filters::LevelFilter};
use tracing_subscriber::{
    filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A service uses the exporter of `opentelemetry-otlp` in place of this one. The rest stays.
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name("shop").build())
        .with_batch_exporter(opentelemetry_stdout::SpanExporter::default())
        .build();
    // Only the spans of the clients and of your own program, not those of other dependencies.
    let wanted = Targets::new()
        .with_target("customer_api_core", LevelFilter::INFO)
        .with_target(env!("CARGO_CRATE_NAME"), LevelFilter::INFO);
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("shop"))
        .with_location(false)
        .with_threads(false);
    tracing_subscriber::registry()
        .with(layer)
        .with(wanted)
        .init();

    let sandbox = Sandbox::start().await?;
    let ravelin = Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .build()?;
    // The label is stored, and its response is lost. The read succeeds the second time.
    sandbox
        .ravelin()
        .fault_on("labelCustomer", Fault::reset_before_head().processed())?;
    sandbox
        .ravelin()
        .fault_on("lastReview", Fault::status(503))?;

    let settle = async {
        let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster);
        if let Err(error) = ravelin.send(label).await {
            println!("{error}");
        }
        ravelin.send(LastReview::new("cust-1")).await
    };
    settle.instrument(tracing::info_span!("settle")).await?;

    // Without this, spans that wait for export are lost.
    provider.shutdown()?;
    Ok(())
}
