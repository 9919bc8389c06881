//! The clients that are compared, and how each is started.

use std::process::Command;

use crate::{
    Failure,
    callers::Call,
    process,
    progenitor::Peer,
    report::{Figure, Plot, PlotKind, Series, Target},
    spread::Spread,
};

/// A client in a separate process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    Ours,
    Hand,
    Hyper,
    Progenitor,
}

impl Client {
    pub(crate) const ALL: [Self; 4] = [Self::Ours, Self::Hand, Self::Hyper, Self::Progenitor];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Ours => "this project",
            Self::Hand => "hand-written reqwest",
            Self::Hyper => "raw hyper",
            Self::Progenitor => "progenitor",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Hand => "hand",
            Self::Hyper => "hyper",
            Self::Progenitor => "progenitor",
        }
    }
}

/// Whether allocations are counted. Counting costs time and instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    Off,
    On,
}

/// The programs with the clients: this project's, and the generated one.
pub(crate) struct Clients {
    peer: Option<Peer>,
}

impl Clients {
    /// Builds the generated client. If that fails, the others are compared without it.
    pub(crate) fn prepare(report: &mut crate::report::Report) -> Self {
        let peer = match Peer::build() {
            Ok(peer) => {
                for remark in &peer.remarks {
                    report.remark(remark);
                }
                Some(peer)
            }
            Err(failure) => {
                report.remark(format!(
                    "the client by progenitor could not be built: {failure}"
                ));
                None
            }
        };
        Self { peer }
    }

    /// Returns the clients that can make a call. The first client changes with every round, so that no client always
    /// benefits or suffers from the order.
    pub(crate) fn in_turn(&self, call: Call, round: usize) -> Vec<Client> {
        let makes = |client: &Client| match client {
            Client::Progenitor => self.peer.as_ref().is_some_and(|peer| peer.makes(call)),
            Client::Ours | Client::Hand | Client::Hyper => true,
        };
        let mut clients: Vec<_> = Client::ALL.into_iter().filter(makes).collect();
        let first = round % clients.len().max(1);
        clients.rotate_left(first);
        clients
    }

    /// Returns the command by which a client makes this number of calls.
    pub(crate) fn drive(
        &self,
        client: Client,
        counting: Counting,
        call: Call,
        (count, in_flight): (u64, u64),
        url: &str,
    ) -> Result<Command, Failure> {
        let program = match (client, &self.peer) {
            (Client::Progenitor, Some(peer)) => peer.program(counting),
            _ if counting == Counting::On => process::program("bench-counts")?,
            _ => process::program("bench")?,
        };
        let mut command = Command::new(program);
        command.args([
            "drive".to_owned(),
            format!("client={}", client.name()),
            format!("call={call}"),
            format!("count={count}"),
            format!("in-flight={in_flight}"),
            format!("url={url}"),
        ]);
        Ok(command)
    }
}

/// The costs of the clients, round by round.
#[derive(Default)]
pub(crate) struct Taken(Vec<(Client, Vec<f64>)>);

impl Taken {
    pub(crate) fn keep(&mut self, client: Client, value: f64) {
        match self.0.iter_mut().find(|(taken, _)| *taken == client) {
            Some((_, values)) => values.push(value),
            None => self.0.push((client, vec![value])),
        }
    }

    fn of(&self, client: Client) -> Option<&[f64]> {
        let found = self.0.iter().find(|(taken, _)| *taken == client);
        found.map(|(_, values)| values.as_slice())
    }

    fn median(&self, client: Client) -> Option<f64> {
        self.of(client)
            .map(|values| Spread::of(values.iter().copied()).median)
    }

    /// Compares the project's client with another one. The detail shows the cost of each.
    pub(crate) fn against(
        &self,
        baseline: Client,
        measure: &str,
        target: Target,
        write: impl Fn(f64) -> String,
    ) -> Figure {
        let [ours, theirs] =
            [Client::Ours, baseline].map(|client| self.of(client).unwrap_or_default());
        let each = Client::ALL.into_iter().filter_map(|client| {
            let median = self.median(client)?;
            Some(format!("{} {}", client.title(), write(median)))
        });
        let measure = format!("{measure} ÷ {}", baseline.title());
        Figure::ratio(measure, target, Spread::of_ratios(ours, theirs))
            .detail(each.collect::<Vec<_>>().join(", "))
    }
}

/// Returns a plot of medians: a group, or a point, for each label.
pub(crate) fn plot(
    kind: PlotKind,
    (title, axis): (&str, &str),
    columns: &[(String, Taken)],
    scale: f64,
) -> Plot {
    let series = Client::ALL.into_iter().map(|client| Series {
        name: client.title().to_owned(),
        values: columns
            .iter()
            .map(|(_, taken)| taken.median(client).map(|median| median * scale))
            .collect(),
    });
    Plot {
        title: title.to_owned(),
        kind,
        axis: axis.to_owned(),
        labels: columns.iter().map(|(label, _)| label.clone()).collect(),
        series: series
            .filter(|series| series.values.iter().any(Option::is_some))
            .collect(),
    }
}
