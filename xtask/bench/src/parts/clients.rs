//! The clients that are compared, and how each is started.

use std::process::Command;

use crate::{Failure, callers::Call, process};

/// A client in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    Ours,
    Hand,
    Hyper,
}

impl Client {
    /// Those that make every call.
    pub(crate) const ALL: [Self; 3] = [Self::Ours, Self::Hand, Self::Hyper];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Ours => "this project",
            Self::Hand => "hand-written reqwest",
            Self::Hyper => "raw hyper",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Hand => "hand",
            Self::Hyper => "hyper",
        }
    }

    /// Makes so many calls. The program is `bench`, or one that counts.
    pub(crate) fn drive(
        self,
        program: &str,
        call: Call,
        count: u64,
        in_flight: u64,
        url: &str,
    ) -> Result<Command, Failure> {
        let mut command = Command::new(process::program(program)?);
        command.args([
            "drive".to_owned(),
            format!("client={}", self.name()),
            format!("call={call}"),
            format!("count={count}"),
            format!("in-flight={in_flight}"),
            format!("url={url}"),
        ]);
        Ok(command)
    }
}

/// The clients of a round, another one first each time: what a round does to the next is shared out.
pub(crate) fn in_turn(clients: &[Client], round: usize) -> Vec<Client> {
    let mut clients = clients.to_vec();
    let first = round % clients.len().max(1);
    clients.rotate_left(first);
    clients
}
