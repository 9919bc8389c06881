//! Keeps a list from continuing forever.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, Hash, RandomState},
};

use super::{Fetched, Next, PagesError, PagesErrorKind};

/// The maximum number of items in a list, as a multiple of the reported total. The total may be out of date, and a list may
/// grow.
const LEEWAY: u64 = 2;

/// Detects a list that never ends, or that goes in circles.
pub(super) struct Guard {
    max_pages: u64,
    pages: u64,
    hasher: RandomState,
    last_cursor: Option<u64>,
    seen_cursors: HashSet<u64>,
    /// The hash of each page so far, and the total that was reported with the page.
    seen_pages: HashMap<u64, Option<u64>>,
    items: u64,
    /// The largest reported total, without those that may count only one page.
    total: Option<u64>,
}

impl Guard {
    pub(super) fn new(max_pages: u64) -> Self {
        Self {
            max_pages,
            pages: 0,
            hasher: RandomState::new(),
            last_cursor: None,
            seen_cursors: HashSet::new(),
            seen_pages: HashMap::new(),
            items: 0,
            total: None,
        }
    }

    pub(super) fn admit<I, C: Hash>(
        &mut self,
        page: &Fetched<I, C>,
        keeps_cursor: bool,
    ) -> Result<(), PagesError> {
        self.pages += 1;
        if self.pages > self.max_pages {
            return Err(PagesError::new(
                PagesErrorKind::TooManyPages,
                "there are more pages than allowed",
            ));
        }
        let count = u64::try_from(page.items.len()).unwrap_or(u64::MAX);
        self.check_page(page.fingerprint, count, page.total)?;
        match &page.next {
            Next::Cursor(cursor) => {
                self.check_total(count, page.total)?;
                self.check_cursor(cursor, keeps_cursor)
            }
            Next::End | Next::EndWithoutNotice => Ok(()),
        }
    }

    /// Refuses a page that was seen before, because the list then goes in circles. If the reported total has since grown by at least the
    /// number of the page's items, the page is accepted: new items may have shifted the earlier ones by a page.
    fn check_page(
        &mut self,
        fingerprint: Option<u64>,
        count: u64,
        total: Option<u64>,
    ) -> Result<(), PagesError> {
        let Some(fingerprint) = fingerprint else {
            return Ok(());
        };
        let Some(before) = self.seen_pages.insert(fingerprint, total) else {
            return Ok(());
        };
        let growth = total
            .zip(before)
            .and_then(|(now, before)| now.checked_sub(before));
        if growth.is_some_and(|growth| growth >= count.max(1)) {
            return Ok(());
        }
        Err(PagesError::new(
            PagesErrorKind::Repeated,
            "the provider sent an earlier page again",
        ))
    }

    /// Limits the number of items by the reported total. A total that is not greater than the number of the page's items is
    /// ignored, because it may count only that page.
    fn check_total(&mut self, count: u64, total: Option<u64>) -> Result<(), PagesError> {
        self.items = self.items.saturating_add(count);
        self.total = self.total.max(total.filter(|total| *total > count));
        let most = self.total.map(|total| total.saturating_mul(LEEWAY));
        if most.is_some_and(|most| self.items > most) {
            return Err(PagesError::new(
                PagesErrorKind::TooManyPages,
                "there are far more items than the provider reports",
            ));
        }
        Ok(())
    }

    fn check_cursor<C: Hash>(&mut self, cursor: &C, keeps_cursor: bool) -> Result<(), PagesError> {
        let cursor = self.hasher.hash_one(cursor);
        let is_kept = keeps_cursor && self.last_cursor == Some(cursor);
        if !is_kept && !self.seen_cursors.insert(cursor) {
            return Err(PagesError::new(
                PagesErrorKind::Repeated,
                "the provider went back to an earlier page",
            ));
        }
        self.last_cursor = Some(cursor);
        Ok(())
    }

    /// Prepares for a restart, which may return the same cursors and pages again. The count of pages is not reset.
    pub(super) fn restart(&mut self) {
        self.last_cursor = None;
        self.seen_cursors.clear();
        self.seen_pages.clear();
        self.items = 0;
    }
}
