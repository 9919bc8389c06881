//! The task that reads ahead.

use tokio::sync::mpsc;

use super::{Fetched, Next, Page, PageSource, PagesError, guard::Guard};
use crate::{
    Timestamp,
    retry::{ExponentialBackoff, LONGEST_ASKED},
};

/// A message from the task to the consumer. The last page is marked, because the channel also closes when the task dies.
pub(super) enum Message<I> {
    Page {
        page: Page<I>,
        newest: Option<Timestamp>,
        is_last: bool,
    },
    Failed(PagesError),
}

/// The maximum number of restarts without a new item between them.
const FUTILE_RESTARTS: u32 = 3;

/// Reads pages until the end, until a failure, or until the consumer is dropped.
pub(super) async fn read<S: PageSource>(
    mut source: S,
    max_pages: u64,
    consumer: mpsc::Sender<Message<S::Item>>,
) {
    let mut guard = Guard::new(max_pages);
    let mut cursor = None;
    let mut number = 0;
    let mut futile = 0;
    loop {
        // Room in the buffer is reserved before the page is fetched. Therefore the page can be kept, and memory stays bounded.
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
                let asked = failure.call().and_then(crate::Error::asked_wait);
                let is_hopeless = futile > FUTILE_RESTARTS || asked > Some(LONGEST_ASKED);
                let restart = if is_hopeless {
                    Err(failure)
                } else {
                    source.restart(failure)
                };
                match restart {
                    Ok(()) => {
                        guard.restart();
                        cursor = None;
                        tokio::time::sleep(ExponentialBackoff::DEFAULT.after(futile, asked)).await;
                        continue;
                    }
                    Err(failure) => return place.send(Message::Failed(failure)),
                }
            }
        };
        let Fetched {
            items,
            unreadable,
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
        // A page that contains only records that can't be read is not empty.
        let is_empty = items.is_empty() && unreadable.is_empty();
        if !is_empty {
            futile = 0;
            number += 1;
        }
        if !is_empty || is_last {
            let page = Page {
                items,
                unreadable,
                number,
                ends_without_notice,
            };
            place.send(Message::Page {
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
