//! All reviews once, or a typed error, for every page size, order, moment of failure and meaning of "since".

use std::collections::BTreeMap;

use proptest::prelude::*;
use ravelin_labels::{PagesError, PagesErrorKind, Resume};

use super::provider::{Entry, Fate, Provider, at, entry};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    OldestFirst,
    /// Two lists, each from the oldest to the newest, one after the other.
    Runs,
    Shuffled,
    Reshuffled,
}

fn counted(entries: impl IntoIterator<Item = Entry>) -> BTreeMap<Entry, usize> {
    entries
        .into_iter()
        .fold(BTreeMap::new(), |mut counts, entry| {
            *counts.entry(entry).or_default() += 1;
            counts
        })
}

/// Reads the whole list. On an error, returns what was delivered before it.
fn read(provider: &Provider, since: i64, resume: Resume) -> (Vec<Entry>, Option<PagesError>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut reviews = provider.client().reviews_since(at(since)).resume(resume);
        let mut all = Vec::new();
        loop {
            match reviews.next_page().await {
                Ok(Some(page)) => all.extend(page.items.iter().map(entry)),
                Ok(None) => return (all, None),
                Err(error) => return (all, Some(error)),
            }
        }
    })
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![Just(Fate::Lost), Just(Fate::Gone)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn complete_and_without_doubles_or_a_typed_error(
        // Few customers and few seconds lead to identical reviews, and to seconds with many reviews.
        mut reviews in prop::collection::vec((0_i64..40, 0_u32..4), 0..80),
        page_size in 1_usize..12,
        since in 0_i64..20,
        inclusive in any::<bool>(),
        one_cursor in any::<bool>(),
        order in prop_oneof![Just(Order::OldestFirst), Just(Order::Runs), Just(Order::Shuffled), Just(Order::Reshuffled)],
        ends_without_empty_page in any::<bool>(),
        fates in prop::collection::hash_map(2_usize..20, fate(), 0..4),
        resume in prop_oneof![Just(Resume::Off), Just(Resume::FromNewest), Just(Resume::FromStart)],
    ) {
        if order == Order::OldestFirst {
            reviews.sort_by_key(|(second, _)| *second);
        }
        if order == Order::Runs {
            let middle = reviews.len() / 2;
            reviews[..middle].sort_by_key(|(second, _)| *second);
            reviews[middle..].sort_by_key(|(second, _)| *second);
        }
        let is_new = |(second, _): &Entry| if inclusive { *second >= since } else { *second > since };
        let expected = counted(reviews.iter().copied().filter(is_new));
        let provider = Provider::new(reviews, page_size).with(|state| {
            state.inclusive = inclusive;
            state.one_cursor = one_cursor;
            state.ends_without_empty_page = ends_without_empty_page;
            state.reshuffles = order == Order::Reshuffled;
            state.fates = fates.clone();
        });

        let (delivered, error) = read(&provider, since, resume);
        let delivered = counted(delivered);
        match error {
            // A restart from the newest second trusts the provider's order, as the docs of `Resume` state.
            None if order == Order::Runs && resume == Resume::FromNewest && !fates.is_empty() => {
                prop_assert!(delivered.iter().all(|(entry, times)| expected.get(entry) >= Some(times)));
            }
            None => prop_assert_eq!(delivered, expected),
            Some(error) => {
                // The delivered reviews are still correct: all of them exist, and none is delivered twice.
                for (entry, times) in &delivered {
                    prop_assert!(expected.get(entry).is_some_and(|there| times <= there), "{:?}", entry);
                }
                prop_assert_eq!(error.progress().items as usize, delivered.values().sum::<usize>());
                // A page of one review can look like the previous page.
                let is_repeat = error.kind() == PagesErrorKind::Repeated;
                prop_assert!(is_repeat || !fates.is_empty(), "{:?}", error);
                // In the promised order, the list survives up to three failures.
                let is_promised = order == Order::OldestFirst && fates.len() <= 3;
                prop_assert!(!is_promised || resume == Resume::Off || is_repeat, "{:?}", error);
            }
        }
    }
}
