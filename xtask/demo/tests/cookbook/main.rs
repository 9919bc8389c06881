//! The recipes of `docs/cookbook.md`, each with its test. The page quotes each file up to its tests.
#![cfg(test)]

mod csv_labels;
mod delivery_column;
mod lost_response;
mod metrics;
mod nightly_export;
mod nightly_reviews;
mod raw_call;
mod rotated_key;
mod settle_unknown;
mod shared_quota;

/// The Rust blocks of the page are the recipes, in this order.
#[test]
fn the_page_quotes_the_recipes() {
    let recipes = [
        include_str!("nightly_export.rs"),
        include_str!("nightly_reviews.rs"),
        include_str!("csv_labels.rs"),
        include_str!("shared_quota.rs"),
        include_str!("settle_unknown.rs"),
        include_str!("lost_response.rs"),
        include_str!("metrics.rs"),
        include_str!("rotated_key.rs"),
        include_str!("raw_call.rs"),
        include_str!("delivery_column.rs"),
    ];
    let quoted = recipes.map(|file| {
        let tests = file.find("\n#[cfg(test)]\nmod tests {");
        file[..tests.unwrap_or(file.len())].trim_end()
    });
    let page = include_str!("../../../../docs/cookbook.md");
    let blocks: Vec<&str> = page
        .split("```rust\n")
        .skip(1)
        .map(|rest| rest.split_once("\n```").unwrap().0)
        .collect();
    assert_eq!(blocks.len(), quoted.len());
    for (block, recipe) in blocks.into_iter().zip(quoted) {
        assert_eq!(block, recipe);
    }
}
