//! Reads a page of a thousand reviews, alternately with the client's operation and with plain `serde_json` into
//! `String`s.

use std::hint::black_box;

use bytes::Bytes;
use customer_api_core::{Operation as _, response::ResponseBody};
use ravelin_labels::AllReviews;
use serde::{Deserialize, Serialize};

use super::seconds_each;
use crate::{
    Failure,
    server::{PAGE, page},
    settings::Settings,
};

/// Seconds per page; one value per round.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Decoded {
    pub(crate) ours: Vec<f64>,
    pub(crate) plain: Vec<f64>,
    pub(crate) page_bytes: usize,
}

/// How often the page is read per round.
const TIMES: u32 = 50;

/// `rounds` is the number of rounds.
pub(crate) fn run(settings: &Settings) -> Result<Decoded, Failure> {
    let page: Bytes = page(0..PAGE, 1, "https://api.ravelin.com").into();
    let mut decoded = Decoded {
        page_bytes: page.len(),
        ..Decoded::default()
    };
    let rounds: usize = settings.get("rounds")?;
    // The first round warms up.
    for round in 0..=rounds {
        let ours = seconds_each(TIMES, || {
            let body = ResponseBody::new(page.clone());
            let read = AllReviews::decode(black_box(&body))?;
            check(Some(read.reviews.len()))
        })?;
        let plain = seconds_each(TIMES, || {
            let read: baseline::Page = serde_json::from_slice(black_box(&page))?;
            check(read.reviews.as_ref().map(Vec::len))
        })?;
        if round > 0 {
            decoded.ours.push(ours);
            decoded.plain.push(plain);
        }
    }
    Ok(decoded)
}

fn check(reviews: Option<usize>) -> Result<(), Failure> {
    if black_box(reviews) == Some(usize::try_from(PAGE)?) {
        Ok(())
    } else {
        Err("the page was not read completely".into())
    }
}
