use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use customer_api_core::{Idempotency, OperationInfo, operation::Method};

use super::{AuthState, Expected, FaultCase, Reported, Section};
use crate::Facts;

/// The results of one provider's calls. A column is a group of operations with the same results, a row is a fault.
#[derive(Debug)]
pub struct Table {
    provider: &'static str,
    cases: usize,
    columns: Vec<Column>,
    rows: Vec<(Section, &'static str)>,
}

#[derive(Debug)]
struct Column {
    title: &'static str,
    operations: Vec<&'static str>,
    cells: BTreeMap<&'static str, String>,
}

impl Table {
    pub(super) fn new(provider: &'static str) -> Self {
        Self {
            provider,
            cases: 0,
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Returns the number of calls in the table.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.cases
    }

    pub(super) fn add(
        &mut self,
        case: &FaultCase,
        operation: &OperationInfo,
        facts: &Facts,
        standing: AuthState,
        outcome: &Expected,
    ) {
        self.cases += 1;
        let row = (case.section, case.name);
        if !self.rows.contains(&row) {
            self.rows.push(row);
        }
        let title = title(operation, facts, standing);
        let place = self.columns.iter().position(|column| column.title == title);
        let place = place.unwrap_or_else(|| {
            self.columns.push(Column {
                title,
                operations: Vec::new(),
                cells: BTreeMap::new(),
            });
            self.columns.len() - 1
        });
        let column = &mut self.columns[place];
        if !column.operations.contains(&operation.id) {
            column.operations.push(operation.id);
        }
        let cell = cell(outcome, is_write(operation));
        let others = column
            .cells
            .entry(case.name)
            .or_insert_with(|| cell.clone());
        assert_eq!(
            *others, cell,
            "{}, {}: its result differs from that of the other {title}",
            operation.id, case.name
        );
    }

    /// Returns the table in Markdown. Faults of one section with the same result share a row.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = format!("### {}\n\n", self.provider);
        for column in &self.columns {
            let operations = column.operations.join("`, `");
            let _ = writeln!(text, "- {}: `{operations}`", column.title);
        }
        let titles: Vec<_> = self.columns.iter().map(|column| column.title).collect();
        let _ = writeln!(text, "\n| fault | {} |", titles.join(" | "));
        let _ = writeln!(text, "|---|{}", "---|".repeat(titles.len()));
        for (names, cells) in self.merged() {
            let _ = writeln!(text, "| {} | {} |", names.join("; "), cells.join(" | "));
        }
        text
    }

    fn merged(&self) -> Vec<(Vec<&'static str>, Vec<&str>)> {
        let mut merged: Vec<(Section, Vec<&'static str>, Vec<&str>)> = Vec::new();
        for (section, name) in &self.rows {
            let cells: Vec<&str> = self
                .columns
                .iter()
                .map(|column| column.cells.get(name).map_or("–", String::as_str))
                .collect();
            let same = merged
                .iter_mut()
                .find(|(of, _, others)| of == section && *others == cells);
            match same {
                Some((_, names, _)) => names.push(name),
                None => merged.push((*section, vec![name], cells)),
            }
        }
        merged
            .into_iter()
            .map(|(_, names, cells)| (names, cells))
            .collect()
    }
}

/// Returns the title of the operation's column.
fn title(operation: &OperationInfo, facts: &Facts, standing: AuthState) -> &'static str {
    if standing == AuthState::LoggingIn {
        return "writes whose login meets the fault";
    }
    if facts.login == Some(operation.id) {
        return "login";
    }
    match operation.idempotency {
        Idempotency::NonIdempotent if operation.method == Method::Get => "scroll",
        Idempotency::NonIdempotent => "writes",
        _ if facts.may_find_nothing.contains(&operation.id) => "reads that may find nothing",
        _ => "reads",
    }
}

fn is_write(operation: &OperationInfo) -> bool {
    operation.idempotency == Idempotency::NonIdempotent && operation.method != Method::Get
}

/// Formats a cell: the report to the caller; the attempts, the received requests and the executed writes; the logins;
/// the duration.
fn cell(outcome: &Expected, is_write: bool) -> String {
    let mut text = match outcome.told {
        Reported::Success => "success".to_owned(),
        failure @ Reported::Failure(..) => failure.to_string(),
    };
    let _ = write!(text, " · {}/{}", outcome.attempts, outcome.received);
    if is_write {
        let _ = write!(text, "/{}", outcome.carried_out);
    }
    match outcome.logins {
        0 => {}
        1 => text.push_str(" · 1 login"),
        many => {
            let _ = write!(text, " · {many} logins");
        }
    }
    let (shortest, longest) = outcome.elapsed;
    let time = match (shortest, longest) {
        (Duration::ZERO, Duration::ZERO) => String::new(),
        (same, other) if same == other => format!(" · {} s", seconds(same)),
        (Duration::ZERO, longest) => format!(" · ≤ {} s", seconds(longest)),
        _ => format!(" · {} to {} s", seconds(shortest), seconds(longest)),
    };
    text + &time
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}
