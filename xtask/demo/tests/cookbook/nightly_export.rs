use std::{
    error::Error,
    fs::{self, OpenOptions},
    io::{ErrorKind, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use helpdesk_customers::Client;

/// Writes all customers to a file, one JSON object per line, and returns their number. After a crash, the next run
/// resumes at the last page that is on the disk.
async fn export(omnidesk: &Client, file: &Path) -> Result<u64, Box<dyn Error>> {
    // The number of customers read so far, and the length of the file that holds them.
    let mark = file.with_extension("mark");
    let (mut read, length): (u64, u64) = match fs::read_to_string(&mark) {
        Ok(text) => {
            let (read, length) = text.split_once(' ').ok_or("the mark is damaged")?;
            (read.parse()?, length.parse()?)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => (0, 0),
        Err(error) => return Err(error.into()),
    };
    let options = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .clone();
    let mut out = options.open(file)?;
    if out.metadata()?.len() < length {
        return Err("the file is shorter than its mark says: delete both, and start again".into());
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
        let new = mark.with_extension("new");
        fs::write(&new, format!("{read} {}", out.stream_position()?))?;
        fs::rename(&new, &mark)?;
    }
    // Without the mark, the next run begins a new export.
    match fs::remove_file(&mark) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(read),
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
        assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 99);
        let mut out = OpenOptions::new().append(true).open(&file).unwrap();
        out.write_all(b"{\"half\":").unwrap();

        // A file that lost lines which the mark counts is not filled up.
        let whole = fs::read(&file).unwrap();
        fs::write(&file, "").unwrap();
        let error = export(&omnidesk, &file).await.unwrap_err().to_string();
        assert!(error.contains("shorter than its mark"), "{error}");
        fs::write(&file, whole).unwrap();

        server.clear_requests();
        assert_eq!(export(&omnidesk, &file).await.unwrap(), 250);
        let first = server.requests().remove(0);
        assert!(first.query().unwrap().contains("99"), "{first:?}");
        let text = fs::read_to_string(&file).unwrap();
        let ids: std::collections::BTreeSet<String> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].to_string())
            .collect();
        assert_eq!((text.lines().count(), ids.len()), (250, 250));
        assert!(!file.with_extension("mark").exists());
    }
}
