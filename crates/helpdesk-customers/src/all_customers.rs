use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use customer_api_core::{
    async_trait,
    pages::{Fetched, Items, List, Page, PageSource, PagesError, PagesErrorKind, Progress},
};

use crate::{Client, Customer, ListCustomers, Unreadable};

/// All customers, page by page; made by [`Client::customers`].
///
/// A page is asked for by the number of customers before it, counted by what arrived. The list ends with an empty page whose
/// `itemTotal`, if any, is reached, or with one that is shorter than asked for and reaches its `itemTotal`; after a full page, no total is believed, unless there are
/// more than twice as many customers as the greatest one says. A task reads [ahead](Self::read_ahead) of its consumer. What is not
/// as documented is reported by its page ([`Page::unreadable`]); an element that is not a customer counts as one of the list, and
/// is left out.
///
/// The order is not documented. A customer that is created or deleted meanwhile may shift the others, so that one comes twice
/// or is missed: compare ids where it matters.
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
/// A [`PagesError`] tells its [`progress`](PagesError::progress): what was delivered before it.
///
/// | [kind](PagesError::kind) | what happened |
/// |---|---|
/// | `Call` | a page could not be read, or a setting is out of its range |
/// | `Incomplete` | a page is empty although its own `itemTotal` tells of more customers than came before it |
/// | `ParameterIgnored` | the response's `itemStart` is not the place that was asked for |
/// | `Repeated` | a page came again, and `itemTotal` did not grow so much that its customers moved on by a page |
/// | `TooManyPages` | there are more pages than [allowed](Self::max_pages), or more than twice as many customers as `itemTotal` |
/// | `NoRuntime`, `Stopped` | it was not called inside a tokio runtime with time and I/O, or that one went away |
/// | `InsideRuntime` | it was waited for inside an async runtime |
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
    /// Reads only what Omnidesk finds for these ASCII letters, digits and spaces; see [`ListCustomers::query`].
    #[must_use]
    pub fn query(self, query: impl Into<String>) -> Self {
        Self(self.0.set(|source| {
            source.list = source.list.clone().query(query);
        }))
    }

    /// How many customers to pass over, such as those that were read before an error; 0 by default.
    #[must_use]
    pub fn start(self, customers: u64) -> Self {
        Self(self.0.set(|source| source.start = customers))
    }

    /// How many customers to ask for at a time, from 1 to 99, which is the default.
    #[must_use]
    pub fn page_size(self, customers: u64) -> Self {
        Self(self.0.set(|source| source.page_size = customers))
    }

    /// How many pages are read before they are asked for; 1 by default, and at least.
    #[must_use]
    pub fn read_ahead(self, pages: usize) -> Self {
        Self(self.0.read_ahead(pages))
    }

    /// How many pages there may be before it counts as a failure; 100,000 by default.
    #[must_use]
    pub fn max_pages(self, pages: u64) -> Self {
        Self(self.0.max_pages(pages))
    }

    /// The next page, or `None` after the last one. Nothing is sent before the first call; settings made after it have no
    /// effect. After an error there are no more pages: `None` is the end of the list only where no error came before it.
    ///
    /// # Errors
    ///
    /// See the table [above](Self).
    pub async fn next_page(&mut self) -> Result<Option<Page<Customer>>, PagesError> {
        self.0.next_page().await
    }

    /// The next page, or `None` after the last one, in a program without a runtime.
    ///
    /// # Errors
    ///
    /// As of [`next_page`](Self::next_page); and of kind `InsideRuntime`, with nothing sent, inside an async runtime.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait_page(&mut self) -> Result<Option<Page<Customer>>, PagesError> {
        self.0.wait_page()
    }

    /// The customers one by one, as a [`Stream`](Items).
    #[must_use]
    pub fn into_items(self) -> Items<Customer> {
        self.0.into_items()
    }

    /// What was delivered so far.
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
    /// What the responses' `itemStart` counts from, once one has told.
    base: Option<u64>,
}

impl Offsets {
    /// Whether a response's `itemStart` is the offset that was asked for. Whether the provider counts from 0 or from 1 is not
    /// documented, so the first response decides.
    fn is_at(&mut self, offset: u64, item_start: u64) -> bool {
        let base = item_start.checked_sub(offset).filter(|base| *base <= 1);
        base.is_some_and(|base| *self.base.get_or_insert(base) == base)
    }
}

/// What tells a page from another: its ids, so that one that comes again is noticed although a customer has changed.
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
        // What is no customer has its place in the list all the same.
        let left_out = unreadable.iter().filter_map(Unreadable::left_out).count();
        if page.items.is_empty() && left_out == 0 {
            // The place that was asked for is not the end of the list, says the page itself.
            if page.item_total.is_some_and(|total| total > offset) {
                return Err(PagesError::new(
                    PagesErrorKind::Incomplete,
                    "an empty page's `itemTotal` tells of more customers than came before it",
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
                "the response's `itemStart` is not the place that was asked for",
            ));
        }
        let fingerprint = fingerprint(&page.items, &unreadable);
        let count = u64::try_from(page.items.len() + left_out).unwrap_or(u64::MAX);
        let next = offset.saturating_add(count);
        // Of a total, nothing but its name is documented: a full page outweighs it.
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
