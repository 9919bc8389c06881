//! A compact record of the reviews that were delivered. With it, a list can resume without losing or duplicating a review.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use customer_api_core::{
    Timestamp,
    pages::{PagesError, PagesErrorKind},
};
use serde::Deserialize;

use crate::{Review, Unreadable};

/// The order (oldest first) counts as proven after this number of reviews that were newer than the review before them.
const EVIDENCE: u32 = 16;

/// The reviews that were delivered: all of them as one chained hash, and those of the newest two seconds one by one.
#[derive(Default)]
pub(super) struct Delivered {
    count: u64,
    chain: u64,
    order: Order,
    newest: Newest,
    filter: Filter,
    /// Whether any delivered review has a time that can't be read. It is unknown whether a later reading must contain such a
    /// review.
    has_timeless: bool,
}

/// One entry of a page, in the page's order: a review, or a record that can't be read as one.
pub(super) struct Listed {
    /// The entry's place in the page.
    pub(super) index: usize,
    second: Option<i64>,
    identity: u64,
    pub(super) review: Option<Review>,
}

/// The number of deliveries of each review in the newest second and in the second before.
#[derive(Clone, Default)]
struct Newest {
    second: Option<i64>,
    times: HashMap<(i64, u64), u32>,
}

/// The order of the reviews: whether one was older than the review before it, and how many were newer.
#[derive(Default)]
struct Order {
    is_broken: bool,
    rises: u32,
    last: Option<i64>,
}

/// The reviews that a new reading skips.
#[derive(Default)]
enum Filter {
    #[default]
    Nothing,
    /// Skips reviews of the newest seconds, as often as they were delivered.
    Newest(Newest),
    /// Skips `left` reviews from the start, if they chain to the same hash.
    Start {
        left: u64,
        chain: u64,
        expected: u64,
    },
}

impl Delivered {
    /// Records the entries of a page, and returns the new ones.
    pub(super) fn admit(&mut self, page: Vec<Listed>) -> Result<Vec<Listed>, PagesError> {
        let mut admitted = Vec::with_capacity(page.len());
        for listed in page {
            let Listed {
                second, identity, ..
            } = listed;
            let is_known = self.is_known(second, identity)?;
            if let Some(second) = second {
                self.order.see(second, !is_known);
            }
            if !is_known {
                self.count += 1;
                self.chain = link(self.chain, identity);
                match second {
                    Some(second) => self.newest.add(second, identity),
                    None => self.has_timeless = true,
                }
                admitted.push(listed);
            }
        }
        Ok(admitted)
    }

    /// Checks the end of the list: a new reading must not lack a review that was delivered before.
    pub(super) fn finish(&self) -> Result<(), PagesError> {
        match self.filter {
            Filter::Start { left, .. } if left > 0 => Err(changed()),
            Filter::Newest(ref left) if left.has_newest() => Err(changed()),
            _ => Ok(()),
        }
    }

    /// Prepares for a new reading, and returns the time at which the new reading begins: one second before the newest review, but never
    /// before the start time. If the order is not proven yet, or the time of a delivered review can't be read, the new reading begins at
    /// the start time. Returns `None` if a review was older than the review before it.
    pub(super) fn resume_from_newest(&mut self, since: &Timestamp) -> Option<Timestamp> {
        if self.order.is_broken {
            return None;
        }
        let is_shown = self.order.rises >= EVIDENCE && !self.has_timeless;
        let newest = self.newest.second.filter(|_| is_shown);
        let Some(newest) = newest else {
            self.resume_from_start();
            return Some(since.clone());
        };
        self.order.begin();
        self.filter = Filter::Newest(self.newest.clone());
        if newest - 1 <= since.unix_seconds() {
            return Some(since.clone());
        }
        Timestamp::from_unix_seconds(newest - 1).ok()
    }

    /// Prepares for a reading that begins at the start time.
    pub(super) fn resume_from_start(&mut self) {
        self.order.begin();
        self.filter = Filter::Start {
            left: self.count,
            chain: 0,
            expected: self.chain,
        };
    }

    /// Whether the review was delivered before the list resumed.
    fn is_known(&mut self, second: Option<i64>, identity: u64) -> Result<bool, PagesError> {
        match &mut self.filter {
            Filter::Nothing | Filter::Start { left: 0, .. } => Ok(false),
            // Every delivered review has a time. Otherwise the new reading would have begun at the start time.
            Filter::Newest(left) => second.map_or(Ok(false), |second| {
                // This review is later than the newest second. All delivered reviews of that second must have come again by now.
                if left.second.is_some_and(|newest| second > newest) && left.has_newest() {
                    return Err(changed());
                }
                Ok(left.remove(second, identity))
            }),
            Filter::Start {
                left,
                chain,
                expected,
            } => {
                *left -= 1;
                *chain = link(*chain, identity);
                if *left == 0 && chain != expected {
                    Err(changed())
                } else {
                    Ok(true)
                }
            }
        }
    }
}

impl Newest {
    fn add(&mut self, second: i64, identity: u64) {
        let newest = *self.second.get_or_insert(second);
        if second > newest {
            self.second = Some(second);
            self.times.retain(|(other, _), _| *other >= second - 1);
        }
        if second >= newest - 1 {
            *self.times.entry((second, identity)).or_default() += 1;
        }
    }

    /// Whether any review of the newest second is left.
    fn has_newest(&self) -> bool {
        self.times
            .iter()
            .any(|((second, _), times)| Some(*second) == self.second && *times > 0)
    }

    /// Counts one delivery of the review as repeated. Returns `false` if no delivery is left.
    fn remove(&mut self, second: i64, identity: u64) -> bool {
        match self.times.get_mut(&(second, identity)) {
            Some(times) if *times > 0 => {
                *times -= 1;
                true
            }
            _ => false,
        }
    }
}

impl Order {
    /// Records a review's second. Only a new review counts as evidence.
    fn see(&mut self, second: i64, is_new: bool) {
        match self.last {
            Some(last) if second < last => self.is_broken = true,
            Some(last) if second > last && is_new => self.rises = self.rises.saturating_add(1),
            _ => {}
        }
        self.last = Some(second);
    }

    /// Begins a new reading, whose first review may be older than the last one.
    fn begin(&mut self) {
        self.last = None;
    }
}

/// Returns the entries of a page in their order, including the records that can't be read.
pub(super) fn listed(reviews: Vec<Review>, unreadable: &[Unreadable]) -> Vec<Listed> {
    let mut left_out = unreadable
        .iter()
        .filter_map(|record| Some((record.left_out()?, record)))
        .peekable();
    let mut reviews = reviews.into_iter();
    let mut page = Vec::with_capacity(reviews.len());
    loop {
        let index = page.len();
        let listed = if let Some((_, record)) = left_out.next_if(|(place, _)| *place == index) {
            Listed {
                index,
                second: second(record.raw()),
                identity: hash(record.raw()),
                review: None,
            }
        } else if let Some(review) = reviews.next() {
            Listed {
                index,
                second: Some(review.timestamp.unix_seconds()),
                identity: identity(&review),
                review: Some(review),
            }
        } else {
            return page;
        };
        page.push(listed);
    }
}

/// Returns the second of a record that can't be read for a reason other than its time.
fn second(raw: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Made {
        timestamp: Timestamp,
    }
    let made: Made = serde_json::from_str(raw).ok()?;
    Some(made.timestamp.unix_seconds())
}

pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Returns a hash that distinguishes reviews, which have no id.
pub(super) fn identity(review: &Review) -> u64 {
    let mut hasher = DefaultHasher::new();
    let reviewer = review.reviewer.as_ref();
    (
        &review.customer_id,
        review.timestamp.as_str(),
        &review.label,
        &review.comment,
    )
        .hash(&mut hasher);
    (reviewer.map(|reviewer| (&reviewer.name, &reviewer.email))).hash(&mut hasher);
    hasher.finish()
}

fn link(chain: u64, hash: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (chain, hash).hash(&mut hasher);
    hasher.finish()
}

pub(super) fn changed() -> PagesError {
    PagesError::new(
        PagesErrorKind::ResumeImpossible,
        "the list can't resume: the provider lists other reviews than before, or in another order",
    )
}
