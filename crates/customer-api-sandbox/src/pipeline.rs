//! What a provider's connections share, and the way of a request through it, without a socket.

use std::sync::Arc;

use crate::description::{Description, Operation, Rejection, Routed};
use crate::fault::FaultScript;
use crate::http1::Head;
use crate::log::{RecordedRequest, RequestLog};
use crate::parameters::Parameters;
use crate::provider::{Call, Outcome, Provider};

pub(crate) struct Pipeline {
    pub(crate) name: &'static str,
    pub(crate) description: Description,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) faults: FaultScript,
    pub(crate) log: RequestLog,
}

impl Pipeline {
    /// Judges a request and carries it out: path, method, admission, description, operation.
    pub(crate) fn process(&self, head: &Head, routed: &Routed<'_>, body: &[u8]) -> Outcome {
        self.try_process(head, routed, body)
            .unwrap_or_else(|rejection| Outcome::unchanged(self.provider.refuse(&rejection)))
    }

    fn try_process(
        &self,
        head: &Head,
        routed: &Routed<'_>,
        body: &[u8],
    ) -> Result<Outcome, Rejection> {
        let (operation, path) = match routed {
            Routed::Found(operation, path) => (operation, path),
            Routed::UnknownPath => return Err(Rejection::UnknownPath),
            Routed::MalformedPath => return Err(Rejection::MalformedPath),
            Routed::WrongMethod(methods) => return Err(Rejection::WrongMethod(methods.clone())),
        };
        if let Err(response) = self.provider.admit(head) {
            return Ok(Outcome::unchanged(response));
        }
        let checked = operation.check(path, head, body)?;
        Ok(self.provider.carry_out(&Call {
            operation_id: &operation.id,
            path,
            query: &checked.query,
            body: &checked.body,
        }))
    }

    pub(crate) fn record(
        &self,
        head: Head,
        operation: Option<&Operation>,
        body: Vec<u8>,
        applied: bool,
        status: Option<u16>,
    ) {
        let unknown_query = operation.zip(head.query().and_then(Parameters::parse_urlencoded));
        self.log.push(RecordedRequest {
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
            applied,
            status,
        });
    }
}
