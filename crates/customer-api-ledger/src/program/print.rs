//! The program's output: lines for people, or one JSON object per line.

use std::io::{self, Write as _};

use customer_api_core::redact::OneLine;
use customer_api_ledger::{Entry, LedgerList, LedgerSummary, State};
use serde_json::json;

pub(crate) struct Output {
    pub(crate) is_json: bool,
}

impl Output {
    pub(crate) fn list(&self, list: &LedgerList, summary: LedgerSummary) -> io::Result<()> {
        if self.is_json {
            let line = json!({
                "list": list.name().as_str(),
                "operation": list.operation(),
                "sending": summary.sending,
                "accepted": summary.accepted,
                "refused": summary.refused,
                "not_sent": summary.not_sent,
                "unknown": summary.unknown,
            });
            say(&line)
        } else {
            let operation = OneLine(list.operation());
            say(&format_args!("{} ({operation}): {summary}", list.name()))
        }
    }

    pub(crate) fn entry(&self, entry: &Entry) -> io::Result<()> {
        let began = entry.began.as_ref().map(ToString::to_string);
        let (word, detail) = state(&entry.state);
        if self.is_json {
            let line = json!({
                "key": entry.key.as_str(),
                "state": word,
                "began": began,
                "detail": detail,
            });
            say(&line)
        } else {
            let began = began.map(|began| format!(", begun at {began}"));
            let detail = detail.map(|detail| format!(" ({})", OneLine(&detail)));
            let (detail, began) = (detail.unwrap_or_default(), began.unwrap_or_default());
            say(&format_args!("{}: {word}{detail}{began}", entry.key))
        }
    }
}

/// Prints one line.
pub(crate) fn say(line: &dyn std::fmt::Display) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

fn state(state: &State) -> (&'static str, Option<String>) {
    match state {
        State::Sending => ("on its way", None),
        State::Accepted { reference } => ("accepted", reference.clone()),
        State::Refused { status, code, .. } => {
            let status = status.map(|status| status.to_string());
            let parts: Vec<_> = [status, code.clone()].into_iter().flatten().collect();
            ("refused", (!parts.is_empty()).then(|| parts.join(", ")))
        }
        State::NotSent => ("not sent", None),
        State::Unknown => ("unknown", None),
    }
}
