//! Exports all reviews with the client's stream of pages.

use std::time::Duration;

use ravelin_labels::{Client, Timestamp};
use serde::{Deserialize, Serialize};

use super::runtime;
use crate::{Failure, callers::KEY, clock, settings::Settings};

/// The cost of an export.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Exported {
    pub(crate) reviews: usize,
    pub(crate) seconds: f64,
    /// The part of the time that the consumer spent on its own work.
    pub(crate) consumer_seconds: f64,
    /// The peak of live bytes beyond those before the export, if the process counts them.
    pub(crate) peak_bytes: usize,
}

/// `consumer-ms` is the consumer's working time per page, in addition to reading the page.
pub(crate) fn run(settings: &Settings, peak: Option<fn() -> usize>) -> Result<Exported, Failure> {
    let work = Duration::from_millis(settings.get("consumer-ms")?);
    let client = Client::builder(KEY)
        .base_url(settings.text("url")?)
        .build()?;
    let since: Timestamp = "2026-01-01T00:00:00Z".parse()?;
    let runtime = runtime()?;
    let before = peak.map(|peak| {
        peak();
        peak()
    });
    let mut exported = Exported::default();
    let began = clock::now();
    runtime.block_on(async {
        let mut pages = client.reviews_since(since);
        while let Some(page) = pages.next_page().await? {
            let began = clock::now();
            exported.reviews += page.items.len();
            // Waits, as a consumer does that writes to a disk or to a database.
            if work > Duration::ZERO {
                tokio::time::sleep(work).await;
            }
            drop(page);
            exported.consumer_seconds += began.elapsed().as_secs_f64();
        }
        Ok::<_, Failure>(())
    })?;
    exported.seconds = began.elapsed().as_secs_f64();
    if let (Some(before), Some(peak)) = (before, peak) {
        exported.peak_bytes = peak().saturating_sub(before);
    }
    Ok(exported)
}
