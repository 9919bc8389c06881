use std::{
    error::Error,
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use ravelin_labels::{Bookmark, Client, Resume, Timestamp};

/// Writes all reviews since a time to a CSV file, each once, however often it is killed and started again. Returns
/// their number, or `None` if an earlier run has finished the file. While a mark is beside the file, the start time in
/// the mark is used instead of `since`.
async fn export(
    ravelin: &Client,
    since: Timestamp,
    file: &Path,
) -> Result<Option<u64>, Box<dyn Error>> {
    if file.try_exists()? {
        return Ok(None);
    }
    let part = file.with_extension("part");
    // Where the export is, and the length of the part up to there.
    let mark = file.with_extension("mark");
    let (reviews, length) = match fs::read_to_string(&mark) {
        Ok(text) => {
            let (bookmark, length): (Bookmark, u64) = serde_json::from_str(&text)?;
            (ravelin.reviews_after(bookmark), length)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => (ravelin.reviews_since(since), 0),
        Err(error) => return Err(error.into()),
    };
    let options = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .clone();
    let mut out = options.open(&part)?;
    if out.metadata()?.len() < length {
        return Err("the part is shorter than its mark says: delete both, and start again".into());
    }
    // Lines after the mark belong to a page that the crash cut off. The page is read again.
    out.set_len(length)?;
    out.seek(SeekFrom::End(0))?;

    let mut reviews = reviews.resume(Resume::FromStart);
    while let Some(page) = reviews.next_page().await? {
        let mut lines = csv::Writer::from_writer(Vec::new());
        for review in &page.items {
            let time = review.timestamp.as_str();
            lines.write_record([&*review.customer_id, review.label.as_str(), time])?;
        }
        out.write_all(&lines.into_inner()?)?;
        out.sync_data()?;
        let place = (reviews.bookmark(), out.stream_position()?);
        let new = file.with_extension("new");
        let mut next = File::create(&new)?;
        serde_json::to_writer(&mut next, &place)?;
        next.sync_data()?;
        fs::rename(&new, &mark)?;
    }
    fs::rename(&part, file)?;
    match fs::remove_file(&mark) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(Some(reviews.bookmark().reviews())),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use customer_api_sandbox::{Fault, RavelinOptions, Review, Sandbox};
    use testkit::Folder;

    use super::*;

    #[tokio::test]
    async fn after_every_kill_the_export_continues() {
        let options = RavelinOptions::default().page_size(100);
        let sandbox = Sandbox::builder().ravelin(options).start().await.unwrap();
        let server = sandbox.ravelin();
        server.review_source(950, |number| {
            Review::new(format!("c{number}"), "GENUINE", "2026-01-01T00:00:00Z")
        });
        let ravelin = Client::builder(server.secret_key()).base_url(server.base_url());
        let ravelin = ravelin.build().unwrap();
        let folder = Folder::new("nightly-reviews");
        let file = folder.path().join("reviews.csv");
        let part = file.with_extension("part");
        let since: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();

        for pages in 1..7 {
            // The response after these pages hangs. The export is dropped there, in the middle of a line.
            server
                .fault_on("allReviews", Fault::none().times(pages))
                .unwrap();
            server.fault_on("allReviews", Fault::hang()).unwrap();
            let killed = export(&ravelin, since.clone(), &file);
            tokio::time::timeout(Duration::from_secs(1), killed)
                .await
                .unwrap_err();
            let mut out = OpenOptions::new().append(true).open(&part).unwrap();
            out.write_all(b"cut,GENU").unwrap();
            server.clear_faults();
        }
        let later = "2026-01-02T00:00:00Z".parse().unwrap();
        let finished = export(&ravelin, later, &file).await.unwrap();
        assert_eq!(finished, Some(950));
        let text = fs::read_to_string(&file).unwrap();
        let lines = (0..950).map(|number| format!("c{number},GENUINE,2026-01-01T00:00:00Z\n"));
        assert_eq!(text, lines.collect::<String>());
        assert!(!file.with_extension("mark").exists() && !part.exists());
        let again = export(&ravelin, since, &file).await.unwrap();
        assert_eq!(again, None);
    }
}
