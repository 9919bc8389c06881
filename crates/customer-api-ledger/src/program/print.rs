//! What the program prints: lines for people, or a JSON object per line.

use customer_api_core::redact::OneLine;
use customer_api_ledger::{Entry, LedgerList, LedgerSummary, State};
use serde_json::json;

pub(crate) struct Output {
    pub(crate) is_json: bool,
}

impl Output {
    pub(crate) fn list(&self, list: &LedgerList, summary: LedgerSummary) {
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
            println!("{line}");
        } else {
            println!("{} ({}): {summary}", list.name(), OneLine(list.operation()));
        }
    }

    pub(crate) fn entry(&self, entry: &Entry) {
        let began = entry.began.as_ref().map(ToString::to_string);
        let (word, detail) = state(&entry.state);
        if self.is_json {
            let line = json!({
                "key": entry.key.as_str(),
                "state": word,
                "began": began,
                "detail": detail,
            });
            println!("{line}");
        } else {
            let began = began.map(|began| format!(", begun at {began}"));
            let detail = detail.map(|detail| format!(" ({})", OneLine(&detail)));
            println!(
                "{}: {word}{}{}",
                entry.key,
                detail.unwrap_or_default(),
                began.unwrap_or_default()
            );
        }
    }
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
