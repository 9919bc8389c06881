use std::{
    error::Error,
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use helpdesk_customers::Client;

/// Writes all customers to a file, one JSON object per line, and returns their number. Returns `None` if an earlier run
/// has finished the file. After a crash, the next run resumes at the last page that is on the disk.
async fn export(omnidesk: &Client, file: &Path) -> Result<Option<u64>, Box<dyn Error>> {
    if file.try_exists()? {
        return Ok(None);
    }
    let part = file.with_extension("part");
    // The number of customers read so far, and the length of the part that holds them.
    let mark = file.with_extension("mark");
    let (mut read, length): (u64, u64) = match fs::read_to_string(&mark) {
        Ok(text) => serde_json::from_str(&text)?,
        Err(error) if error.kind() == ErrorKind::NotFound => (0, 0),
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

    let mut customers = omnidesk.customers().start(read);
    while let Some(page) = customers.next_page().await? {
        let mut lines = Vec::new();
        for customer in &page.items {
            serde_json::to_writer(&mut lines, customer)?;
            lines.push(b'\n');
        }
        out.write_all(&lines)?;
        out.sync_data()?;
        // A record that is not a customer has no line, but has its place in the list.
        let odd = page
            .unreadable()
            .iter()
            .filter(|odd| odd.left_out().is_some());
        read += u64::try_from(page.items.len() + odd.count())?;
        let new = file.with_extension("new");
        let mut next = File::create(&new)?;
        serde_json::to_writer(&mut next, &(read, out.stream_position()?))?;
        next.sync_data()?;
        fs::rename(&new, &mark)?;
    }
    fs::rename(&part, file)?;
    match fs::remove_file(&mark) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(Some(read)),
    }
}

#[cfg(test)]
mod tests {
    use customer_api_sandbox::{Fault, OmnideskCustomer, Sandbox};
    use testkit::Folder;

    use super::*;

    #[tokio::test]
    async fn an_export_that_broke_off_resumes() {
        let sandbox = Sandbox::start().await.unwrap();
        let server = sandbox.omnidesk();
        for number in 0..250 {
            server.seed_customer(OmnideskCustomer::new(1, format!("cust-{number}")));
        }
        let omnidesk = Client::builder(server.api_key(), server.base_url());
        let omnidesk = omnidesk.build().unwrap();
        let folder = Folder::new("nightly-export");
        let file = folder.path().join("customers.jsonl");

        // The second page is refused, and the process dies in the middle of a line.
        let second = Fault::status(403);
        server.fault_on("listCustomers", Fault::none()).unwrap();
        server.fault_on("listCustomers", second).unwrap();
        export(&omnidesk, &file).await.unwrap_err();
        let part = file.with_extension("part");
        assert_eq!(fs::read_to_string(&part).unwrap().lines().count(), 99);
        let mut out = OpenOptions::new().append(true).open(&part).unwrap();
        out.write_all(b"{\"half\":").unwrap();

        // A part that lost lines which the mark counts is not filled up.
        let whole = fs::read(&part).unwrap();
        fs::write(&part, "").unwrap();
        let error = export(&omnidesk, &file).await.unwrap_err().to_string();
        assert!(error.contains("shorter than its mark"), "{error}");
        fs::write(&part, whole).unwrap();

        server.clear_requests();
        assert_eq!(export(&omnidesk, &file).await.unwrap(), Some(250));
        let first = server.requests().remove(0);
        assert!(first.query().unwrap().contains("99"), "{first:?}");
        let text = fs::read_to_string(&file).unwrap();
        let ids: std::collections::BTreeSet<String> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].to_string())
            .collect();
        assert_eq!((text.lines().count(), ids.len()), (250, 250));
        assert!(!file.with_extension("mark").exists() && !part.exists());

        // A finished file stays as it is.
        server.clear_requests();
        assert_eq!(export(&omnidesk, &file).await.unwrap(), None);
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        assert!(server.requests().is_empty());
    }
}
