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

/// All customers of a company, page by page; made by [`Client::customers`].
///
/// Whether Revnue pages is not documented, and no parameter for it is sent. An array is the whole list. An envelope may name a
/// `next` page: the link is followed if it leads to the list itself (same scheme, host, port and path, same company), be it relative
/// or not, and is an error otherwise; `null` and an empty one are the end. A part of the list is never given for the whole: a customer
/// that can't be read is reported by its page ([`Page::unreadable`]), and the list goes on.
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
/// A [`PagesError`] tells its [`progress`](PagesError::progress): what was delivered before it.
///
/// | [kind](PagesError::kind) | what happened |
/// |---|---|
/// | `Call` | a page could not be read; a response of an unknown form is one, too |
/// | `ForeignLink` | the link to the next page leads elsewhere, to another company, or to plain http, as behind a proxy that ends TLS: see [`rebase_links`](Self::rebase_links) |
/// | `Incomplete` | the list ends before the number of customers that it tells, or only a header names a next page |
/// | `Repeated` | a link came again, or a page did and the number of customers did not grow by as many |
/// | `TooManyPages` | there are more pages than [allowed](Self::max_pages), or more than twice as many customers as the list tells |
/// | `NoRuntime`, `Stopped` | it was not called inside a tokio runtime with time and I/O, or that one went away |
/// | `InsideRuntime` | it was waited for inside an async runtime |
#[derive(Debug)]
pub struct AllCustomers(List<Links>);

impl Client {
    /// Reads all customers of a company; [`SINGLE_COMPANY`](crate::SINGLE_COMPANY) where the account has one only.
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
    /// Reads from another path, such as `/api/v2/customer` where a deployment wants no slash at the end. Links must lead there.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        Self(self.0.set(|source| source.path = Some(path.into())))
    }

    /// Whether to take only the query of a link to the next page and ask it where the first page came from, for services
    /// behind a gateway, which name their own host. Off by default: a link to another host is an error.
    #[must_use]
    pub fn rebase_links(self, rebase: bool) -> Self {
        Self(self.0.set(|source| source.rebase_links = rebase))
    }

    /// How many pages are read before they are asked for; 1 by default, and at least.
    #[must_use]
    pub fn read_ahead(self, pages: usize) -> Self {
        Self(self.0.read_ahead(pages))
    }

    /// How many pages there may be before it counts as a failure; 10,000 by default.
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

/// Pages by their links.
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
        // A customer that can't be read is one of the list all the same.
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
                    "the list ends before the number of customers that it tells",
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

/// Whether a `Link` header (RFC 8288) names a next page, as that of a paginator may which leaves the list an array.
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

/// What tells a page from another; nothing for one without customers, of which there may be several in a row.
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
