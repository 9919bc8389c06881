use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use customer_api_core::{
    async_trait,
    http::{HeaderMap, header::LINK},
    pages::{
        Fetched, Items, List, NextLink, Page, PageSource, PagesError, PagesErrorKind, Progress,
    },
};

use crate::{
    Client, Customer, CustomerPage, ListCustomers, Response, Unreadable,
    link::{self, FurtherCustomers},
};

/// All customers of a company, page by page. Created by [`Client::customers`].
///
/// It is not documented whether Revnue pages its lists. The client sends no parameter for paging. A response that is an array is the whole
/// list. A response that is an envelope can contain a link `next` to the next page. The client follows the link, relative or absolute, if
/// it leads to the list itself (same scheme, host, port, path and company). Any other link is an error. A `null` or empty link is the end
/// of the list. A list that is known to be incomplete ends with an error. If a customer can't be read, its page reports the customer
/// ([`Page::unreadable`]), and the list continues.
///
/// ```no_run
/// # async fn run(revnue: revnue_customers::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use revnue_customers::SINGLE_COMPANY;
///
/// let mut customers = revnue.customers(SINGLE_COMPANY);
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
/// | `Call` | a page could not be read, for example because the response has an unknown form |
/// | `ForeignLink` | the link to the next page leads to another place, to another company, or to plain http, as happens behind a proxy that terminates TLS: see [`rebase_links`](Self::rebase_links) |
/// | `Incomplete` | the list has fewer customers than its `count`, or only a header names a next page |
/// | `Repeated` | a link occurred again, or a page occurred again. A repeated page is accepted if `count` has meanwhile grown by at least the number of customers on that page, because new customers may have shifted the earlier ones |
/// | `TooManyPages` | the list has more pages than [allowed](Self::max_pages), or more than twice as many customers as its `count` |
/// | `NoRuntime`, `Stopped` | the call was not made inside a tokio runtime with time and I/O, or that runtime ended |
/// | `InsideRuntime` | a blocking wait was made inside an async runtime |
#[derive(Debug)]
pub struct AllCustomers(List<Links>);

impl Client {
    /// Reads all customers of a company. Pass [`SINGLE_COMPANY`](crate::SINGLE_COMPANY) if the account has only one.
    #[must_use]
    pub fn customers(&self, company: u64) -> AllCustomers {
        let source = Links {
            client: self.clone(),
            company,
            path: None,
            rebase_links: false,
            fetched: 0,
        };
        AllCustomers(List::new(source).read_ahead(1).max_pages(10_000))
    }
}

impl AllCustomers {
    /// Reads from another path, such as `/api/v2/customer` for a deployment without a slash at the end. The links to further pages must
    /// lead to this path, too.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        Self(self.0.set(|source| source.path = Some(path.into())))
    }

    /// Uses only the query of a link to the next page, and sends it to the URL of the first page. Use this if the service is behind a
    /// gateway and its links name the service's own host. Off by default: a link to another host is then an error.
    #[must_use]
    pub fn rebase_links(self, rebase: bool) -> Self {
        Self(self.0.set(|source| source.rebase_links = rebase))
    }

    /// Sets how many pages are read before the caller requests them. The default is 1, which is also the minimum.
    #[must_use]
    pub fn read_ahead(self, pages: usize) -> Self {
        Self(self.0.read_ahead(pages))
    }

    /// Sets the maximum number of pages. A list with more pages is an error. The default is 10,000.
    #[must_use]
    pub fn max_pages(self, pages: u64) -> Self {
        Self(self.0.max_pages(pages))
    }

    /// Returns the next page, or `None` after the last one. Nothing is sent before the first call. Settings made after the first call have
    /// no effect. After an error there are no more pages: `None` means the end of the list only if no error came before it.
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

    /// Returns how many pages, customers and unreadable values were delivered so far.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.0.progress()
    }
}

/// Reads pages by their links.
#[derive(Debug)]
struct Links {
    client: Client,
    company: u64,
    path: Option<String>,
    rebase_links: bool,
    fetched: u64,
}

impl Links {
    async fn page(&self, cursor: Option<&NextLink>) -> Result<Response<CustomerPage>, PagesError> {
        let Self { company, path, .. } = self;
        let response = match cursor {
            None => {
                let mut call = self.client.call(ListCustomers::new(*company));
                if let Some(path) = path {
                    call = call.path(path.clone());
                }
                call.response().await?
            }
            Some(link) => {
                let further = FurtherCustomers::new(link, *company);
                let mut call = self.client.call(further).raw_query(link.query());
                if let Some(path) = path {
                    call = call.path(path.clone());
                }
                call.response().await?
            }
        };
        Ok(response)
    }

    fn check(&self, link: &str) -> Result<NextLink, PagesError> {
        let path = self.path.as_deref();
        let place = (
            self.client.base_url(),
            path.unwrap_or(ListCustomers::INFO.path),
        );
        link::check(link, place, self.rebase_links, self.company)
    }
}

#[async_trait]
impl PageSource for Links {
    type Item = Customer;
    type Cursor = NextLink;

    async fn fetch(
        &mut self,
        cursor: Option<&NextLink>,
    ) -> Result<Fetched<Customer, NextLink>, PagesError> {
        let response = self.page(cursor).await?;
        let has_next = names_next(response.headers());
        let (page, unreadable) = response.into_parts();
        // A customer that can't be read still counts as one of the list.
        let left_out = unreadable.iter().filter_map(Unreadable::left_out).count();
        let count = u64::try_from(page.customers.len() + left_out).unwrap_or(u64::MAX);
        self.fetched = self.fetched.saturating_add(count);
        let fingerprint = fingerprint(&page.customers, &unreadable);
        let total = page.count;
        let fetched = match page.next {
            Some(next) => Fetched::page(page.customers, self.check(&next)?),
            None if page.count.is_some_and(|count| count > self.fetched) => {
                return Err(PagesError::new(
                    PagesErrorKind::Incomplete,
                    "the list ended with fewer customers than its count",
                ));
            }
            None if has_next => {
                return Err(PagesError::new(
                    PagesErrorKind::Incomplete,
                    "a header names a next page, which is not followed",
                ));
            }
            None => Fetched::last(page.customers),
        };
        let fetched = fetched.total(total).unreadable(unreadable);
        Ok(match fingerprint {
            Some(fingerprint) => fetched.fingerprint(fingerprint),
            None => fetched,
        })
    }
}

/// Whether a `Link` header (RFC 8288) names a next page. A server that returns the list as an array may use this header.
pub(crate) fn names_next(headers: &HeaderMap) -> bool {
    let mut links = headers.get_all(LINK).iter();
    links.any(|link| {
        let link = String::from_utf8_lossy(link.as_bytes()).to_ascii_lowercase();
        let mut parameters = link.split([';', ',']);
        parameters.any(|parameter| match parameter.split_once('=') {
            Some((name, value)) => {
                let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
                name.trim() == "rel" && relations.any(|relation| relation == "next")
            }
            None => false,
        })
    })
}

/// Returns a hash that distinguishes pages, or `None` for a page without customers, because several such pages can follow each other.
fn fingerprint(customers: &[Customer], unreadable: &[Unreadable]) -> Option<u64> {
    let mut ids = DefaultHasher::new();
    for customer in customers {
        customer.id.hash(&mut ids);
    }
    let left_out = || {
        unreadable
            .iter()
            .filter(|record| record.left_out().is_some())
    };
    for record in left_out() {
        record.raw().hash(&mut ids);
    }
    (!customers.is_empty() || left_out().next().is_some()).then(|| ids.finish())
}
