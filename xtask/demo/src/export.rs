//! A fraud team exports every review to a file of JSON Lines.

use std::{
    collections::HashSet,
    env, fs,
    io::{BufWriter, Write as _},
    process,
};

use customer_api_sandbox::{Review, Sandbox};
use ravelin_labels::{Client, Resume, Timestamp};

use crate::{Failure, account::Account};

const REVIEWS: u32 = 2_500;

/// 2026-01-01T00:00:00Z.
const NEW_YEAR: i64 = 1_767_225_600;

pub(crate) async fn work(account: &mut Account) -> Result<(), Failure> {
    let sandbox = Sandbox::start().await?;
    for number in 0..REVIEWS {
        let time = Timestamp::from_unix_seconds(NEW_YEAR + 60 * i64::from(number))?;
        sandbox.ravelin().seed_review(Review::new(
            format!("cust-{number}"),
            "GENUINE",
            time.as_str(),
        ));
    }
    let ravelin = Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .build()?;

    account.step(&format!(
        "export the {REVIEWS} reviews since New Year to a file of JSON Lines"
    ));
    let path = env::temp_dir().join(format!("reviews-{}.jsonl", process::id()));
    let mut file = BufWriter::new(fs::File::create(&path)?);
    let since = Timestamp::from_unix_seconds(NEW_YEAR)?;
    let mut reviews = ravelin.reviews_since(since).resume(Resume::FromStart);
    while let Some(page) = reviews.next_page().await? {
        for review in &page.items {
            serde_json::to_writer(&mut file, review)?;
            file.write_all(b"\n")?;
        }
        let done = reviews.progress().items;
        account.show(format!(
            "{} {done:>5} reviews, page {}",
            bar(done, u64::from(REVIEWS)),
            page.number
        ));
    }
    file.flush()?;

    let text = fs::read_to_string(&path)?;
    fs::remove_file(&path)?;
    let customers: Result<HashSet<String>, _> = text
        .lines()
        .map(|line| {
            serde_json::from_str(line).map(|review: ravelin_labels::Review| review.customer_id)
        })
        .collect();
    account.show(format!(
        "{} lines, {} bytes",
        text.lines().count(),
        text.len()
    ));
    account.expect("lines", text.lines().count(), 2_500)?;
    account.expect("different customers", customers?.len(), 2_500)?;
    account.expect("requests", sandbox.ravelin().requests().len(), 4)
}

/// Draws a bar of twenty characters.
fn bar(done: u64, all: u64) -> String {
    let filled = usize::try_from(20 * done / all.max(1))
        .unwrap_or(20)
        .min(20);
    format!("[{}{}]", "#".repeat(filled), ".".repeat(20 - filled))
}
