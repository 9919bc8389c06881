//! The task that reads ahead.

use std::{
    collections::HashSet,
    hash::{BuildHasher, Hash, RandomState},
    time::Duration,
};

use tokio::sync::mpsc;

use super::{Fetched, Next, Page, PageSource, PagesError, PagesErrorKind};
use crate::Timestamp;

/// What travels from the task to the consumer. The end is said, never guessed: a task that dies says nothing.
pub(super) enum Delivery<I> {
    Page {
        page: Page<I>,
        newest: Option<Timestamp>,
        is_last: bool,
    },
    Failed(PagesError),
}

/// What a provider that just failed is given before a list begins anew, once for every failure in a row.
const RESTART_PAUSE: Duration = Duration::from_millis(200);

/// Restarts without a single new item between them.
const FUTILE_RESTARTS: u32 = 3;

/// Reads pages until the end, a failure, or the consumer's departure.
pub(super) async fn read<S: PageSource>(
    mut source: S,
    max_pages: u64,
    consumer: mpsc::Sender<Delivery<S::Item>>,
) {
    let mut guard = Guard::new(max_pages);
    let mut cursor = None;
    let mut number = 0;
    let mut futile = 0;
    loop {
        // A place in the buffer comes first: what is asked for can then be kept, and memory stays bounded.
        let Ok(place) = consumer.reserve().await else {
            return;
        };
        let fetched = match source.fetch(cursor.as_ref()).await {
            Ok(fetched) => guard
                .admit(&fetched, source.keeps_cursor())
                .map(|()| fetched),
            Err(failure) => Err(failure),
        };
        let fetched = match fetched {
            Ok(fetched) => fetched,
            Err(failure) => {
                futile += 1;
                let restart = if futile > FUTILE_RESTARTS {
                    Err(failure)
                } else {
                    source.restart(failure)
                };
                match restart {
                    Ok(()) => {
                        guard.restart();
                        cursor = None;
                        tokio::time::sleep(RESTART_PAUSE * futile).await;
                        continue;
                    }
                    Err(failure) => return place.send(Delivery::Failed(failure)),
                }
            }
        };
        let Fetched {
            items,
            next,
            newest,
            ..
        } = fetched;
        let (next, ends_without_notice) = match next {
            Next::Cursor(next) => (Some(next), false),
            Next::End => (None, false),
            Next::EndWithoutNotice => (None, true),
        };
        let is_last = next.is_none();
        if !items.is_empty() {
            futile = 0;
            number += 1;
        }
        if !items.is_empty() || is_last {
            let page = Page {
                items,
                number,
                ends_without_notice,
            };
            place.send(Delivery::Page {
                page,
                newest,
                is_last,
            });
        }
        if is_last {
            return;
        }
        cursor = next;
    }
}

/// Notices a provider that never ends, or goes round in circles.
struct Guard {
    max_pages: u64,
    pages: u64,
    hasher: RandomState,
    last_cursor: Option<u64>,
    seen_cursors: HashSet<u64>,
    last_fingerprint: Option<u64>,
}

impl Guard {
    fn new(max_pages: u64) -> Self {
        Self {
            max_pages,
            pages: 0,
            hasher: RandomState::new(),
            last_cursor: None,
            seen_cursors: HashSet::new(),
            last_fingerprint: None,
        }
    }

    fn admit<I, C: Hash>(
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
        let fingerprint = page.fingerprint;
        if fingerprint.is_some() && fingerprint == self.last_fingerprint {
            return Err(PagesError::new(
                PagesErrorKind::Repeated,
                "the same page came twice in a row",
            ));
        }
        self.last_fingerprint = fingerprint;
        if let Next::Cursor(cursor) = &page.next {
            let cursor = self.hasher.hash_one(cursor);
            let is_kept = keeps_cursor && self.last_cursor == Some(cursor);
            if !is_kept && !self.seen_cursors.insert(cursor) {
                return Err(PagesError::new(
                    PagesErrorKind::Repeated,
                    "the provider went back to an earlier page",
                ));
            }
            self.last_cursor = Some(cursor);
        }
        Ok(())
    }

    /// A new beginning may well see the same cursors and pages; the count goes on.
    fn restart(&mut self) {
        self.last_cursor = None;
        self.seen_cursors.clear();
        self.last_fingerprint = None;
    }
}
