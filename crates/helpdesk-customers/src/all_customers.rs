use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use customer_api_core::{
    async_trait,
    pages::{Fetched, Items, List, Page, PageSource, PagesError, PagesErrorKind, Progress},
};

use crate::{Client, Customer, ListCustomers, Unreadable};

/// All customers, page by page. Created by [`Client::customers`].
///
/// The client requests each page by an offset: the number of customers before the page. The list ends with an empty page. It also ends
/// with a page that is shorter than requested if, by the page's `itemTotal`, no customer follows. An empty page is an error if its
/// `itemTotal` is greater than its offset. After a full page, the client does not rely on `itemTotal`, except to stop a list with more
/// than twice as many customers as the greatest `itemTotal`. A task reads [ahead](Self::read_ahead) of its consumer. Each page reports
/// its values that are not as documented ([`Page::unreadable`]). An element that is not a customer is omitted, but counts for the offset.
///
/// The order is not documented. A customer that is created or deleted while the list is read may shift the others, so a customer
/// may come twice or be missed. Compare ids where it matters.
///
/// ```no_run
/// # async fn run(omnidesk: helpdesk_customers::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let mut customers = omnidesk.customers();
/// while let Some(page) = customers.next_page().await? {
///     println!("page {} has {} customers", page.number, page.items.len());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The [`progress`](PagesError::progress) of a [`PagesError`] counts what was delivered before the error.
///
/// | [kind](PagesError::kind) | what happened |
/// |---|---|
/// | `Call` | a page could not be read, or a setting is out of its range |
/// | `Incomplete` | a page is empty although its own `itemTotal` is greater than the number of customers before it |
/// | `ParameterIgnored` | the response's `itemStart` is not the requested offset |
/// | `Repeated` | a page came again, and `itemTotal` did not grow by at least the number of customers on it |
/// | `TooManyPages` | there are more pages than [allowed](Self::max_pages), or more than twice as many customers as `itemTotal` |
/// | `NoRuntime`, `Stopped` | the list was not read inside a tokio runtime with time and I/O, or that runtime shut down |
/// | `InsideRuntime` | the program waited for the list inside an async runtime |
#[derive(Debug)]
pub struct AllCustomers(List<Offsets>);

impl Client {
    /// Reads all customers.
    #[must_use]
    pub fn customers(&self) -> AllCustomers {
        let source = Offsets {
            client: self.clone(),
            list: ListCustomers::new(),
            start: 0,
            page_size: 99,
            base: None,
        };
        AllCustomers(List::new(source).read_ahead(1))
    }
}

impl AllCustomers {
    /// Reads only the customers that Omnidesk finds for `query`: ASCII letters, digits and spaces. See [`ListCustomers::query`].
    #[must_use]
    pub fn query(self, query: impl Into<String>) -> Self {
        Self(self.0.set(|source| {
            source.list = source.list.clone().query(query);
        }))
    }

    /// Skips this many customers, such as those that were read before an error. The default is 0.
    #[must_use]
    pub fn start(self, customers: u64) -> Self {
        Self(self.0.set(|source| source.start = customers))
    }

    /// Sets how many customers to request per page, from 1 to 99. The default is 99.
    #[must_use]
    pub fn page_size(self, customers: u64) -> Self {
        Self(self.0.set(|source| source.page_size = customers))
    }

    /// Sets how many pages are read before the consumer asks for them. The default is 1, which is also the minimum.
    #[must_use]
    pub fn read_ahead(self, pages: usize) -> Self {
        Self(self.0.read_ahead(pages))
    }

    /// Sets the maximum number of pages. A list with more pages is an error. The default is 100,000.
    #[must_use]
    pub fn max_pages(self, pages: u64) -> Self {
        Self(self.0.max_pages(pages))
    }

    /// Returns the next page, or `None` after the last one. Nothing is sent before the first call of `next_page`. Settings made after
    /// that have no effect. After an error there are no more pages: `None` is the end of the list only if no error came before it.
    ///
    /// # Errors
    ///
    /// See the table [above](Self).
    pub async fn next_page(&mut self) -> Result<Option<Page<Customer>>, PagesError> {
        self.0.next_page().await
    }

    /// Returns the next page, or `None` after the last one, in a program without a runtime.
    ///
    /// # Errors
    ///
    /// The same errors as [`next_page`](Self::next_page). Inside an async runtime, the method sends nothing and returns an error of kind
    /// `InsideRuntime`.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait_page(&mut self) -> Result<Option<Page<Customer>>, PagesError> {
        self.0.wait_page()
    }

    /// Returns the customers one by one, as a [`Stream`](Items).
    #[must_use]
    pub fn into_items(self) -> Items<Customer> {
        self.0.into_items()
    }

    /// Counts what was delivered so far.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.0.progress()
    }
}

/// Pages by their offset.
#[derive(Debug)]
struct Offsets {
    client: Client,
    list: ListCustomers,
    start: u64,
    page_size: u64,
    /// The number of the first customer in the responses' `itemStart`: 0 or 1. `None` until a response shows it.
    base: Option<u64>,
}

impl Offsets {
    /// Whether a response's `itemStart` is the requested offset. The provider does not document whether `itemStart` counts from 0 or from
    /// 1, so the first response decides.
    fn is_at(&mut self, offset: u64, item_start: u64) -> bool {
        let base = item_start.checked_sub(offset).filter(|base| *base <= 1);
        base.is_some_and(|base| *self.base.get_or_insert(base) == base)
    }
}

/// Identifies a page by its ids, so that a repeated page is noticed even if one of its customers has changed.
fn fingerprint(customers: &[Customer], unreadable: &[Unreadable]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for record in unreadable
        .iter()
        .filter(|record| record.left_out().is_some())
    {
        record.raw().hash(&mut hasher);
    }
    let ids: Option<Vec<_>> = customers.iter().map(|customer| customer.id).collect();
    if let Some(ids) = ids {
        ids.hash(&mut hasher);
    } else {
        for customer in customers {
            customer.raw.hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[async_trait]
impl PageSource for Offsets {
    type Item = Customer;
    type Cursor = u64;

    async fn fetch(&mut self, cursor: Option<&u64>) -> Result<Fetched<Customer, u64>, PagesError> {
        let offset = cursor.copied().unwrap_or(self.start);
        let list = self.list.clone();
        let list = list.item_start(offset).item_limit(self.page_size);
        let (page, unreadable) = self.client.call(list).response().await?.into_parts();
        // An element that is not a customer still counts for the offset.
        let left_out = unreadable.iter().filter_map(Unreadable::left_out).count();
        if page.items.is_empty() && left_out == 0 {
            // The page itself states that the requested offset is not the end of the list.
            if page.item_total.is_some_and(|total| total > offset) {
                return Err(PagesError::new(
                    PagesErrorKind::Incomplete,
                    "an empty page's `itemTotal` is greater than the number of customers before it",
                ));
            }
            return Ok(Fetched::end().unreadable(unreadable));
        }
        if page
            .item_start
            .is_some_and(|start| !self.is_at(offset, start))
        {
            return Err(PagesError::new(
                PagesErrorKind::ParameterIgnored,
                "the response's `itemStart` is not the requested offset",
            ));
        }
        let fingerprint = fingerprint(&page.items, &unreadable);
        let count = u64::try_from(page.items.len() + left_out).unwrap_or(u64::MAX);
        let next = offset.saturating_add(count);
        // The provider documents the name of `itemTotal`, but not its meaning. Therefore the list continues after a full page, even if
        // `itemTotal` is reached.
        let is_short = count < self.page_size;
        let fetched = match page.item_total {
            Some(total) if is_short && next >= total => Fetched::last(page.items),
            _ => Fetched::page(page.items, next),
        };
        let total = page.item_total;
        let further = total.map(|total| total.saturating_sub(self.start));
        Ok(fetched
            .fingerprint(fingerprint)
            .total(further)
            .unreadable(unreadable))
    }
}
