//! Scrolls: cursors whose position is kept on the server, and which expire if no request follows in
//! time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::history::Review;
use super::scroll_options::{ScrollCourse, ScrollIds, ScrollOptions, SinceBound, SinceFormat};
use super::sequence::{Sequence, mix, time_of};

/// A scroll whose next page can still be requested.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenScroll {
    /// The number of pages that the scroll has served, including lost responses.
    pub pages: usize,
    /// The number of reviews on those pages.
    pub reviews: usize,
    /// The time until the scroll expires if no request follows, by the sandbox's clock.
    pub expires_in: Duration,
}

/// All scrolls of the server.
#[derive(Debug, Default)]
pub(super) struct Scrolls {
    open: BTreeMap<u64, Scroll>,
    started: u64,
    /// The numbers of pages after which the next scrolls end, in the order in which the scrolls
    /// start.
    deaths: VecDeque<usize>,
    pages: usize,
}

#[derive(Debug)]
struct Scroll {
    sequence: Sequence,
    since: Since,
    position: u64,
    /// The position at which the last page with reviews began.
    last_start: u64,
    pages: usize,
    reviews: usize,
    answered: Duration,
    dies_after: Option<usize>,
}

/// One page, before it becomes JSON.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) key: u64,
    /// The cursor for the next page.
    pub(super) scroll_id: String,
    pub(super) reviews: Vec<Arc<Review>>,
    /// Whether the `meta` of this page marks the end of the scroll.
    pub(super) last: bool,
}

impl Scrolls {
    /// Starts a scroll and serves its first page.
    pub(super) fn start(
        &mut self,
        sequence: Sequence,
        since: Since,
        now: Duration,
        options: &ScrollOptions,
    ) -> Page {
        self.bury(now, options.life);
        self.started += 1;
        let key = mix(self.started);
        let mut scroll = Scroll {
            sequence,
            since,
            position: 0,
            last_start: 0,
            pages: 0,
            reviews: 0,
            answered: now,
            dies_after: self.deaths.pop_front(),
        };
        let page = scroll.serve(key, now, options);
        self.keep(key, scroll);
        page
    }

    /// Serves the next page of the scroll to which a cursor belongs. Returns `None` if the scroll
    /// does not exist any more.
    pub(super) fn follow(
        &mut self,
        scroll_id: &str,
        now: Duration,
        options: &ScrollOptions,
    ) -> Option<Page> {
        self.bury(now, options.life);
        let key = scroll_id.get(..16)?;
        let key = u64::from_str_radix(key, 16).ok()?;
        let issued = |scroll: &Scroll| {
            (0..=scroll.pages)
                .rev()
                .any(|page| scroll_id_of(key, page) == scroll_id)
        };
        self.open.get(&key).filter(|scroll| issued(scroll))?;
        let mut scroll = self.open.remove(&key)?;
        let page = scroll.serve(key, now, options);
        self.keep(key, scroll);
        Some(page)
    }

    /// Counts a served page. Keeps the scroll open, unless it ends after this page.
    fn keep(&mut self, key: u64, scroll: Scroll) {
        self.pages += 1;
        if scroll.dies_after.is_none_or(|most| scroll.pages < most) {
            self.open.insert(key, scroll);
        }
    }

    /// Starts the lifetime of a scroll again, because a response is sent now.
    pub(super) fn answered(&mut self, key: u64, now: Duration) {
        if let Some(scroll) = self.open.get_mut(&key) {
            scroll.answered = now;
        }
    }

    pub(super) fn open(&mut self, now: Duration, life: Duration) -> Vec<OpenScroll> {
        self.bury(now, life);
        let scrolls = self.open.values().map(|scroll| OpenScroll {
            pages: scroll.pages,
            reviews: scroll.reviews,
            expires_in: scroll.answered.saturating_add(life).saturating_sub(now),
        });
        scrolls.collect()
    }

    pub(super) fn pages(&self) -> usize {
        self.pages
    }

    pub(super) fn kill(&mut self) {
        self.open.clear();
    }

    /// Removes everything except the number of started scrolls, so that no later cursor equals an
    /// earlier one.
    pub(super) fn reset(&mut self) {
        *self = Self {
            started: self.started,
            ..Self::default()
        };
    }

    pub(super) fn die_after(&mut self, pages: usize) {
        self.deaths.push_back(pages);
    }

    fn bury(&mut self, now: Duration, life: Duration) {
        self.open
            .retain(|_, scroll| now.saturating_sub(scroll.answered) < life);
    }
}

impl Scroll {
    fn serve(&mut self, key: u64, now: Duration, options: &ScrollOptions) -> Page {
        let mut page = self.page(key, options);
        if page.reviews.is_empty() && options.course == ScrollCourse::LastPageForever {
            self.position = self.last_start;
            page = self.page(key, options);
        }
        if options.course == ScrollCourse::FirstPageForever {
            self.position = 0;
        }
        self.pages += 1;
        self.reviews += page.reviews.len();
        self.answered = now;
        let numbered = match options.ids {
            ScrollIds::New => self.pages,
            ScrollIds::Same => 0,
        };
        page.scroll_id = scroll_id_of(key, numbered);
        page
    }

    /// Returns the next page, and moves the position past its reviews.
    fn page(&mut self, key: u64, options: &ScrollOptions) -> Page {
        let start = self.position;
        let mut reviews = Vec::new();
        while reviews.len() < options.page_size {
            let Some(review) = self.sequence.get(self.position) else {
                break;
            };
            self.position += 1;
            if self.since.includes(&review) {
                reviews.push(review);
            }
        }
        if !reviews.is_empty() {
            self.last_start = start;
        }
        let ends = matches!(
            options.course,
            ScrollCourse::EndsWithoutNext | ScrollCourse::EndsWithoutMeta
        );
        Page {
            key,
            scroll_id: String::new(),
            last: ends && !self.has_more(),
            reviews,
        }
    }

    /// Moves the position to the next matching review. Returns whether there is one.
    fn has_more(&mut self) -> bool {
        while let Some(review) = self.sequence.get(self.position) {
            if self.since.includes(&review) {
                return true;
            }
            self.position += 1;
        }
        false
    }
}

/// A cursor. It is opaque to clients, and contains a character that a query must escape.
fn scroll_id_of(key: u64, page: usize) -> String {
    let noise = mix(key ^ page as u64) >> 32;
    format!("{key:016x}{noise:08x}==")
}

/// The start time of a scroll. Reviews from this time on match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Since {
    time: Option<Timestamp>,
    exclusive: bool,
}

impl Since {
    /// Reads the parameter. Returns `None` if it is present and can't be read.
    pub(super) fn read(text: Option<&str>, options: &ScrollOptions) -> Option<Self> {
        let time = match (text, options.since_bound) {
            (None, _) | (_, SinceBound::Ignored) => None,
            (Some(text), _) => Some(match options.since_parameter.1 {
                SinceFormat::Rfc3339 => text.parse().ok()?,
                SinceFormat::UnixSeconds => Timestamp::from_second(text.parse().ok()?).ok()?,
                SinceFormat::UnixMillis => Timestamp::from_millisecond(text.parse().ok()?).ok()?,
            }),
        };
        Some(Self {
            time,
            exclusive: options.since_bound == SinceBound::Exclusive,
        })
    }

    /// A review with an unreadable time always matches.
    fn includes(self, review: &Review) -> bool {
        let Some((since, made)) = self.time.zip(time_of(review)) else {
            return true;
        };
        made > since || made == since && !self.exclusive
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ravelin::RavelinOptions;

    fn included(options: RavelinOptions, text: &str) -> Option<Vec<bool>> {
        let since = Since::read(Some(text), &options.scroll)?;
        let times = ["2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z", "never"];
        let reviews = times.map(|time| Review::new("c", "GENUINE", time));
        Some(reviews.iter().map(|one| since.includes(one)).collect())
    }

    #[test]
    fn since_has_three_formats_and_three_bounds() {
        let options = RavelinOptions::default;
        let format = |format| options().since_parameter("from", format);
        let later = Some(vec![false, true, true]);
        let all = Some(vec![true; 3]);
        let time = "2020-01-01T02:00:01+02:00";
        assert_eq!(included(options(), time), later);
        let seconds = format(SinceFormat::UnixSeconds);
        assert_eq!(included(seconds.clone(), "1577836801"), later);
        assert_eq!(included(seconds.clone(), "2020-01-01T00:00:01Z"), None);
        let millis = format(SinceFormat::UnixMillis);
        assert_eq!(included(millis, "1577836800001"), later);
        let exclusive = seconds.clone().since_bound(SinceBound::Exclusive);
        assert_eq!(included(exclusive, "1577836800"), later);
        assert_eq!(included(seconds, "1577836800"), all);
        let ignored = options().since_bound(SinceBound::Ignored);
        assert_eq!(included(ignored, "nonsense"), all);
    }
}
