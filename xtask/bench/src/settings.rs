//! The settings of a measured process: `name=value`, one per argument.

use std::{collections::BTreeMap, str::FromStr};

use crate::Failure;

/// The arguments of a measured process.
#[derive(Debug)]
pub(crate) struct Settings(BTreeMap<String, String>);

impl Settings {
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, Failure> {
        let pair = |argument: String| {
            let (name, value) = argument
                .split_once('=')
                .ok_or_else(|| format!("`{argument}` is not name=value"))?;
            Ok((name.to_owned(), value.to_owned()))
        };
        arguments
            .into_iter()
            .map(pair)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(crate) fn text(&self, name: &str) -> Result<&str, Failure> {
        let value = self.0.get(name);
        value
            .map(String::as_str)
            .ok_or_else(|| format!("`{name}` is missing").into())
    }

    pub(crate) fn get<T: FromStr>(&self, name: &str) -> Result<T, Failure> {
        let text = self.text(name)?;
        text.parse()
            .map_err(|_| format!("`{name}={text}` can't be read").into())
    }
}
