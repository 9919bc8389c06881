//! Children that do one job at the same time. Each of them may be killed and started again.

use std::process::{Child, Command};

use fastrand::Rng;
use proof::processes::{Signal, start, was_killed};
use tokio::sync::mpsc;

/// The children, by their numbers.
pub(crate) struct Crew {
    job: &'static str,
    members: Vec<Option<Member>>,
    sender: mpsc::UnboundedSender<(Who, Signal)>,
    heard: mpsc::UnboundedReceiver<(Who, Signal)>,
    /// The number of started children.
    pub(crate) runs: usize,
    /// The number of children that a kill ended.
    pub(crate) kills: usize,
}

struct Member {
    child: Child,
    is_doomed: bool,
    last_line: Option<String>,
}

#[derive(Clone, Copy)]
enum Who {
    Provider,
    Member(usize),
}

/// An event.
#[derive(Debug)]
pub(crate) enum News {
    /// The provider received the request that it was watching for.
    Received,
    /// This child was killed.
    Killed(usize),
    /// This child ended, and this was its last line.
    Ended {
        number: usize,
        said: String,
        /// The child was to be killed, and ended before.
        escaped: bool,
    },
}

impl Crew {
    /// Makes a crew. No child is started yet.
    pub(crate) fn new(job: &'static str, size: usize) -> Self {
        let (sender, heard) = mpsc::unbounded_channel();
        Self {
            job,
            members: (0..size).map(|_| None).collect(),
            sender,
            heard,
            runs: 0,
            kills: 0,
        }
    }

    /// Returns the numbers of all children.
    pub(crate) fn numbers(&self) -> std::ops::Range<usize> {
        0..self.members.len()
    }

    /// Starts the child of this number, which is not running.
    pub(crate) fn start(&mut self, number: usize, variables: &[(&str, String)]) {
        assert!(self.members[number].is_none());
        let hear = self.hear(Who::Member(number));
        self.members[number] = Some(Member {
            child: start(self.job, variables, hear),
            is_doomed: false,
            last_line: None,
        });
        self.runs += 1;
    }

    /// Returns the sender for [`News::Received`] from the provider.
    pub(crate) fn provider(&self) -> impl Fn(Signal) + Send + 'static {
        self.hear(Who::Provider)
    }

    fn hear(&self, who: Who) -> impl Fn(Signal) + Send + 'static {
        let sender = self.sender.clone();
        move |signal| drop(sender.send((who, signal)))
    }

    pub(crate) fn is_running(&self) -> bool {
        self.members.iter().any(Option::is_some)
    }

    /// Kills a running child. Returns whether there was one.
    pub(crate) fn kill_any(&mut self, rng: &mut Rng) -> bool {
        let running = self.members.iter_mut().flatten();
        let living: Vec<_> = running.filter(|member| !member.is_doomed).collect();
        let Some(member) = rng.choice(living) else {
            return false;
        };
        member.child.kill().unwrap();
        member.is_doomed = true;
        true
    }

    /// Sends a signal to the child of this number, by its name: `STOP`.
    pub(crate) fn signal(&self, number: usize, name: &str) {
        let member = self.members[number].as_ref().unwrap();
        let id = member.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status();
        assert!(status.unwrap().success());
    }

    /// Waits for an event.
    pub(crate) fn next(&mut self) -> News {
        loop {
            let (who, signal) = self.heard.blocking_recv().unwrap();
            let Who::Member(number) = who else {
                return News::Received;
            };
            let Some(mut member) = self.members[number].take() else {
                continue;
            };
            if let Signal::Line(line) = signal {
                member.last_line = Some(line);
                self.members[number] = Some(member);
                continue;
            }
            if was_killed(&mut member.child) {
                self.kills += 1;
                return News::Killed(number);
            }
            return News::Ended {
                number,
                said: member.last_line.unwrap(),
                escaped: member.is_doomed,
            };
        }
    }
}

/// A proof that fails leaves no child behind.
impl Drop for Crew {
    fn drop(&mut self) {
        for member in self.members.iter_mut().flatten() {
            let _ = member.child.kill();
            let _ = member.child.wait();
        }
    }
}
