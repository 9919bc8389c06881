//! The results of several rounds: the median, and the spread.

use serde::{Deserialize, Serialize};

/// The median, the least and the greatest of some values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Spread {
    /// Makes the spread of a value that does not vary.
    pub(crate) fn exact(value: f64) -> Self {
        Self {
            median: value,
            low: value,
            high: value,
        }
    }

    /// Returns the spread of some values; zeros if there are none.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or_default();
        let last = values.len().saturating_sub(1);
        Self {
            median: f64::midpoint(at(last / 2), at(last.div_ceil(2))),
            low: at(0),
            high: at(last),
        }
    }

    /// Returns the spread of the rounds' ratios of value to baseline. A disturbance in a round affects both numbers,
    /// and therefore the ratio less.
    pub(crate) fn of_ratios(values: &[f64], baselines: &[f64]) -> Self {
        Self::of(
            values
                .iter()
                .zip(baselines)
                .map(|(value, baseline)| value / baseline),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_middles() {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        assert_eq!(
            spread(&[3.0, 1.0, 2.0]),
            Spread {
                median: 2.0,
                low: 1.0,
                high: 3.0
            }
        );
        assert_eq!(
            spread(&[4.0, 1.0, 2.0, 3.0]),
            Spread {
                median: 2.5,
                low: 1.0,
                high: 4.0
            }
        );
        assert_eq!(spread(&[]), Spread::default());
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        let spread = Spread::of_ratios(&[2.0, 20.0, 3.0], &[1.0, 10.0, 1.0]);
        assert_eq!(
            spread,
            Spread {
                median: 2.0,
                low: 2.0,
                high: 3.0
            }
        );
    }
}
