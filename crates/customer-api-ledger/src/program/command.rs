//! The program's command line.

use std::{ffi::OsString, path::PathBuf};

use customer_api_ledger::{Key, Resolution};
use lexopt::{Arg, Error, Parser, ValueExt as _};

pub(crate) const HELP: &str = "\
Inspects a ledger of writes, and settles unknown keys.

Usage: customer-api-ledger [--json] COMMAND LEDGER …

  lists LEDGER                          list the ledger's lists, with the number of keys in each state
  show LEDGER LIST KEY                  show the entry of a key
  unknown LEDGER LIST                   list the keys whose outcome is unknown
  resolve LEDGER LIST KEY sent          record that the write was sent: it is never sent again
  resolve LEDGER LIST KEY not-sent      record that the write was not sent: the next run sends it
  backup LEDGER COPY                    copy the ledger; never send from both

A killed program may have had writes on their way. Opening its ledger makes their keys unknown.
While a program sends, its ledger is in use.

Options:
  --json         print one JSON object per line
  -h, --help     print this text
  -V, --version  print the version

Exit status: 0 done; 1 no such list or key, or nothing to resolve; 2 wrong usage; 3 the ledger failed; 4 the ledger is in use.
";

pub(crate) enum Command {
    Help,
    Version,
    Lists {
        file: PathBuf,
    },
    Show {
        file: PathBuf,
        list: String,
        key: Key,
    },
    Unknown {
        file: PathBuf,
        list: String,
    },
    Resolve {
        file: PathBuf,
        list: String,
        key: Key,
        resolution: Resolution,
    },
    Backup {
        file: PathBuf,
        to: PathBuf,
    },
}

/// Reads the arguments: the command, and whether to print JSON.
pub(crate) fn read(mut parser: Parser) -> Result<(Command, bool), Error> {
    let mut is_json = false;
    let mut values: Vec<OsString> = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("json") => is_json = true,
            Arg::Long("help") | Arg::Short('h') => return Ok((Command::Help, false)),
            Arg::Long("version") | Arg::Short('V') => return Ok((Command::Version, false)),
            Arg::Value(value) => values.push(value),
            other => return Err(other.unexpected()),
        }
    }
    let mut values = Values(values.into_iter());
    let name = values.text("a command")?;
    let command = match &*name {
        "lists" => Command::Lists {
            file: values.path("the ledger's file")?,
        },
        "show" => Command::Show {
            file: values.path("the ledger's file")?,
            list: values.text("the list")?,
            key: values.key()?,
        },
        "unknown" => Command::Unknown {
            file: values.path("the ledger's file")?,
            list: values.text("the list")?,
        },
        "resolve" => Command::Resolve {
            file: values.path("the ledger's file")?,
            list: values.text("the list")?,
            key: values.key()?,
            resolution: values.resolution()?,
        },
        "backup" => Command::Backup {
            file: values.path("the ledger's file")?,
            to: values.path("where to copy it")?,
        },
        other => return Err(format!("there is no command {other:?}").into()),
    };
    match values.0.next() {
        None => Ok((command, is_json)),
        Some(left) => Err(Error::UnexpectedArgument(left)),
    }
}

struct Values(std::vec::IntoIter<OsString>);

impl Values {
    fn next(&mut self, what: &str) -> Result<OsString, Error> {
        self.0
            .next()
            .ok_or_else(|| format!("missing: {what}").into())
    }

    fn text(&mut self, what: &str) -> Result<String, Error> {
        self.next(what)?.string()
    }

    fn path(&mut self, what: &str) -> Result<PathBuf, Error> {
        self.next(what).map(PathBuf::from)
    }

    fn key(&mut self) -> Result<Key, Error> {
        let text = self.text("the key")?;
        Key::new(text).map_err(|error| Error::Custom(error.into()))
    }

    fn resolution(&mut self) -> Result<Resolution, Error> {
        match &*self.text("`sent` or `not-sent`")? {
            "sent" => Ok(Resolution::Sent),
            "not-sent" => Ok(Resolution::NotSent),
            other => Err(format!("{other:?} is neither `sent` nor `not-sent`").into()),
        }
    }
}
