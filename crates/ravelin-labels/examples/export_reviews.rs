//! Writes all reviews since a time to standard output, one JSON object a line.
//!
//! ```console
//! $ cargo run --example export_reviews -- 2020-01-01T00:00:00Z > reviews.jsonl
//! ```
//!
//! With `RAVELIN_SECRET_KEY` in the environment it talks to Ravelin, otherwise to a sandbox with 2,500 made-up reviews.

use std::{
    env,
    error::Error,
    io::{self, BufWriter, Write},
};

use customer_api_sandbox::{Review, Sandbox};
use ravelin_labels::{Client, Resume, Timestamp};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let since = env::args()
        .nth(1)
        .unwrap_or_else(|| "2020-01-01T00:00:00Z".to_owned());
    let since: Timestamp = since.parse().map_err(|error| format!("{since}: {error}"))?;

    // The sandbox lives as long as this does.
    let (ravelin, _sandbox) = client().await?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut reviews = ravelin.reviews_since(since).resume(Resume::FromStart);
    while let Some(page) = reviews.next_page().await? {
        for review in &page.items {
            serde_json::to_writer(&mut out, review)?;
            out.write_all(b"\n")?;
        }
        writeln!(
            io::stderr(),
            "page {}: {} reviews so far",
            page.number,
            reviews.progress().items
        )?;
    }
    out.flush()?;
    if reviews.ended_without_empty_page() {
        writeln!(
            io::stderr(),
            "note: the list ended without the empty page that Ravelin promises"
        )?;
    }
    Ok(())
}

/// A client for Ravelin, if there is a key, or else for a sandbox.
async fn client() -> Result<(Client, Option<Sandbox>), Box<dyn Error>> {
    if let Ok(key) = env::var("RAVELIN_SECRET_KEY") {
        return Ok((Client::builder(key).build()?, None));
    }
    let sandbox = Sandbox::start().await?;
    for number in 0..2_500 {
        let time = Timestamp::from_unix_seconds(1_577_836_800 + 60 * number)?;
        let label = if number % 7 == 0 {
            "FRAUDSTER"
        } else {
            "GENUINE"
        };
        sandbox
            .ravelin()
            .seed_review(Review::new(format!("cust-{number}"), label, time.as_str()));
    }
    let client = Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .build()?;
    Ok((client, Some(sandbox)))
}
