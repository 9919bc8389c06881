//! Memory use stays flat however long the list is. This test is a separate program because it counts every allocation.
#![cfg(test)]

use std::sync::atomic::{AtomicU64, Ordering};

use customer_api_core::{
    async_trait,
    http::{Request, Response},
    transport::{Body, Transport, TransportError},
};
use peak_alloc::PeakAlloc;
use ravelin_labels::{Client, Resume, Timestamp};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const PAGE: u64 = 1_000;

/// Generates pages of a thousand reviews each.
#[derive(Debug)]
struct Endless {
    pages: u64,
    served: AtomicU64,
}

#[async_trait]
impl Transport for Endless {
    async fn send(&self, _: Request<bytes::Bytes>) -> Result<Response<Body>, TransportError> {
        let page = self.served.fetch_add(1, Ordering::SeqCst);
        let mut body = format!(
            r#"{{"meta":{{"next":"https://api.ravelin.com/v2/label/customer?scroll_id=s{page:08}"}},"reviews":["#
        );
        if page < self.pages {
            let minute = format!(
                "2020-01-{:02}T{:02}:{:02}",
                1 + page / 1_440,
                page / 60 % 24,
                page % 60
            );
            for number in 0..PAGE {
                let comma = if number == 0 { "" } else { "," };
                body += comma;
                body += r#"{"customerId":"customer-"#;
                body += &format!("{page:08}-{number:04}");
                body += r#"","label":"GENUINE","reviewer":{"name":"Ana","email":"ana@shop.example"},"timestamp":""#;
                body += &minute;
                body += &format!(":{:02}Z\"}}", number * 60 / PAGE);
            }
        }
        body += "]}";
        Ok(Response::new(body.into()))
    }
}

/// Returns the number of reviews that were read, and the peak of allocated bytes meanwhile.
fn peak_of(reviews: u64, resume: Resume) -> (u64, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let transport = Endless {
        pages: reviews / PAGE,
        served: AtomicU64::new(0),
    };
    let client = Client::builder("sk_test")
        .transport(transport)
        .build()
        .unwrap();
    let since: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let read = runtime.block_on(async {
        let mut pages = client.reviews_since(since).resume(resume);
        let mut read = 0;
        while let Some(page) = pages.next_page().await.unwrap() {
            read += page.items.len() as u64;
        }
        read
    });
    (read, ALLOCATOR.peak_usage() - before)
}

#[test]
fn a_million_reviews_need_no_more_memory_than_ten_thousand() {
    // With resume on, the reader remembers what it delivered. This is the harder case.
    let (read, small) = peak_of(10_000, Resume::FromNewest);
    assert_eq!(read, 10_000);
    let (read, large) = peak_of(1_000_000, Resume::FromNewest);
    assert_eq!(read, 1_000_000);
    assert!(
        large * 10 <= small * 11,
        "{small} bytes for 10,000 reviews, {large} bytes for 1,000,000"
    );
}
