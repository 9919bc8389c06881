//! Whatever the page size, the order, the moment of death and the meaning of "since": all reviews once, or a typed error.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ravelin_labels::{PagesError, PagesErrorKind, Resume};

use super::provider::{Entry, Fate, Provider, at, entry};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    OldestFirst,
    /// Two lists from the oldest to the newest, one behind the other.
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

/// Reads everything there is; an error gives what was delivered before it.
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
        // Few customers and few seconds make for identical reviews and for seconds with many of them.
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
            // Beginning anew from the newest second trusts the provider's order; its docs say so.
            None if order == Order::Runs && resume == Resume::FromNewest && !fates.is_empty() => {
                prop_assert!(delivered.iter().all(|(entry, times)| expected.get(entry) >= Some(times)));
            }
            None => prop_assert_eq!(delivered, expected),
            Some(error) => {
                // What was delivered is right all the same: nothing that is not there, nothing twice.
                for (entry, times) in &delivered {
                    prop_assert!(expected.get(entry).is_some_and(|there| times <= there), "{:?}", entry);
                }
                prop_assert_eq!(error.progress().items as usize, delivered.values().sum::<usize>());
                // A page of one review may well look like the one before.
                let is_repeat = error.kind() == PagesErrorKind::Repeated;
                prop_assert!(is_repeat || !fates.is_empty(), "{:?}", error);
                // With a promised order a death is survived, as long as it is not one after the other.
                let is_promised = order == Order::OldestFirst && fates.len() <= 3;
                prop_assert!(!is_promised || resume == Resume::Off || is_repeat, "{:?}", error);
            }
        }
    }
}
