//! Reports calls and attempts as metrics of OpenTelemetry. The page on observability quotes this program.

use customer_api_sandbox::{Fault, Sandbox};
use opentelemetry::{
    KeyValue,
    metrics::{Histogram, Meter, MeterProvider as _},
};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider};
use ravelin_labels::{
    Client, ErrorKind, LastReview,
    customer_api_core::{
        observe::{AttemptEnd, CallEnd, Observer},
        operation::OperationInfo,
    },
};

/// How long calls and their attempts take. The attributes have the names of the spans' fields.
#[derive(Debug)]
struct Metrics {
    calls: Histogram<f64>,
    attempts: Histogram<f64>,
}

impl Metrics {
    fn new(meter: &Meter) -> Self {
        let seconds = |name| {
            // The bounds that the conventions recommend.
            let bounds = [
                0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
            ];
            let histogram = meter.f64_histogram(name).with_unit("s");
            histogram.with_boundaries(bounds.to_vec()).build()
        };
        Self {
            calls: seconds("api.call.duration"),
            attempts: seconds("api.attempt.duration"),
        }
    }
}

impl Observer for Metrics {
    fn call_ended(&self, call: &CallEnd) {
        let mut attributes = attributes(call.service, call.operation, call.kind);
        if let Some(delivery) = call.delivery {
            attributes.push(KeyValue::new("api.delivery", delivery.as_str()));
        }
        self.calls.record(call.elapsed.as_secs_f64(), &attributes);
    }

    fn attempt_ended(&self, attempt: &AttemptEnd) {
        let mut attributes = attributes(attempt.service, attempt.operation, attempt.kind);
        if let Some(status) = attempt.status {
            attributes.push(KeyValue::new(
                "http.response.status_code",
                i64::from(status),
            ));
        }
        let seconds = attempt.elapsed.as_secs_f64();
        self.attempts.record(seconds, &attributes);
    }
}

fn attributes(
    service: &'static str,
    operation: &'static OperationInfo,
    failed: Option<ErrorKind>,
) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("api.service", service),
        KeyValue::new("api.operation", operation.id),
    ];
    if let Some(kind) = failed {
        attributes.push(KeyValue::new("error.type", kind.as_str()));
    }
    attributes
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A service uses the exporter of `opentelemetry-otlp` in place of this one. The rest stays.
    let provider = SdkMeterProvider::builder()
        .with_resource(Resource::builder().with_service_name("shop").build())
        .with_periodic_exporter(opentelemetry_stdout::MetricExporter::default())
        .build();

    let sandbox = Sandbox::start().await?;
    let ravelin = Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .observer(Metrics::new(&provider.meter("shop")))
        .build()?;
    // The read succeeds the second time.
    sandbox
        .ravelin()
        .fault_on("lastReview", Fault::status(503))?;
    ravelin.send(LastReview::new("cust-1")).await?;

    // Without this, metrics that wait for export are lost.
    provider.shutdown()?;
    Ok(())
}
