use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use feedback_invitations::ledger::{
    Begun, FileLedger, Key, Ledger, LedgerErrorKind, LedgerSummary, Outcome, Resend, State,
};

use crate::{assert_unquoted, offline, response::LONGEST};

/// A ledger with every state in it, and all that it says.
struct Sample {
    file: Vec<u8>,
    content: Vec<(Key, State)>,
    summary: LedgerSummary,
}

/// A file is a ledger with all that was written into it, or an error that says what it is instead.
///
/// The input's first line says what it is: `file` the whole file; `journal` what lies beside a right one; else changes to a
/// right one, five bytes or more each: a place in three bytes, a length in one, and as many bytes.
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
        let summary = ledger.summary().await?;
        let mut content = Vec::new();
        for (key, _) in sample.map_or(&[][..], |sample| &sample.content) {
            let entry = ledger.entry(key).await?;
            content.extend(entry.map(|entry| (key.clone(), entry.state)));
        }
        Ok((summary, content))
    });
    match (opened, sample) {
        (Ok((summary, content)), Some(sample)) => {
            assert_eq!(summary, sample.summary);
            assert_eq!(content, sample.content);
        }
        (Ok((summary, _)), None) => assert_eq!(summary.sending, 0),
        (Err::<_, feedback_invitations::ledger::LedgerError>(error), _) => {
            assert!(
                matches!(
                    error.kind(),
                    LedgerErrorKind::Damaged
                        | LedgerErrorKind::NotALedger
                        | LedgerErrorKind::NewerVersion
                        | LedgerErrorKind::Storage
                ),
                "{error:?}"
            );
            assert_unquoted(&format!("{error} {error:?}"));
        }
    }
}

fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let directory = Directory::new();
        let path = directory.0.join("sample");
        offline::run(async {
            let ledger = FileLedger::create(&path).await.unwrap();
            let mut content = Vec::new();
            for number in 0..24 {
                let key = Key::new(format!("order-{number:03}-planted")).unwrap();
                let outcome = match number % 4 {
                    0 => Outcome::accepted(Some("846673197418938368")),
                    1 => Outcome::refused(Some(400), Some("40012-planted")),
                    2 => Outcome::not_sent(),
                    _ => Outcome::unknown(),
                };
                match ledger.begin(&key, Resend::none()).await.unwrap() {
                    Begun::Started(claim) => ledger.finish(&claim, &outcome).await.unwrap(),
                    Begun::Known(_) => unreachable!("the keys differ"),
                }
                content.push((key, outcome.state().clone()));
            }
            let summary = ledger.summary().await.unwrap();
            drop(ledger);
            Sample {
                file: fs::read(&path).unwrap(),
                content,
                summary,
            }
        })
    })
}

/// A directory of its own, as long as it lives.
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
