//! The state that all connections of a provider share, and the steps of a request, without a
//! socket.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

use bytes::Bytes;

use crate::clock::{self, Clock};
use crate::description::{Description, Operation, Rejection, Routed};
use crate::fault::{Fault, FaultScript, Later, Processing};
use crate::http1::{Head, Response};
use crate::late::LateWrites;
use crate::live::Live;
use crate::log::{RecordedRequest, RequestLog};
use crate::parameters::Parameters;
use crate::provider::{Outcome, Provider, ValidRequest};
use crate::pulse::Pulse;

pub(crate) struct Pipeline {
    pub(crate) name: &'static str,
    pub(crate) description: Live<Description>,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) faults: FaultScript,
    pub(crate) log: RequestLog,
    pub(crate) clock: Arc<Clock>,
    pub(crate) late: LateWrites,
    /// Further host names under which the sandbox may be called.
    pub(crate) hosts: Arc<[String]>,
    /// Whether connections are accepted.
    pub(crate) is_accepting: AtomicBool,
}

/// The parts that all servers of a sandbox share, and the log of one server.
pub(crate) struct Surroundings {
    pub(crate) clock: Arc<Clock>,
    pub(crate) log: RequestLog,
    pub(crate) hosts: Arc<[String]>,
    pub(crate) pulse: Arc<Pulse>,
}

/// The result of processing a request, as far as it is known when the request is recorded.
#[derive(Default)]
pub(crate) struct Processed {
    /// `None` if the fault prevents or delays the processing of the request.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) late: Option<(ValidRequest, Later)>,
    /// The rules that the request breaks, as texts.
    pub(crate) problems: Vec<String>,
}

/// The recorded data of a request, in addition to its head and its body.
pub(crate) struct Record {
    /// The time at which the whole request had arrived. If the fault resets the connection while
    /// the request is read, the time at which the beginning had arrived.
    pub(crate) time: SystemTime,
    pub(crate) fault: Option<Fault>,
    pub(crate) problems: Vec<String>,
    pub(crate) applied: bool,
    /// The response. `None` if its head is not sent.
    pub(crate) response: Option<Response>,
}

impl Pipeline {
    pub(crate) fn new(
        name: &'static str,
        description: Description,
        provider: Arc<dyn Provider>,
        surroundings: Surroundings,
    ) -> Self {
        Self {
            name,
            description: Live::new(description),
            provider,
            faults: FaultScript::new(surroundings.pulse),
            log: surroundings.log,
            clock: surroundings.clock,
            late: LateWrites::default(),
            hosts: surroundings.hosts,
            is_accepting: AtomicBool::new(true),
        }
    }

    /// Processes a request that meets this fault. First, the request is checked. Then, it is
    /// carried out now, later or never. After that, the second writers write.
    pub(crate) fn process(
        &self,
        head: &Head,
        routed: &Routed<'_>,
        body: &[u8],
        fault: &Fault,
    ) -> Processed {
        self.late.count_request();
        self.carry_out_due();
        if fault.processing == Processing::Never && fault.second_writers.is_empty() {
            return Processed::default();
        }
        let request = match self.judge(head, routed, body) {
            Ok(request) => request,
            Err((response, problems)) => {
                let is_shown = fault.processing == Processing::Now;
                let outcome = Outcome::unchanged(self.dated(response));
                return Processed {
                    outcome: is_shown.then_some(outcome),
                    late: None,
                    problems,
                };
            }
        };
        let outcome = (fault.processing == Processing::Now).then(|| {
            let outcome = self.provider.carry_out(&request.call());
            Outcome {
                response: self.dated(outcome.response),
                ..outcome
            }
        });
        for writer in &fault.second_writers {
            let second = ValidRequest {
                body: writer.body(&request.body),
                ..request.clone()
            };
            match writer.later {
                None => drop(self.provider.carry_out(&second.call())),
                Some(later) => self.late.add(second, None, later, self.clock.now()),
            }
        }
        let late = match fault.processing {
            Processing::Later(later) => Some((request, later)),
            Processing::Never | Processing::Now => None,
        };
        Processed {
            outcome,
            late,
            problems: Vec::new(),
        }
    }

    /// Checks the request: its path and method, the provider's own checks, and the rules of the
    /// description. If a check fails, returns the error response and the broken rules.
    fn judge(
        &self,
        head: &Head,
        routed: &Routed<'_>,
        body: &[u8],
    ) -> Result<ValidRequest, (Response, Vec<String>)> {
        let rejected =
            |rejection: Rejection| (self.provider.refuse(&rejection), rejection.problems());
        let (operation, path) = match routed {
            Routed::Found(operation, path) => (operation, path),
            Routed::UnknownPath => return Err(rejected(Rejection::UnknownPath)),
            Routed::MalformedPath => return Err(rejected(Rejection::MalformedPath)),
            Routed::WrongMethod(methods) => {
                return Err(rejected(Rejection::WrongMethod(methods.clone())));
            }
        };
        self.provider.admit(head).map_err(|response| {
            let problem = format!("refused with {} before the body was read", response.status);
            (response, vec![problem])
        })?;
        let checked = operation.check(path, head, body).map_err(rejected)?;
        Ok(ValidRequest {
            operation_id: operation.id.clone(),
            path: path.clone(),
            query: checked.query,
            body: checked.body,
        })
    }

    /// Carries out the delayed writes that are due.
    pub(crate) fn carry_out_due(&self) {
        for write in self.late.take_due(self.clock.now()) {
            let outcome = self.provider.carry_out(&write.request.call());
            if let Some(number) = write.logged.filter(|_| outcome.applied) {
                self.log.set_applied(number);
            }
        }
    }

    /// Removes the faults, the records, the delayed writes and the recorded requests. The switches
    /// stay.
    pub(crate) fn reset(&self) {
        self.faults.clear();
        self.reset_records();
        self.log.clear();
    }

    /// Removes the provider's records, and the delayed writes.
    pub(crate) fn reset_records(&self) {
        self.late.clear();
        self.provider.reset();
    }

    fn dated(&self, response: Response) -> Response {
        if self.provider.dates() {
            response.with_header("date", &clock::http_date(self.clock.now()))
        } else {
            response
        }
    }

    pub(crate) fn record(
        &self,
        head: Head,
        operation: Option<&Operation>,
        body: Vec<u8>,
        record: Record,
    ) -> u64 {
        let unknown_query = operation.zip(head.query().and_then(Parameters::parse_urlencoded));
        let (status, response_headers, response_body) = match record.response {
            Some(response) => (Some(response.status), response.headers, response.body),
            None => (None, Vec::new(), Bytes::new()),
        };
        self.log.push(RecordedRequest {
            id: 0,
            time: record.time,
            provider: self.name,
            operation_id: operation.map(|operation| operation.id.clone()),
            path_template: operation.map(|operation| operation.template.clone()),
            unknown_query: unknown_query
                .map(|(operation, query)| operation.unknown_query(&query))
                .unwrap_or_default(),
            method: head.method,
            target: head.target,
            headers: head.headers,
            body,
            fault: record.fault,
            problems: record.problems,
            applied: record.applied,
            status,
            response_headers,
            response_body,
        })
    }
}
