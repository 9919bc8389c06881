//! The list of all reviews, in pages of a thousand.

use std::fmt::Write as _;

use super::responses;

/// The number of reviews on a page, as on the provider's pages.
pub(crate) const PAGE: u64 = 1_000;

/// Reviews are numbered with a fixed number of digits, so that every page has the same length.
const DIGITS: usize = 8;

/// A list of reviews.
pub(super) struct Pages {
    reviews: u64,
}

impl Pages {
    pub(super) fn new(reviews: u64) -> Self {
        Self { reviews }
    }

    /// Writes the page that a query requests: the first one, or the one that its cursor names.
    pub(super) fn write(&self, response: &mut Vec<u8>, query: &str, url: &str) {
        let number = query.strip_prefix("scroll_id=");
        let number = number.and_then(|number| number.parse().ok()).unwrap_or(0);
        let first = (number * PAGE).min(self.reviews);
        let last = (first + PAGE).min(self.reviews);
        responses::json(response, page(first..last, number + 1, url).as_bytes());
    }
}

/// Returns the JSON of a page.
pub(crate) fn page(reviews: std::ops::Range<u64>, next: u64, url: &str) -> String {
    let mut page = String::with_capacity(160 * 1_000);
    // Writing to a string can't fail.
    let _ = write!(
        page,
        r#"{{"meta":{{"next":"{url}{}?scroll_id={next}"}},"reviews":["#,
        responses::REVIEWS
    );
    let first = reviews.start;
    for number in reviews {
        let comma = if number == first { "" } else { "," };
        let label = if number % 3 == 0 {
            "FRAUDSTER"
        } else {
            "GENUINE"
        };
        let _ = write!(
            page,
            r#"{comma}{{"customerId":"customer-{number:0DIGITS$}","label":"{label}","reviewer":{{"name":"Ana Silva","email":"ana.silva@shop.example"}},"timestamp":"2026-01-23T{:02}:{:02}:{:02}Z"}}"#,
            number / 3_600 % 24,
            number / 60 % 60,
            number % 60,
        );
    }
    page.push_str("]}");
    page
}
