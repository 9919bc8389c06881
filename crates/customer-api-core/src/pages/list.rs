use std::fmt;

use super::{Items, Page, PageSource, PagesError, Progress, reader::Reader};

/// A list that is read page by page, from a [`PageSource`].
///
/// Nothing is sent before the first page is requested. From then on a task reads ahead of the consumer into a bounded buffer.
/// Dropping the list stops the task. After an error or the end there are no more pages.
///
/// A provider's list needs only a [`PageSource`] and a function that creates the `List`:
///
/// ```
/// # use customer_api_core::{*, error::*, operation::*, request::*, response::*};
/// # #[derive(Clone, Debug)] struct Shop;
/// # impl Service for Shop {
/// #     fn name(&self) -> &'static str { "shop" }
/// #     fn user_agent(&self) -> &'static str { "shop" }
/// # }
/// # struct ListOrders { start: u64, limit: u64 }
/// # impl Operation for ListOrders {
/// #     type Service = Shop;
/// #     type Output = Vec<String>;
/// #     const INFO: &'static OperationInfo = &OperationInfo::new("listOrders", Method::Get, "/orders");
/// #     fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
/// #         request.query("start", &self.start);
/// #         request.query("limit", &self.limit);
/// #         Ok(())
/// #     }
/// #     fn decode(body: &ResponseBody) -> Result<Vec<String>, DecodeError> { body.json() }
/// # }
/// use customer_api_core::pages::{Fetched, List, PageSource, PagesError};
///
/// /// Pages by the number of orders before them.
/// #[derive(Debug)]
/// pub struct Orders {
///     shop: Client<Shop>,
///     page_size: u64,
/// }
///
/// #[async_trait]
/// impl PageSource for Orders {
///     type Item = String;
///     type Cursor = u64;
///
///     async fn fetch(&mut self, cursor: Option<&u64>) -> Result<Fetched<String, u64>, PagesError> {
///         let start = cursor.copied().unwrap_or_default();
///         let call = ListOrders { start, limit: self.page_size };
///         let orders = self.shop.send(call).await?;
///         let next = start + orders.len() as u64;
///         Ok(if orders.is_empty() { Fetched::end() } else { Fetched::page(orders, next) })
///     }
/// }
///
/// /// All orders of a shop.
/// pub fn orders(shop: &Client<Shop>) -> List<Orders> {
///     List::new(Orders { shop: shop.clone(), page_size: 100 })
/// }
///
/// # async fn run(shop: Client<Shop>) -> Result<(), PagesError> {
/// let mut orders = orders(&shop).max_pages(1_000);
/// while let Some(page) = orders.next_page().await? {
///     println!("page {} has {} orders", page.number, page.items.len());
/// }
/// # Ok(())
/// # }
/// ```
///
/// If a provider's list needs its own setters or its own documentation of errors, define a type that contains a `List`. The
/// setters of this type change the source with [`set`](Self::set):
///
/// ```
/// # use customer_api_core::{async_trait, pages::Fetched};
/// use customer_api_core::pages::{Items, List, Page, PageSource, PagesError};
///
/// # #[derive(Debug)] struct Orders { page_size: u32 }
/// # #[async_trait]
/// # impl PageSource for Orders {
/// #     type Item = u32;
/// #     type Cursor = u32;
/// #     async fn fetch(&mut self, _: Option<&u32>) -> Result<Fetched<u32, u32>, PagesError> {
/// #         Ok(Fetched::last((0..self.page_size).collect()))
/// #     }
/// # }
/// /// All orders of a shop.
/// #[derive(Debug)]
/// pub struct AllOrders(List<Orders>);
///
/// impl AllOrders {
///     /// How many orders to ask for at a time; 100 by default.
///     #[must_use]
///     pub fn page_size(self, orders: u32) -> Self {
///         Self(self.0.set(|source| source.page_size = orders))
///     }
///
///     /// The next page, or `None` after the last one.
///     pub async fn next_page(&mut self) -> Result<Option<Page<u32>>, PagesError> {
///         self.0.next_page().await
///     }
///
///     /// The orders one by one.
///     #[must_use]
///     pub fn into_items(self) -> Items<u32> {
///         self.0.into_items()
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), PagesError> {
/// # let mut orders = AllOrders(List::new(Orders { page_size: 100 })).page_size(3);
/// # assert_eq!(orders.next_page().await?.map(|page| page.items), Some(vec![0, 1, 2]));
/// # assert_eq!(orders.into_items().next_item().await?, None);
/// # Ok(())
/// # }
/// ```
///
/// If the source can't use the value of a setting, its [`fetch`](PageSource::fetch) should return an error before it sends
/// anything. A call with a parameter out of range does the same.
pub struct List<S: PageSource> {
    /// `None` once the list has been started.
    source: Option<S>,
    read_ahead: usize,
    max_pages: u64,
    /// Empty before the list is started.
    reader: Reader<S::Item>,
}

impl<S: PageSource> List<S> {
    /// Creates a list of the pages that a source returns.
    #[must_use]
    pub fn new(source: S) -> Self {
        Self {
            source: Some(source),
            read_ahead: 4,
            max_pages: 100_000,
            reader: Reader::default(),
        }
    }

    /// Sets how many pages are kept for a consumer that is slower than the provider. The default is 4, and the minimum is 1.
    ///
    /// A page is requested only when the buffer has room for it. If cursors expire, give a slow consumer a larger buffer, so
    /// that each cursor is used in time.
    #[must_use]
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.read_ahead = pages;
        self
    }

    /// Sets the maximum number of pages. The default is 100,000. A list with more pages is an error.
    #[must_use]
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.max_pages = pages;
        self
    }

    /// Changes the source, for the setters of a provider's own list.
    ///
    /// Like every other setter, `set` has no effect after the first page was requested.
    #[must_use]
    pub fn set(mut self, change: impl FnOnce(&mut S)) -> Self {
        if let Some(source) = &mut self.source {
            change(source);
        }
        self
    }

    /// Returns the next page, or `None` after the last one.
    ///
    /// Dropping the future loses nothing, because the page stays in the buffer. After an error there are no more pages.
    /// `None` is the end of the list only if no error came before it.
    ///
    /// # Errors
    ///
    /// The reason why the list could not be read further. [`progress`](PagesError::progress) returns how much was delivered
    /// before.
    pub async fn next_page(&mut self) -> Result<Option<Page<S::Item>>, PagesError> {
        self.begin().next_page().await
    }

    /// Returns the next page, or `None` after the last one, in a program without a runtime.
    ///
    /// # Errors
    ///
    /// The same errors as [`next_page`](Self::next_page). Inside an async runtime nothing is sent, and the error is of kind
    /// [`InsideRuntime`](super::PagesErrorKind::InsideRuntime).
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait_page(&mut self) -> Result<Option<Page<S::Item>>, PagesError> {
        self.begin().wait_page()
    }

    /// Returns the items one by one, as a [`Stream`](Items), starting with the next page. The stream ends after the first
    /// error.
    #[must_use]
    pub fn into_items(mut self) -> Items<S::Item> {
        self.begin();
        Items::new(self.reader)
    }

    /// Returns how much was delivered so far.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.reader.progress()
    }

    /// Whether the list ended without the end mark that the provider promises.
    #[must_use]
    pub fn ended_without_notice(&self) -> bool {
        self.reader.ended_without_notice()
    }

    fn begin(&mut self) -> &mut Reader<S::Item> {
        if let Some(source) = self.source.take() {
            self.reader = Reader::new(source, self.read_ahead, self.max_pages);
        }
        &mut self.reader
    }
}

/// Shows the source until the list is started, and the progress at all times.
impl<S: PageSource + fmt::Debug> fmt::Debug for List<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("source", &self.source)
            .field("read_ahead", &self.read_ahead)
            .field("max_pages", &self.max_pages)
            .field("progress", self.progress())
            .finish_non_exhaustive()
    }
}
