//! The results of a part: a JSON file, and lines for the terminal.

mod host;
mod page;
mod plots;

use std::{fs, path::PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use self::{host::Host, page::write};
use crate::{Failure, clock, say, spread::Spread};

/// The results of a run of a part.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) part: String,
    /// When the run began.
    pub(crate) began: String,
    /// The environment of the run, and the state of the project.
    pub(crate) host: Host,
    pub(crate) figures: Vec<Figure>,
    /// Remarks for the reader of this run.
    pub(crate) remarks: Vec<String>,
    /// The plot.
    pub(crate) plot: Option<Plot>,
}

/// One line of the table.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Figure {
    /// The name of the measure.
    pub(crate) measure: String,
    pub(crate) target: Target,
    pub(crate) value: Spread,
    pub(crate) unit: Unit,
    /// The absolute numbers behind the value.
    pub(crate) detail: String,
}

/// The target for a value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Target {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// No target: the value is for information only.
    None,
}

/// The format of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Unit {
    Ratio,
    Seconds,
    Count,
}

/// A drawing: some lines or some groups of bars.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plot {
    pub(crate) title: String,
    pub(crate) kind: PlotKind,
    /// The label of the value axis.
    pub(crate) axis: String,
    /// The labels below each group of bars, or each point of a line.
    pub(crate) labels: Vec<String>,
    pub(crate) series: Vec<Series>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PlotKind {
    Bars,
    Lines,
}

/// One colour of a drawing, with a value for each label. A value is `None` if it was not measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) values: Vec<Option<f64>>,
}

impl Report {
    /// Makes an empty report, with the present time.
    pub(crate) fn new(part: &str) -> Result<Self, Failure> {
        Ok(Self {
            part: part.to_owned(),
            began: clock::date(),
            host: Host::look()?,
            figures: Vec::new(),
            remarks: Vec::new(),
            plot: None,
        })
    }

    pub(crate) fn figure(&mut self, figure: Figure) {
        say(&format!("  {}", figure.line()));
        self.figures.push(figure);
    }

    pub(crate) fn remark(&mut self, remark: impl Into<String>) {
        let remark = remark.into();
        say(&format!("  note: {remark}"));
        self.remarks.push(remark);
    }

    /// Stores the report for the page.
    pub(crate) fn save(&self) -> Result<(), Failure> {
        fs::create_dir_all(folder())?;
        fs::write(file(&self.part), serde_json::to_string_pretty(self)?)?;
        Ok(())
    }

    /// Returns the last run of a part, if there was one.
    pub(crate) fn load(part: &str) -> Result<Option<Self>, Failure> {
        match fs::read_to_string(file(part)) {
            Ok(text) => Ok(Some(serde_json::from_str(&text)?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Figure {
    pub(crate) fn ratio(measure: impl Into<String>, target: Target, value: Spread) -> Self {
        Self {
            measure: measure.into(),
            target,
            value,
            unit: Unit::Ratio,
            detail: String::new(),
        }
    }

    pub(crate) fn unit(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Returns the value and its spread.
    pub(crate) fn result(&self) -> String {
        let Spread { median, low, high } = self.value;
        let (median, low, high) = (
            self.unit.write(median),
            self.unit.write(low),
            self.unit.write(high),
        );
        if low == high {
            median
        } else {
            format!("{median} ({low}–{high})")
        }
    }

    pub(crate) fn line(&self) -> String {
        let judged = match self.target {
            Target::None => String::new(),
            Target::AtMost(_) | Target::AtLeast(_) => {
                format!("; target {}: {}", self.target(), self.verdict())
            }
        };
        let detail = if self.detail.is_empty() { "" } else { "; " };
        let (measure, result) = (&self.measure, self.result());
        format!("{measure}: {result}{judged}{detail}{}", self.detail)
    }

    pub(crate) fn target(&self) -> String {
        match self.target {
            Target::AtMost(value) => format!("≤ {}", self.unit.write(value)),
            Target::AtLeast(value) => format!("≥ {}", self.unit.write(value)),
            Target::None => "–".to_owned(),
        }
    }

    /// Returns the verdict on the median, as it is printed.
    pub(crate) fn verdict(&self) -> &'static str {
        // The verdict applies to the rounded value: a value that is printed as 1.00 is not above
        // 1.00.
        let rounded = |value: f64| self.unit.round(value);
        let median = rounded(self.value.median);
        match self.target {
            Target::AtMost(target) if median <= rounded(target) => "met",
            Target::AtLeast(target) if median >= rounded(target) => "met",
            Target::None => "–",
            Target::AtMost(_) | Target::AtLeast(_) => "**missed**",
        }
    }
}

impl Unit {
    fn write(self, value: f64) -> String {
        match self {
            Self::Ratio => format!("{value:.2}"),
            Self::Count => format!("{value:.0}"),
            Self::Seconds => seconds(value),
        }
    }

    fn round(self, value: f64) -> f64 {
        match self {
            Self::Ratio => (value * 100.0).round() / 100.0,
            Self::Count => value.round(),
            Self::Seconds => value,
        }
    }
}

/// Formats a time in a suitable unit.
pub(crate) fn seconds(value: f64) -> String {
    if value >= 1.0 {
        format!("{value:.2} s")
    } else if value >= 1e-3 {
        format!("{:.2} ms", value * 1e3)
    } else if value >= 1e-6 {
        format!("{:.2} µs", value * 1e6)
    } else {
        format!("{:.0} ns", value * 1e9)
    }
}

/// Returns the folder for everything that a run stores.
pub(crate) fn folder() -> PathBuf {
    root().join("target/bench")
}

/// Returns the workspace's root.
pub(crate) fn root() -> PathBuf {
    workspace::checkout::root(env!("CARGO_MANIFEST_DIR"))
}

fn file(part: &str) -> PathBuf {
    folder().join(format!("{part}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(target: Target, median: f64) -> &'static str {
        Figure::ratio("x", target, Spread::exact(median)).verdict()
    }

    #[test]
    fn a_target_is_met_or_missed_by_what_is_printed() {
        assert_eq!(verdict(Target::AtMost(1.0), 1.0049), "met");
        assert_eq!(verdict(Target::AtMost(1.0), 1.006), "**missed**");
        assert_eq!(verdict(Target::AtLeast(1.0), 0.9951), "met");
        assert_eq!(verdict(Target::AtLeast(1.0), 0.99), "**missed**");
        assert_eq!(verdict(Target::None, 7.0), "–");
    }

    #[test]
    fn a_spread_is_shown_where_there_is_one() {
        let figure = |value| Figure::ratio("x", Target::None, value).result();
        assert_eq!(figure(Spread::exact(1.5)), "1.50");
        assert_eq!(figure(Spread::of([1.0, 1.5, 2.25])), "1.50 (1.00–2.25)");
    }
}
