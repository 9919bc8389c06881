//! How the work grows with the size of the response.

use std::time::{Duration, Instant};

use crate::parcel::{Page, parcel, read};

/// A page of records with two odd values each.
fn page(records: u32) -> String {
    let items: Vec<String> = (0..records)
        .map(|id| {
            parcel(
                id,
                r#""note":90210,"shop":7,"day":"someday","tags":["a","b"]"#,
            )
        })
        .collect();
    format!(
        r#"{{"items":[{}],"next":"","total":{records}}}"#,
        items.join(",")
    )
}

/// Returns the shortest of several times, because other programs may be running.
#[expect(
    clippy::disallowed_methods,
    reason = "it is real time that is measured"
)]
fn least(times: u32, mut work: impl FnMut()) -> Duration {
    let time = |()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..times).map(|_| ()).map(time).min().unwrap_or_default()
}

#[test]
fn ten_thousand_records_with_three_odd_values_each_are_repaired_one_by_one() {
    let text = page(10_000);
    let mut reports = 0;
    let elapsed = least(3, || {
        let (page, odd): (Page, _) = read(&*text).unwrap();
        assert_eq!(page.items.len(), 10_000);
        assert_eq!(page.items[9_999].shop.as_ref().unwrap().id, Some(7));
        reports = odd.len();
    });
    assert_eq!(reports, 30_000);
    println!("10,000 records of {} kB: {elapsed:?}", text.len() / 1_000);
    // Reading again from the start after each error would take hours. A release build takes a hundredth of this.
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
}
