//! Fills a ledger with many keys, and opens it.

use std::{fs, path::Path};

use feedback_invitations::{
    SendInvitation,
    ledger::{Begun, FileLedger, Key, LedgerList, Outcome, Resend},
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::runtime;
use crate::{Failure, clock, settings::Settings};

/// The cost of opening a ledger.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub(crate) seconds: f64,
    /// The peak of the process's memory, including SQLite's. `None` if the system does not report it.
    pub(crate) resident_bytes: Option<u64>,
}

const LIST: &str = "march";

/// Tasks that fill a ledger together.
const FILLERS: u64 = 64;

/// Fills a new ledger at `path` with `keys` accepted keys.
pub(crate) fn fill(settings: &Settings) -> Result<(), Failure> {
    let keys: u64 = settings.get("keys")?;
    let path = Path::new(settings.text("path")?);
    runtime()?.block_on(async {
        let ledger = FileLedger::create(path).await?;
        let list = ledger.create_list(LIST, &SendInvitation::INFO).await?;
        let mut tasks = JoinSet::new();
        for filler in 0..FILLERS {
            let list = list.clone();
            tasks.spawn(async move {
                for number in (filler..keys).step_by(usize::try_from(FILLERS)?) {
                    accept(&list, number).await?;
                }
                Ok::<_, Failure>(())
            });
        }
        while let Some(outcome) = tasks.join_next().await {
            outcome??;
        }
        Ok(())
    })
}

async fn accept(list: &LedgerList, number: u64) -> Result<(), Failure> {
    let key = Key::new(format!("order-{number}"))?;
    let Begun::Started(claim) = list.begin(&key, Resend::none()).await? else {
        return Err("a key occurs twice".into());
    };
    list.finish(&claim, &Outcome::accepted(None)).await?;
    Ok(())
}

/// Opens the ledger at `path`, and looks up its list.
pub(crate) fn open(settings: &Settings) -> Result<Opened, Failure> {
    let path = Path::new(settings.text("path")?);
    let seconds = runtime()?.block_on(async {
        let began = clock::now();
        let ledger = FileLedger::open(path).await?;
        let list = ledger.list(LIST).await?;
        let seconds = began.elapsed().as_secs_f64();
        if list.summary().await?.accepted == settings.get::<u64>("keys")? {
            Ok::<_, Failure>(seconds)
        } else {
            Err("the ledger has a different number of keys".into())
        }
    })?;
    Ok(Opened {
        seconds,
        resident_bytes: most_resident(),
    })
}

fn most_resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
