//! An in-memory model of the provider's scroll, as the sheets describe it. The cursor moves with every processed request, whether or
//! not its response arrives.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use customer_api_core::{
    async_trait,
    transport::{Body, Transport, TransportError, TransportErrorKind},
};
use ravelin_labels::{Client, Timestamp};
use serde_json::{Value, json};

pub(crate) const BASE: &str = "https://api.ravelin.com";

/// 2020-01-01T00:00:00Z.
pub(crate) const DAWN: i64 = 1_577_836_800;

/// The failure of a request, by the request's number from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    /// The request is processed, and the response is lost.
    Lost,
    /// The cursor has expired. A first page has no cursor.
    Gone,
    /// The request is not processed. The response has this status and perhaps a `Retry-After`.
    Turned(u16, Option<u64>),
    /// This attempt gets no connection.
    Unreachable,
}

/// A review: seconds after [`DAWN`], and the customer's number.
pub(crate) type Entry = (i64, u32);

#[derive(Clone)]
pub(crate) struct Provider(Arc<Mutex<State>>);

pub(crate) struct State {
    pub(crate) reviews: Vec<Entry>,
    pub(crate) page_size: usize,
    pub(crate) inclusive: bool,
    /// Whether every new scroll has another order.
    pub(crate) reshuffles: bool,
    pub(crate) fates: HashMap<usize, Fate>,
    pub(crate) one_cursor: bool,
    pub(crate) ends_without_empty_page: bool,
    pub(crate) next_prefix: String,
    pub(crate) queries: Vec<String>,
    /// The `Retry-After` of the last response.
    retry_after: Option<u64>,
    /// For a customer, the odd member of the review.
    pub(crate) odd: HashMap<u32, (&'static str, Value)>,
    scrolls: HashMap<String, Vec<Entry>>,
    requests: usize,
    started: usize,
}

impl Provider {
    pub(crate) fn new(reviews: Vec<Entry>, page_size: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            reviews,
            page_size,
            inclusive: true,
            reshuffles: false,
            fates: HashMap::new(),
            one_cursor: false,
            ends_without_empty_page: false,
            next_prefix: format!("{BASE}/v2/label/customer"),
            queries: Vec::new(),
            retry_after: None,
            odd: HashMap::new(),
            scrolls: HashMap::new(),
            requests: 0,
            started: 0,
        })))
    }

    pub(crate) fn with(self, change: impl FnOnce(&mut State)) -> Self {
        change(&mut self.0.lock().unwrap());
        self
    }

    pub(crate) fn fails(self, number: usize, fate: Fate) -> Self {
        self.with(|state| {
            state.fates.insert(number, fate);
        })
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder("sk_test")
            .transport(self.clone())
            .build()
            .unwrap()
    }

    /// Returns the queries of all requests that arrived.
    pub(crate) fn queries(&self) -> Vec<String> {
        self.0.lock().unwrap().queries.clone()
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Provider")
    }
}

impl State {
    fn response(&mut self, query: &str) -> Result<(u16, Value), TransportErrorKind> {
        self.requests += 1;
        let fate = self.fates.get(&self.requests).copied();
        if matches!(fate, Some(Fate::Unreachable)) {
            return Err(TransportErrorKind::Connect);
        }
        self.queries.push(query.to_owned());
        self.retry_after = None;
        if let Some(Fate::Turned(status, retry_after)) = fate {
            self.retry_after = retry_after;
            return Ok((status, json!({ "status": status, "message": "not now" })));
        }
        let scroll = match query.strip_prefix("scroll_id=") {
            Some(id) => id.to_owned(),
            None => self.start(query),
        };
        if matches!(fate, Some(Fate::Gone)) && query.starts_with("scroll_id=") {
            self.scrolls.remove(&scroll);
        }
        let Some(rest) = self.scrolls.get_mut(&scroll) else {
            return Ok((404, json!({ "status": 404, "message": "no such scroll" })));
        };
        let page: Vec<Entry> = rest.drain(..self.page_size.min(rest.len())).collect();
        let is_last = rest.is_empty() && self.ends_without_empty_page;
        let next = if self.one_cursor {
            scroll.clone()
        } else {
            format!("{scroll}x")
        };
        if !self.one_cursor {
            let rest = self.scrolls.remove(&scroll).unwrap();
            self.scrolls.insert(next.clone(), rest);
        }
        if matches!(fate, Some(Fate::Lost)) {
            return Err(TransportErrorKind::Interrupted);
        }
        let reviews: Vec<Value> = page
            .into_iter()
            .map(|entry| {
                let mut review = written(entry);
                if let Some((name, value)) = self.odd.get(&entry.1) {
                    review[*name] = value.clone();
                }
                review
            })
            .collect();
        let link = (!is_last).then(|| format!("{}?scroll_id={next}", self.next_prefix));
        Ok((200, json!({ "meta": { "next": link }, "reviews": reviews })))
    }

    /// Starts a scroll over the reviews since the start time.
    fn start(&mut self, query: &str) -> String {
        let (_, since) = url_decoded(query);
        let since = since.parse::<Timestamp>().unwrap().unix_seconds() - DAWN;
        let inclusive = self.inclusive;
        let is_new = |(second, _): &Entry| {
            if inclusive {
                *second >= since
            } else {
                *second > since
            }
        };
        let mut reviews: Vec<Entry> = self.reviews.iter().copied().filter(is_new).collect();
        if self.reshuffles && !reviews.is_empty() {
            let middle = (self.started * 7 + 3) % reviews.len();
            reviews.rotate_left(middle);
            reviews.reverse();
        }
        self.started += 1;
        let id = format!("s{}", self.started);
        self.scrolls.insert(id.clone(), reviews);
        id
    }
}

#[async_trait]
impl Transport for Provider {
    async fn send(
        &self,
        request: customer_api_core::http::Request<bytes::Bytes>,
    ) -> Result<customer_api_core::http::Response<Body>, TransportError> {
        assert_eq!(request.uri().path(), "/v2/label/customer");
        assert_eq!(request.headers()["authorization"], "token sk_test");
        let mut state = self.0.lock().unwrap();
        let (status, body) = state
            .response(request.uri().query().unwrap_or_default())
            .map_err(TransportError::new)?;
        let mut response = customer_api_core::http::Response::builder().status(status);
        if let Some(seconds) = state.retry_after {
            response = response.header("retry-after", seconds);
        }
        Ok(response.body(body.to_string().into()).unwrap())
    }
}

fn written((second, customer): Entry) -> Value {
    json!({ "customerId": format!("c{customer}"), "label": "GENUINE", "timestamp": at(second).as_str() })
}

/// Returns the time `second` seconds after [`DAWN`].
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_seconds(DAWN + second).unwrap()
}

/// Converts a review back into an entry.
pub(crate) fn entry(review: &ravelin_labels::Review) -> Entry {
    (
        review.timestamp.unix_seconds() - DAWN,
        review.customer_id.trim_start_matches('c').parse().unwrap(),
    )
}

/// Returns the only pair of a query.
fn url_decoded(query: &str) -> (String, String) {
    let (name, value) = query.split_once('=').unwrap();
    (name.to_owned(), value.replace("%3A", ":"))
}
