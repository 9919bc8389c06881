//! The reviews of a scroll in order, without a copy of each.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::history::Review;
use super::scroll_options::ReviewOrder;

/// Reviews that are made on request.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) count: u64,
    pub(super) review: Arc<dyn Fn(u64) -> Review + Send + Sync>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// The reviews of a scroll. The reviews of the source have the first indices, and the stored
/// reviews have the rest. The order determines the index of the review at each position.
#[derive(Debug)]
pub(super) struct Sequence {
    source: Option<Source>,
    stored: Vec<Arc<Review>>,
    order: ReviewOrder,
}

impl Sequence {
    pub(super) fn new(
        source: Option<Source>,
        mut stored: Vec<Arc<Review>>,
        order: ReviewOrder,
    ) -> Self {
        if matches!(order, ReviewOrder::OldestFirst | ReviewOrder::NewestFirst) {
            stored.sort_by_cached_key(|review| time_of(review));
        }
        Self {
            source,
            stored,
            order,
        }
    }

    fn source_len(&self) -> u64 {
        self.source.as_ref().map_or(0, |source| source.count)
    }

    fn len(&self) -> u64 {
        self.source_len().saturating_add(self.stored.len() as u64)
    }

    /// Returns the review at a position of the order, or `None` beyond the last one.
    pub(super) fn get(&self, position: u64) -> Option<Arc<Review>> {
        let len = self.len();
        if position >= len {
            return None;
        }
        let index = match self.order {
            ReviewOrder::OldestFirst | ReviewOrder::AsStored => position,
            ReviewOrder::NewestFirst => len - 1 - position,
            ReviewOrder::Shuffled(seed) => shuffled(position, len, seed),
        };
        match index.checked_sub(self.source_len()) {
            Some(index) => self.stored.get(usize::try_from(index).ok()?).cloned(),
            None => {
                let source = self.source.as_ref()?;
                Some(Arc::new((source.review)(index)))
            }
        }
    }
}

/// Returns the time at which a review was made, or `None` if the timestamp is invalid.
pub(super) fn time_of(review: &Review) -> Option<Timestamp> {
    review.timestamp.parse().ok()
}

/// A permutation of `0..len` that needs no memory: a Feistel network over the next even number of
/// bits, repeated until the result is in range.
fn shuffled(position: u64, len: u64, seed: u64) -> u64 {
    let bits = 64 - len.saturating_sub(1).leading_zeros();
    let half = bits.div_ceil(2).max(1);
    let mask = (1_u64 << half) - 1;
    let mut value = position;
    loop {
        let (mut left, mut right) = (value >> half, value & mask);
        for round in 0..4 {
            let mixed = mix(right ^ mix(seed.wrapping_add(round)));
            (left, right) = (right, left ^ (mixed & mask));
        }
        value = (left << half) | right;
        if value < len {
            return value;
        }
    }
}

/// One step of splitmix64.
pub(super) fn mix(value: u64) -> u64 {
    let mixed = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffling_loses_and_doubles_nothing() {
        for len in [1, 2, 3, 7, 64, 65, 1000] {
            let mut all: Vec<u64> = (0..len).map(|index| shuffled(index, len, 7)).collect();
            let in_order: Vec<u64> = (0..len).collect();
            if len > 7 {
                assert_ne!(all, in_order);
            }
            all.sort_unstable();
            assert_eq!(all, in_order, "{len}");
        }
        let with = |seed| (0..100).map(|index| shuffled(index, 100, seed)).collect();
        let (one, two): (Vec<u64>, Vec<u64>) = (with(1), with(2));
        assert_ne!(one, two);
    }

    #[test]
    fn orders_go_by_time() {
        let review = |id: &str, second: u32| {
            let time = format!("2020-01-01T00:00:{second:02}Z");
            Arc::new(Review::new(id, "GENUINE", time))
        };
        let stored = || vec![review("c", 3), review("a", 1), review("b", 1)];
        let source = Source {
            count: 2,
            review: Arc::new(|index| Review::new(index.to_string(), "GENUINE", "2019-01-01")),
        };
        let ids = |order| {
            let sequence = Sequence::new(Some(source.clone()), stored(), order);
            let reviews = (0..).map_while(|position| sequence.get(position));
            let ids: Vec<String> = reviews.map(|review| review.customer_id.clone()).collect();
            ids.join("")
        };
        assert_eq!(ids(ReviewOrder::OldestFirst), "01abc");
        assert_eq!(ids(ReviewOrder::NewestFirst), "cba10");
        assert_eq!(ids(ReviewOrder::AsStored), "01cab");
        assert_eq!(ids(ReviewOrder::Shuffled(1)).len(), 5);
    }
}
