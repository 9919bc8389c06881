//! The list of all reviews: the methods that control and show scrolls, and the JSON of their pages.

use std::sync::Arc;

use serde_json::{Value, json};

use super::history::Review;
use super::scroll::{OpenScroll, Page, Since};
use super::scroll_options::{EmptyPage, LateFollowUp, ScrollCourse};
use super::sequence::{Sequence, Source};
use super::{Ravelin, lock, set};
use crate::http1::Response;
use crate::provider::{Call, Outcome, Provider as _};
use crate::server::Server;

/// The scrolls over all customers' reviews.
impl Server<Ravelin> {
    /// Adds `count` generated reviews to future scrolls. `review` makes each review from its index whenever the review
    /// is served, so even a million generated reviews take no memory. Generated reviews count as older than the stored
    /// reviews. Among the generated reviews, a greater index counts as newer. Only scrolls show them. `review` must not
    /// call this server.
    pub fn review_source(
        &self,
        count: u64,
        review: impl Fn(u64) -> Review + Send + Sync + 'static,
    ) {
        let source = Source {
            count,
            review: Arc::new(review),
        };
        *lock(&self.provider.source) = Some(source);
    }

    /// Returns the scrolls whose next page can still be requested. A scroll that has reached its end stays open until
    /// it expires, although it has only empty pages left.
    #[must_use]
    pub fn open_scrolls(&self) -> Vec<OpenScroll> {
        let now = self.provider.clock.now();
        let life = self.provider.options().scroll.life;
        lock(&self.provider.scrolls).open(now, life)
    }

    /// Returns how many pages all scrolls have served, including empty pages and lost responses.
    #[must_use]
    pub fn scroll_pages_served(&self) -> usize {
        lock(&self.provider.scrolls).pages()
    }

    /// Ends all open scrolls, as if their lifetime had passed.
    pub fn expire_scrolls(&self) {
        self.provider.expire_scrolls();
    }

    /// Makes a future scroll end once it has served `pages` pages. Each call of this method applies
    /// to one scroll: the first call to the next scroll, the second to the scroll after it.
    /// Further scrolls live as usual.
    pub fn scroll_dies_after(&self, pages: usize) {
        lock(&self.provider.scrolls).die_after(pages);
    }
}

impl Ravelin {
    pub(super) fn all_reviews(&self, call: &Call<'_>) -> Outcome {
        let options = self.options();
        let options = &options.scroll;
        let page = if let Some(scroll_id) = call.query.get("scroll_id") {
            let now = self.clock.now();
            match lock(&self.scrolls).follow(scroll_id, now, options) {
                Some(page) => page,
                None => return Outcome::unchanged(self.late(scroll_id)),
            }
        } else {
            let parameter = &options.since_parameter.0;
            let Some(since) = Since::read(call.query.get(parameter), options) else {
                let message = format!("Invalid Request: {parameter} can't be read");
                return Outcome::unchanged(self.error(400, &message));
            };
            let source = lock(&self.source).clone();
            let sequence = Sequence::new(source, self.shown(), options.order);
            let now = self.clock.now();
            lock(&self.scrolls).start(sequence, since, now, options)
        };
        let (clock, scrolls) = (Arc::clone(&self.clock), Arc::clone(&self.scrolls));
        let key = page.key;
        Outcome {
            on_answer: Some(Box::new(move || lock(&scrolls).answered(key, clock.now()))),
            ..Outcome::unchanged(self.page(&page))
        }
    }

    fn shown(&self) -> Vec<Arc<Review>> {
        let history = self.history();
        let shown = history.all().iter().filter(|review| self.shows(review));
        shown.cloned().collect()
    }

    fn page(&self, page: &Page) -> Response {
        if page.reviews.is_empty() {
            return self.empty_page(&page.scroll_id);
        }
        let reviews = page.reviews.iter();
        let reviews: Vec<Value> = reviews.map(|one| one.to_json_without_comment()).collect();
        let mut body = json!({ "reviews": reviews });
        match self.options().scroll.course {
            ScrollCourse::EndsWithoutMeta if page.last => {}
            ScrollCourse::EndsWithoutNext if page.last => set(&mut body, "meta", json!({})),
            _ => set(&mut body, "meta", self.meta(&page.scroll_id)),
        }
        self.response(200, body)
    }

    fn empty_page(&self, scroll_id: &str) -> Response {
        let options = self.options();
        let options = &options.scroll;
        let mut body = json!({ "meta": {} });
        if options.empty_page_next {
            set(&mut body, "meta", self.meta(scroll_id));
        }
        match options.empty_page {
            EmptyPage::EmptyList => set(&mut body, "reviews", json!([])),
            EmptyPage::Null => set(&mut body, "reviews", Value::Null),
            EmptyPage::Missing => {}
        }
        self.response(200, body)
    }

    fn meta(&self, scroll_id: &str) -> Value {
        let own = || format!("{}/v2/label/customer", self.base_url);
        let url = self.options().scroll.next_url.clone().unwrap_or_else(own);
        let escaped = scroll_id.replace('=', "%3D");
        json!({ "next": format!("{url}?scroll_id={escaped}") })
    }

    /// Returns the response to a follow-up whose scroll does not exist any more.
    fn late(&self, scroll_id: &str) -> Response {
        match self.options().scroll.late {
            LateFollowUp::NotFound => self.error(404, "Not Found"),
            LateFollowUp::BadRequest => self.error(400, "Invalid Request: unknown scroll_id"),
            LateFollowUp::EmptyPage => self.empty_page(scroll_id),
        }
    }
}
