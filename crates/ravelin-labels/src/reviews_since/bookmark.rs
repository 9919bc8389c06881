//! The position of an export, in a form that can be stored.

use std::fmt;

use customer_api_core::{Timestamp, pages::PagesError};
use serde::{Deserialize, Serialize};

use super::resume::changed;
use crate::{Review, Unreadable};

/// The version of the stored form. Increase it when the computation of the digest changes.
const VERSION: u8 = 1;

/// The position of a list of reviews: its start time, the number of delivered reviews, and a digest over those reviews.
///
/// Returned by [`ReviewsSince::bookmark`](super::ReviewsSince::bookmark). Store it after every page, for example as JSON, together with
/// the reviews of the page. Another process continues with [`Client::reviews_after`](crate::Client::reviews_after).
///
/// The stored form is checked. It has a version, and does not depend on the version of Rust. Reading a stored form that can't be used
/// fails. If the bookmark does not match what the provider lists, the list ends with an error before it delivers anything.
///
/// A bookmark contains no review. If few reviews were delivered, a person who has the bookmark can guess the reviews and check the guess
/// against the digest. `Debug` does not show the digest.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Bookmark {
    pub(super) since: Timestamp,
    pub(super) place: Place,
}

impl Bookmark {
    /// The start time of the list.
    #[must_use]
    pub fn since(&self) -> &Timestamp {
        &self.since
    }

    /// The number of delivered reviews since the start time, in all runs together.
    #[must_use]
    pub fn reviews(&self) -> u64 {
        self.place.reviews
    }
}

impl fmt::Debug for Bookmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bookmark")
            .field("since", &self.since)
            .field("reviews", &self.place.reviews)
            .finish_non_exhaustive()
    }
}

/// A bookmark as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u8,
    since: Timestamp,
    reviews: u64,
    /// In hexadecimal, because many readers of JSON can't hold an integer of 64 bits.
    digest: String,
}

impl From<Bookmark> for Stored {
    fn from(bookmark: Bookmark) -> Self {
        Self {
            version: VERSION,
            since: bookmark.since,
            reviews: bookmark.place.reviews,
            digest: format!("{:016x}", bookmark.place.digest),
        }
    }
}

impl TryFrom<Stored> for Bookmark {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        if stored.version != VERSION {
            return Err(
                "the bookmark has a version that this crate does not know: start a new export",
            );
        }
        let damaged = "the bookmark is damaged: start a new export";
        let is_hex =
            stored.digest.len() == 16 && stored.digest.bytes().all(|one| one.is_ascii_hexdigit());
        let place = Place {
            reviews: stored.reviews,
            digest: u64::from_str_radix(&stored.digest, 16).map_err(|_| damaged)?,
        };
        // For 0 reviews, no digest is compared later. Therefore the digest is checked here.
        if !is_hex || (place.reviews == 0 && place != Place::default()) {
            return Err(damaged);
        }
        Ok(Self {
            since: stored.since,
            place,
        })
    }
}

/// A number of reviews from the start of a list, and a digest over those reviews.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    reviews: u64,
    digest: u64,
}

/// The place before the first review. FNV-1a begins with this digest.
impl Default for Place {
    fn default() -> Self {
        Self {
            reviews: 0,
            digest: 0xcbf2_9ce4_8422_2325,
        }
    }
}

impl Place {
    /// Moves past these reviews.
    pub(super) fn pass(&mut self, reviews: &[Review]) {
        for review in reviews {
            self.reviews += 1;
            self.text(Some(&review.customer_id));
            self.text(Some(review.timestamp.as_str()));
            self.text(Some(review.label.as_str()));
            self.text(review.comment.as_deref());
            let reviewer = review.reviewer.as_ref();
            self.text(reviewer.and_then(|one| one.name.as_deref()));
            self.text(reviewer.and_then(|one| one.email.as_deref()));
        }
    }

    /// Adds a text to the digest, and a byte that marks its end: 0xff, or 0xfe for `None`. UTF-8 contains neither byte.
    fn text(&mut self, text: Option<&str>) {
        let end = if text.is_some() { 0xff } else { 0xfe };
        for byte in text.unwrap_or_default().bytes().chain([end]) {
            // FNV-1a. The hash of the standard library may change with the version of Rust.
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// The reviews that a list skips, because they were delivered before the bookmark was made.
#[derive(Clone, Copy, Default)]
pub(super) struct Skip {
    passed: Place,
    until: Place,
}

impl Skip {
    pub(super) fn until(place: Place) -> Self {
        Self {
            passed: Place::default(),
            until: place,
        }
    }

    /// Removes from a page the reviews and reports that were delivered before the bookmark was made.
    pub(super) fn apply(
        &mut self,
        reviews: &mut Vec<Review>,
        unreadable: &mut Vec<Unreadable>,
    ) -> Result<(), PagesError> {
        let left = self.until.reviews.saturating_sub(self.passed.reviews);
        if left == 0 {
            return Ok(());
        }
        let here = usize::try_from(left).map_or(reviews.len(), |left| left.min(reviews.len()));
        let known: Vec<Review> = reviews.drain(..here).collect();
        self.passed.pass(&known);
        if self.passed.reviews < self.until.reviews {
            // A delivered review follows this page. Therefore the reports of this page were delivered, too.
            unreadable.clear();
        } else if self.passed != self.until {
            return Err(changed());
        }
        Ok(())
    }

    /// Checks the end of the list: it must not lack a review that was delivered.
    pub(super) fn finish(&self) -> Result<(), PagesError> {
        if self.passed.reviews < self.until.reviews {
            return Err(changed());
        }
        Ok(())
    }
}
