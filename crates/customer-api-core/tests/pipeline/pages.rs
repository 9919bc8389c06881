//! Reading lists page by page: ahead, bounded, and never in circles.

use std::{
    future::Future as _,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Waker},
    time::Duration,
};

use async_trait::async_trait;
use customer_api_core::{
    Client,
    pages::{Fetched, List, PageSource, PagesError, PagesErrorKind},
    retry::NeverRetry,
    time::Deadline,
    transport::{ScriptedResponse, ScriptedTransport},
};

use crate::support::{Shop, builder, count};

/// Follows a script of cursors. The page of cursor `n` contains `n`.
#[derive(Clone, Debug)]
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
    let mut pages = List::new(script);
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

/// Returns the same page forever.
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
    let mut pages = List::new(Stuck);
    assert!(pages.next_page().await.unwrap().is_some());
    assert_eq!(
        pages.next_page().await.unwrap_err().kind(),
        PagesErrorKind::Repeated
    );
}

/// Returns pages of these items, with the items as fingerprint, each with an optional total. The cursor is the position in
/// this list.
struct Reported(Vec<(Vec<u32>, Option<u64>)>);

#[async_trait]
impl PageSource for Reported {
    type Item = u32;
    type Cursor = usize;

    async fn fetch(&mut self, cursor: Option<&usize>) -> Result<Fetched<u32, usize>, PagesError> {
        let place = cursor.copied().unwrap_or_default();
        let Some((items, total)) = self.0.get(place).cloned() else {
            return Ok(Fetched::end());
        };
        let mut hasher = DefaultHasher::new();
        items.hash(&mut hasher);
        let fetched = Fetched::page(items, place + 1).fingerprint(hasher.finish());
        Ok(fetched.total(total))
    }
}

/// Returns how many items are delivered, and why reading stopped.
async fn told(pages: Vec<(Vec<u32>, Option<u64>)>) -> (u64, Option<PagesErrorKind>) {
    let mut pages = List::new(Reported(pages));
    loop {
        match pages.next_page().await {
            Ok(Some(_)) => {}
            Ok(None) => return (pages.progress().items, None),
            Err(error) => return (error.progress().items, Some(error.kind())),
        }
    }
}

#[tokio::test]
async fn any_page_that_comes_again_is_an_error() {
    let repeated = Some(PagesErrorKind::Repeated);
    let (one, two, three) = (vec![1, 2], vec![3, 4], vec![5, 6]);
    for total in [None, Some(2), Some(6), Some(100)] {
        let pages = [&one, &two, &one, &two].map(|page| (page.clone(), total));
        assert_eq!(told(pages.into()).await, (4, repeated), "{total:?}");
        let pages = [&one, &two, &three, &two].map(|page| (page.clone(), total));
        assert_eq!(told(pages.into()).await, (6, repeated), "{total:?}");
    }
}

/// The items of a page are on the next page when that page is requested.
#[tokio::test]
async fn a_page_that_moved_on_because_the_list_grew_is_no_circle() {
    let repeated = Some(PagesErrorKind::Repeated);
    let page = |items: [u32; 2], total| (items.to_vec(), total);
    for (totals, expected) in [
        ([Some(4), Some(6), Some(6)], (6, None)),
        ([Some(4), Some(7), Some(8)], (6, None)),
        // The total grew by less than the page that was repeated.
        ([Some(4), Some(5), Some(5)], (2, repeated)),
        ([Some(4), Some(4), Some(4)], (2, repeated)),
        ([Some(6), Some(4), Some(4)], (2, repeated)),
        ([None, Some(6), Some(6)], (2, repeated)),
    ] {
        let [first, second, third] = totals;
        let pages = vec![
            page([1, 2], first),
            page([1, 2], second),
            page([3, 4], third),
        ];
        assert_eq!(told(pages).await, expected, "{totals:?}");
    }
}

#[tokio::test]
async fn a_list_ends_at_twice_what_the_provider_says_there_is() {
    let too_many = Some(PagesErrorKind::TooManyPages);
    for (total, expected) in [
        (Some(10), (20, too_many)),
        (Some(49), (98, too_many)),
        (Some(50), (100, None)),
        (None, (100, None)),
        // The total may count only the page.
        (Some(2), (100, None)),
        (Some(0), (100, None)),
    ] {
        let pages = (0..50).map(|page| (vec![2 * page, 2 * page + 1], total));
        assert_eq!(told(pages.collect()).await, expected, "{total:?}");
    }
    // The total grows while the list is read, and shrinks.
    for last in [60_u64, 1] {
        let pages = (0..50_u32).map(|page| {
            let total = if page < 5 { 60 } else { last };
            (vec![2 * page, 2 * page + 1], Some(total))
        });
        assert_eq!(told(pages.collect()).await, (100, None), "{last}");
    }
}

/// Breaks off after its first page, with the error of a failed call to a shop. Can be resumed.
struct Breaking(Client<Shop>);

#[async_trait]
impl PageSource for Breaking {
    type Item = u64;
    type Cursor = u32;

    async fn fetch(&mut self, cursor: Option<&u32>) -> Result<Fetched<u64, u32>, PagesError> {
        let item = self.0.send(count()).await?;
        Ok(match cursor {
            None => Fetched::page(vec![item], 1),
            Some(_) => Fetched::last(vec![item]),
        })
    }

    fn restart(&mut self, _: PagesError) -> Result<(), PagesError> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_taken_up_again_when_the_provider_wants_that() {
    let number = || ScriptedResponse::status(200).body("7");
    for (status, asked, waits) in [
        (503, Some("3"), Some(3..=3)),
        (429, Some("60"), Some(60..=60)),
        (403, Some("7"), Some(7..=7)),
        // At least the back-off, which is at most half a second.
        (503, Some("0"), Some(0..=0)),
        (503, None, Some(0..=0)),
        (503, Some("61"), None),
        (429, Some("3600"), None),
    ] {
        let mut failure = ScriptedResponse::status(status);
        if let Some(asked) = asked {
            failure = failure.header("retry-after", asked);
        }
        let transport = ScriptedTransport::new()
            .then(number())
            .then(failure)
            .then(number())
            .then(number());
        let shop = builder(&transport).retry(NeverRetry).build().unwrap();
        let watch = Deadline::after(Duration::MAX);
        let mut pages = List::new(Breaking(shop));
        let outcome = loop {
            match pages.next_page().await {
                Ok(Some(_)) => {}
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let case = format!("{status} {asked:?}");
        match waits {
            Some(seconds) => {
                assert!(outcome.is_ok(), "{case}");
                assert!(seconds.contains(&watch.elapsed().as_secs()), "{case}");
                assert_eq!(transport.requests().len(), 4, "{case}");
            }
            None => {
                let error = outcome.unwrap_err();
                let wait = error.call().unwrap().retry_after();
                assert_eq!(
                    wait.map(|wait| wait.as_secs().to_string()).as_deref(),
                    asked
                );
                assert_eq!(
                    (watch.elapsed(), transport.requests().len()),
                    (Duration::ZERO, 2),
                    "{case}"
                );
            }
        }
    }
}

async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn reading_ahead_is_bounded_and_stops_with_the_reader() {
    let script = Script::new(&(1..1_000).collect::<Vec<_>>());
    let mut pages = List::new(script.clone()).read_ahead(3);
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
async fn settings_count_until_the_first_page_is_asked_for() {
    let to = |cursors: Vec<u32>| move |script: &mut Script| script.cursors = cursors;
    let mut list = List::new(Script::new(&[1])).set(to(vec![5, 3]));
    let printed = format!("{list:?}");
    assert!(printed.contains("cursors: [5, 3]"), "{printed}");
    assert_eq!(list.next_page().await.unwrap().unwrap().items, [0]);
    let mut items = list.set(to(vec![])).max_pages(1).into_items();
    let mut rest = Vec::new();
    while let Some(item) = items.next_item().await.unwrap() {
        rest.push(item);
    }
    assert_eq!((rest, items.progress().pages), (vec![5, 3], 3));
}

#[tokio::test]
async fn a_dropped_wait_loses_no_page() {
    let mut pages = List::new(Script::new(&[1, 2]));
    // The first poll starts the task. It is given up before any page is there.
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
    let mut pages = List::new(Stuck);
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
    let mut pages = List::new(Dying);
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
            .enable_time()
            .build()
            .unwrap()
    };
    let mut pages = List::new(Script::new(&[1, 2, 3])).read_ahead(1);
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

/// Ends with empty pages.
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
        let mut pages = List::new(Empty { pages: 3, notice });
        assert!(pages.next_page().await.unwrap().is_none());
        assert_eq!(pages.ended_without_notice(), !notice);
        let mut items = List::new(Empty { pages: 3, notice }).into_items();
        assert_eq!(items.next_item().await.unwrap(), None);
        assert_eq!(items.ended_without_notice(), !notice);
    }
}
