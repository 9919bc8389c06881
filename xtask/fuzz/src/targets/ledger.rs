use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use customer_api_core::Timestamp;
use customer_api_ledger::{
    Claim, Digest, DigestKey, Entry, FileLedger, Intent, Key, Ledger, LedgerError, LedgerErrorKind,
    LedgerSummary, Outcome,
};

use crate::{assert_unquoted, offline, response::LONGEST};

/// A ledger with every state in it, and its whole content.
struct Sample {
    file: Vec<u8>,
    content: Vec<Entry>,
    summary: LedgerSummary,
    digest_key: DigestKey,
}

const LIST: &str = "march-planted";
const OPERATION: &str = "sendInvitation";

/// Opening a file returns the ledger with everything that was written into it, or an error that states what is wrong
/// with the file.
///
/// The input's first line selects how the rest is used. After `file`, the rest is the whole file. After `journal`, the
/// rest is the journal beside a valid file. Otherwise the input is a list of changes to a valid file. Each change has a
/// place in three bytes, a length in one byte, and that number of new bytes. A length of 0 truncates the file at the
/// place.
pub(super) fn run(input: &[u8]) {
    let input = input.get(..4 * LONGEST).unwrap_or(input);
    let sample = sample();
    let directory = Directory::new();
    let path = directory.0.join("ledger");
    if let Some(journal) = input.strip_prefix(b"journal\n") {
        fs::write(&path, &sample.file).unwrap();
        fs::write(directory.0.join("ledger-journal"), journal).unwrap();
        open(&path, Some(sample));
    } else if let Some(file) = input.strip_prefix(b"file\n") {
        fs::write(&path, file).unwrap();
        open(&path, None);
    } else {
        fs::write(&path, changed(&sample.file, input)).unwrap();
        open(&path, Some(sample));
    }
}

fn changed(file: &[u8], mut changes: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    while let [high, middle, low, length, rest @ ..] = changes {
        let length = usize::from(*length).min(rest.len());
        let (bytes, after) = rest.split_at(length);
        changes = after;
        let place = u32::from_be_bytes([0, *high, *middle, *low]) as usize % file.len();
        if bytes.is_empty() {
            file.truncate(place.max(1));
        }
        for (target, byte) in file.iter_mut().skip(place).zip(bytes) {
            *target = *byte;
        }
    }
    file
}

fn open(path: &Path, sample: Option<&Sample>) {
    let opened = offline::run(async {
        let ledger = FileLedger::open(path).await?;
        let mut sending = 0;
        for list in ledger.lists().await? {
            sending += Ledger::summary(&ledger, &list.name).await?.sending;
        }
        let read = match sample {
            Some(sample) => Some(read(&ledger, sample).await?),
            None => None,
        };
        Ok((sending, read))
    });
    match (opened, sample) {
        (Ok((_, Some((content, summary)))), Some(sample)) => {
            assert_eq!(summary, sample.summary);
            assert_eq!(content, sample.content);
        }
        (Ok((sending, _)), _) => assert_eq!(sending, 0),
        (Err::<_, LedgerError>(error), _) => {
            assert!(
                matches!(
                    error.kind(),
                    LedgerErrorKind::Damaged
                        | LedgerErrorKind::NotALedger
                        | LedgerErrorKind::NewerVersion
                        | LedgerErrorKind::OlderVersion
                        | LedgerErrorKind::Storage
                ),
                "{error:?}"
            );
            assert_unquoted(&format!("{error} {error:?}"));
        }
    }
}

/// Reads the sample's content from an opened ledger. If the sample's list is not in the ledger, the target fails.
async fn read(
    ledger: &FileLedger,
    sample: &Sample,
) -> Result<(Vec<Entry>, LedgerSummary), LedgerError> {
    let list = ledger.list(LIST).await?;
    assert_eq!(list.operation(), OPERATION);
    assert_eq!(ledger.digest_key().await?, sample.digest_key);
    let mut content = Vec::new();
    for entry in &sample.content {
        content.extend(list.entry(&entry.key).await?);
    }
    Ok((content, list.summary().await?))
}

fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let directory = Directory::new();
        let path = directory.0.join("sample");
        offline::run(async {
            let ledger = FileLedger::create(&path).await.unwrap();
            let list = Key::new(LIST).unwrap();
            Ledger::create_list(&ledger, &list, OPERATION)
                .await
                .unwrap();
            let mut content = Vec::new();
            for number in 0..24 {
                let key = Key::new(format!("order-{number:03}-planted")).unwrap();
                let outcome = match number % 5 {
                    0 => Outcome::accepted(Some("846673197418938368")),
                    1 => Outcome::refused(Some(400), Some("40012-planted")),
                    2 => Outcome::not_sent(),
                    3 => Outcome::refused(Some(429), None).with_not_before(time(number + 60)),
                    _ => Outcome::unknown(),
                };
                let mut intent = Intent::default();
                intent.digest = (number % 3 > 0).then(|| Digest::from_parts(1, [number; 32]));
                intent.began = (number % 4 > 0).then(|| time(number));
                let claim = Claim::new(list.clone(), key.clone());
                let known = Ledger::begin(&ledger, &claim, &intent).await.unwrap();
                assert_eq!(known, None, "the keys differ");
                Ledger::finish(&ledger, &claim, &outcome).await.unwrap();
                let mut entry = Entry::new(key, outcome.state().clone());
                entry.digest = intent.digest;
                entry.began = intent.began;
                content.push(entry);
            }
            let summary = Ledger::summary(&ledger, &list).await.unwrap();
            let digest_key = ledger.digest_key().await.unwrap();
            drop(ledger);
            Sample {
                file: fs::read(&path).unwrap(),
                content,
                summary,
                digest_key,
            }
        })
    })
}

fn time(number: u8) -> Timestamp {
    Timestamp::from_unix_seconds(1_750_000_000 + i64::from(number)).unwrap()
}

/// A directory that is removed when the value is dropped.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("fuzz-ledger-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
