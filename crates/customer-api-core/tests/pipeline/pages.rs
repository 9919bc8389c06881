//! Reading lists page by page: ahead, bounded, and never round in circles.

use std::{
    future::Future as _,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Waker},
};

use async_trait::async_trait;
use customer_api_core::pages::{Fetched, PageSource, Pages, PagesError, PagesErrorKind};

/// Follows a script of cursors; the page of cursor `n` holds `n`.
#[derive(Clone)]
struct Script {
    cursors: Vec<u32>,
    keeps_cursor: bool,
    fetched: Arc<AtomicU32>,
}

impl Script {
    fn new(cursors: &[u32]) -> Self {
        Self {
            cursors: cursors.to_vec(),
            keeps_cursor: false,
            fetched: Arc::default(),
        }
    }

    fn fetched(&self) -> u32 {
        self.fetched.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl PageSource for Script {
    type Item = u32;
    type Cursor = u32;

    async fn fetch(&mut self, cursor: Option<&u32>) -> Result<Fetched<u32, u32>, PagesError> {
        let number = self.fetched.fetch_add(1, Ordering::SeqCst) as usize;
        let item = cursor.copied().unwrap_or_default();
        Ok(match self.cursors.get(number) {
            Some(next) => Fetched::page(vec![item], *next),
            None => Fetched::last(vec![item]),
        })
    }

    fn keeps_cursor(&self) -> bool {
        self.keeps_cursor
    }
}

async fn all(script: Script) -> (Vec<u32>, Option<PagesErrorKind>) {
    let mut pages = Pages::builder(script).build();
    let mut items = Vec::new();
    loop {
        match pages.next_page().await {
            Ok(Some(page)) => items.extend(page.items),
            Ok(None) => return (items, None),
            Err(error) => {
                assert_eq!(error.progress().items as usize, items.len());
                assert!(pages.next_page().await.unwrap().is_none());
                return (items, Some(error.kind()));
            }
        }
    }
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    assert_eq!(all(Script::new(&[])).await, (vec![0], None));
    assert_eq!(all(Script::new(&[5, 3, 9])).await, (vec![0, 5, 3, 9], None));
}

#[tokio::test]
async fn a_cursor_that_comes_again_is_an_error() {
    let repeated = Some(PagesErrorKind::Repeated);
    assert_eq!(all(Script::new(&[1, 1, 2])).await, (vec![0], repeated));
    assert_eq!(
        all(Script::new(&[1, 2, 1, 2])).await,
        (vec![0, 1], repeated)
    );
    let kept = |cursors: &[u32]| Script {
        keeps_cursor: true,
        ..Script::new(cursors)
    };
    assert_eq!(all(kept(&[1, 1, 2])).await, (vec![0, 1, 1, 2], None));
    assert_eq!(all(kept(&[1, 2, 1, 2])).await, (vec![0, 1], repeated));
}

/// Gives the same page for ever.
struct Stuck;

#[async_trait]
impl PageSource for Stuck {
    type Item = u32;
    type Cursor = u32;

    async fn fetch(&mut self, cursor: Option<&u32>) -> Result<Fetched<u32, u32>, PagesError> {
        Ok(Fetched::page(vec![7], cursor.map_or(0, |cursor| cursor + 1)).fingerprint(7))
    }
}

#[tokio::test]
async fn a_page_that_comes_twice_in_a_row_is_an_error() {
    let mut pages = Pages::builder(Stuck).build();
    assert!(pages.next_page().await.unwrap().is_some());
    assert_eq!(
        pages.next_page().await.unwrap_err().kind(),
        PagesErrorKind::Repeated
    );
}

async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn reading_ahead_is_bounded_and_stops_with_the_reader() {
    let script = Script::new(&(1..1_000).collect::<Vec<_>>());
    let mut pages = Pages::builder(script.clone()).read_ahead(3).build();
    settle().await;
    assert_eq!(
        script.fetched(),
        0,
        "nothing is asked for before the first page is"
    );
    pages.next_page().await.unwrap();
    settle().await;
    assert_eq!(script.fetched(), 4, "one page was taken, three are kept");
    pages.next_page().await.unwrap();
    settle().await;
    assert_eq!(script.fetched(), 5);
    drop(pages);
    settle().await;
    assert_eq!(script.fetched(), 5);
}

#[tokio::test]
async fn a_dropped_wait_loses_no_page() {
    let mut pages = Pages::builder(Script::new(&[1, 2])).build();
    // The first poll starts the task, and is given up before any page is there.
    {
        let wait = pin!(pages.next_page());
        assert!(
            wait.poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
    }
    settle().await;
    let mut items = Vec::new();
    while let Some(page) = pages.next_page().await.unwrap() {
        items.extend(page.items);
    }
    assert_eq!(items, [0, 1, 2]);
}

#[test]
fn outside_a_runtime_there_is_an_error_and_no_panic() {
    let mut pages = Pages::builder(Stuck).build();
    let wait = pin!(pages.next_page());
    let std::task::Poll::Ready(outcome) = wait.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it waits for nothing");
    };
    assert_eq!(outcome.unwrap_err().kind(), PagesErrorKind::NoRuntime);
}

/// Panics where another source would fetch its second page.
struct Dying;

#[async_trait]
impl PageSource for Dying {
    type Item = u32;
    type Cursor = u32;

    async fn fetch(&mut self, cursor: Option<&u32>) -> Result<Fetched<u32, u32>, PagesError> {
        assert!(cursor.is_none(), "the task dies here");
        Ok(Fetched::page(vec![7], 1))
    }
}

#[tokio::test]
async fn a_task_that_dies_is_no_end() {
    let mut pages = Pages::builder(Dying).build();
    assert!(pages.next_page().await.unwrap().is_some());
    let error = pages.next_page().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.progress().items),
        (PagesErrorKind::Stopped, 1)
    );
}

#[test]
fn a_runtime_that_is_gone_is_no_end() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    let mut pages = Pages::builder(Script::new(&[1, 2, 3]))
        .read_ahead(1)
        .build();
    let first = runtime();
    assert!(first.block_on(pages.next_page()).unwrap().is_some());
    drop(first);
    let error = runtime().block_on(async {
        loop {
            match pages.next_page().await {
                Ok(page) => assert!(page.is_some(), "the list seems to be over"),
                Err(error) => break error,
            }
        }
    });
    assert_eq!(error.kind(), PagesErrorKind::Stopped);
}

/// Ends with pages that hold nothing.
struct Empty {
    pages: u32,
    notice: bool,
}

#[async_trait]
impl PageSource for Empty {
    type Item = u32;
    type Cursor = u32;

    async fn fetch(&mut self, cursor: Option<&u32>) -> Result<Fetched<u32, u32>, PagesError> {
        let number = cursor.copied().unwrap_or_default();
        Ok(match (number == self.pages, self.notice) {
            (false, _) => Fetched::page(vec![], number + 1),
            (true, true) => Fetched::end(),
            (true, false) => Fetched::last_without_notice(vec![]),
        })
    }
}

#[tokio::test]
async fn empty_pages_are_passed_over_and_the_missing_notice_is_told() {
    for notice in [true, false] {
        let mut pages = Pages::builder(Empty { pages: 3, notice }).build();
        assert!(pages.next_page().await.unwrap().is_none());
        assert_eq!(pages.ended_without_notice(), !notice);
        let mut items = Pages::builder(Empty { pages: 3, notice })
            .build()
            .into_items();
        assert_eq!(items.next_item().await.unwrap(), None);
        assert_eq!(items.ended_without_notice(), !notice);
    }
}
