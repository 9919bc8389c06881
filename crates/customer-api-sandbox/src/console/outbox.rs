//! The messages that customers received.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Json;
use super::asked::Asked;
use super::problem::Problem;
use super::{Admin, Managing};
use crate::customer_radar::SentInvitation;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Wanted {
    to: Option<String>,
    q: Option<String>,
}

pub(super) async fn list(Admin(sandbox): Admin, Asked(wanted): Asked<Wanted>) -> Json<Value> {
    Json(messages(&sandbox, &wanted).into())
}

pub(super) async fn latest(
    Admin(sandbox): Admin,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Value>, Problem> {
    let latest = messages(&sandbox, &wanted).pop();
    let nothing = || Problem::new(404, "no such message was sent");
    latest.map(Json).ok_or_else(nothing)
}

/// Returns the messages that match, oldest first.
fn messages(sandbox: &Managing, wanted: &Wanted) -> Vec<Value> {
    let outbox = sandbox.outbox();
    let fits = |message: &SentInvitation, shown: &Value| {
        let to = wanted.to.as_deref();
        let is_recipient =
            to.is_none_or(|to| [&message.email, &message.mobile].contains(&&Some(to.to_owned())));
        let text = wanted.q.as_deref().map(str::to_lowercase);
        let mentions = text.is_none_or(|text| shown.to_string().to_lowercase().contains(&text));
        is_recipient && mentions
    };
    let mut seen = std::collections::HashMap::new();
    let numbered = outbox.iter().enumerate();
    let shown = numbered.map(|(place, message)| {
        let repeats = seen.entry(key(message)).or_insert(0_usize);
        let mut shown = json!(message);
        if let Some(fields) = shown.as_object_mut() {
            fields.insert("id".to_owned(), json!(place + 1));
            fields.insert("repeats".to_owned(), json!(*repeats));
        }
        *repeats += 1;
        (message, shown)
    });
    shown
        .filter(|(message, shown)| fits(message, shown))
        .map(|(_, shown)| shown)
        .collect()
}

/// Messages with the same key look the same to their recipient.
fn key(message: &SentInvitation) -> [&str; 5] {
    [
        message.email.as_deref().unwrap_or_default(),
        message.mobile.as_deref().unwrap_or_default(),
        &message.client_display_id,
        &message.programme_display_id,
        &message.location_display_id,
    ]
}
