//! The JSON form of a fault.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Chance, Delivery, Fault, FaultBody, Later, Processing, SHORTEST_OVERSIZED, SecondWriter,
};
use crate::duration;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultForm {
    fault: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    processed: Option<Processed>,
    /// Null stands for all requests.
    #[serde(default = "one")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(
        default,
        with = "duration::optional",
        skip_serializing_if = "Option::is_none"
    )]
    delay: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<FaultBody>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    informational: Vec<u16>,
    #[serde(
        default,
        with = "duration::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pause: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    second_writers: Vec<SecondWriter>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    None,
    Status,
    Drip,
    Hang,
    ResetWhileReading,
    ResetBeforeHead,
    CloseBeforeHead,
    ResetAfterHead,
    ResetMidBody,
    Truncated,
    Oversized,
}

/// When the operation is carried out: before the fault occurs, never, or later.
#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "true, false, {\"after\": \"5s\"} or {\"requests\": 2} expected"
)]
enum Processed {
    Now(bool),
    Later(Later),
}

/// The JSON form of a second writer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecondWriterForm {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    set: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unset: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    later: Option<Later>,
}

#[expect(clippy::unnecessary_wraps, reason = "the type of the field")]
fn one() -> Option<u32> {
    Some(1)
}

impl TryFrom<FaultForm> for Fault {
    type Error = String;

    fn try_from(form: FaultForm) -> Result<Self, String> {
        let needs = |field: &str, kind: &str| format!("the fault `{kind}` needs `{field}`");
        let delivery = match form.fault {
            Kind::None | Kind::Status => Delivery::Whole,
            Kind::Drip => Delivery::Drip(form.pause.ok_or_else(|| needs("pause", "drip"))?),
            Kind::Hang => Delivery::Hang,
            Kind::ResetWhileReading => Delivery::ResetWhileReading,
            Kind::ResetBeforeHead => Delivery::ResetBeforeHead,
            Kind::CloseBeforeHead => Delivery::CloseBeforeHead,
            Kind::ResetAfterHead => Delivery::ResetAfterHead,
            Kind::ResetMidBody => Delivery::ResetMidBody,
            Kind::Truncated => Delivery::Truncate,
            Kind::Oversized => {
                Delivery::Oversize(form.length.ok_or_else(|| needs("length", "oversized"))?)
            }
        };
        if form.fault == Kind::Status && form.status.is_none() {
            return Err(needs("status", "status"));
        }
        if form.fault == Kind::None && form.status.is_some() {
            return Err("the fault `none` has no `status`; use `status`".to_owned());
        }
        if form.pause.is_some() && form.fault != Kind::Drip {
            return Err("only the fault `drip` has a `pause`".to_owned());
        }
        if form.length.is_some() && form.fault != Kind::Oversized {
            return Err("only the fault `oversized` has a `length`".to_owned());
        }
        if form
            .length
            .is_some_and(|length| length < SHORTEST_OVERSIZED)
        {
            return Err(format!("`length` must be at least {SHORTEST_OVERSIZED}"));
        }
        let is_header = |(name, value): (&String, &String)| {
            http::HeaderName::from_bytes(name.as_bytes()).is_ok()
                && !value.contains(['\r', '\n', '\0'])
        };
        if !form.headers.iter().all(is_header) {
            return Err(
                "`headers` must have names of headers, and values without line breaks".to_owned(),
            );
        }
        if form
            .status
            .is_some_and(|status| !(100..=999).contains(&status))
        {
            return Err("`status` must have three digits".to_owned());
        }
        if form
            .informational
            .iter()
            .any(|status| !(100..=199).contains(status))
        {
            return Err("`informational` must have statuses from 100 to 199".to_owned());
        }
        let leaves_response =
            form.fault == Kind::None || (form.fault == Kind::Drip && form.status.is_none());
        let processing = match form.processed {
            Some(Processed::Now(true)) => Processing::Now,
            Some(Processed::Now(false)) => Processing::Never,
            Some(Processed::Later(later)) => Processing::Later(later),
            None if leaves_response => Processing::Now,
            None => Processing::Never,
        };
        if form.fault == Kind::ResetWhileReading
            && (processing != Processing::Never || !form.second_writers.is_empty())
        {
            return Err(
                "the request of `reset_while_reading` never arrives, so it can't be processed"
                    .to_owned(),
            );
        }
        let chance = match (form.probability, form.seed) {
            (None, None) => None,
            (None, Some(_)) => return Err("`seed` needs `probability`".to_owned()),
            (Some(probability), _) if !(0.0..=1.0).contains(&probability) => {
                return Err("`probability` must be from 0 to 1".to_owned());
            }
            (Some(probability), seed) => Some(Chance {
                probability,
                seed: seed.unwrap_or_default(),
            }),
        };
        let body = match form.body {
            None if form.status.is_some() => Some(FaultBody::empty()),
            body => body,
        };
        Ok(Self {
            times: form.times,
            chance,
            processing,
            second_writers: form.second_writers,
            delay: form.delay.unwrap_or_default(),
            informational: form.informational,
            delivery,
            status: form.status,
            headers: form.headers.into_iter().collect(),
            body,
        })
    }
}

impl From<Fault> for FaultForm {
    fn from(fault: Fault) -> Self {
        let (mut pause, mut length) = (None, None);
        let kind = match fault.delivery {
            Delivery::Whole if fault.status.is_some() => Kind::Status,
            Delivery::Whole => Kind::None,
            Delivery::Drip(time) => {
                pause = Some(time);
                Kind::Drip
            }
            Delivery::Hang => Kind::Hang,
            Delivery::ResetWhileReading => Kind::ResetWhileReading,
            Delivery::ResetBeforeHead => Kind::ResetBeforeHead,
            Delivery::CloseBeforeHead => Kind::CloseBeforeHead,
            Delivery::ResetAfterHead => Kind::ResetAfterHead,
            Delivery::ResetMidBody => Kind::ResetMidBody,
            Delivery::Truncate => Kind::Truncated,
            Delivery::Oversize(bytes) => {
                length = Some(bytes);
                Kind::Oversized
            }
        };
        let is_default_body = fault.status.is_some() && fault.body == Some(FaultBody::empty());
        Self {
            fault: kind,
            processed: Some(match fault.processing {
                Processing::Now => Processed::Now(true),
                Processing::Never => Processed::Now(false),
                Processing::Later(later) => Processed::Later(later),
            }),
            times: fault.times,
            probability: fault.chance.map(|chance| chance.probability),
            seed: fault.chance.map(|chance| chance.seed),
            delay: (!fault.delay.is_zero()).then_some(fault.delay),
            status: fault.status,
            headers: fault.headers.into_iter().collect(),
            body: fault.body.filter(|_| !is_default_body),
            informational: fault.informational,
            pause,
            length,
            second_writers: fault.second_writers,
        }
    }
}

impl From<SecondWriterForm> for SecondWriter {
    fn from(form: SecondWriterForm) -> Self {
        let set = form
            .set
            .into_iter()
            .map(|(field, value)| (field, Some(value)));
        let unset = form.unset.into_iter().map(|field| (field, None));
        Self {
            changes: set.chain(unset).collect(),
            later: form.later,
        }
    }
}

impl From<SecondWriter> for SecondWriterForm {
    fn from(writer: SecondWriter) -> Self {
        let mut form = Self {
            set: BTreeMap::new(),
            unset: Vec::new(),
            later: writer.later,
        };
        for (field, value) in writer.changes {
            match value {
                Some(value) => drop(form.set.insert(field, value)),
                None => form.unset.push(field),
            }
        }
        form
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<Fault, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn every_fault_has_a_form_and_comes_back() {
        let second = Duration::from_secs(1);
        let faults = [
            Fault::none().delay(90 * second),
            Fault::status(503).header("retry-after", "1").times(2),
            Fault::redirect(302, "/x").always(),
            Fault::hang().probability(0.25, 7),
            Fault::reset_while_reading(),
            Fault::reset_before_head().processed(),
            Fault::close_before_head().processed_later(Later::After(5 * second)),
            Fault::reset_after_head().processed_later(Later::Requests(2)),
            Fault::reset_mid_body().informational(103),
            Fault::truncated().body(FaultBody::json(&json!({ "a": [1] }))),
            Fault::oversized(4_000),
            Fault::none().drip(Duration::from_millis(100)),
            Fault::status(200).body(FaultBody::html("<p>")),
            Fault::status(200).body(FaultBody::text("a")),
            Fault::none().body(FaultBody::not_json("{")),
            Fault::none().body(FaultBody::empty()),
            Fault::reset_before_head().second_writer(
                SecondWriter::same()
                    .set("city", "Nadi")
                    .unset("phone")
                    .later(Later::Requests(1)),
            ),
        ];
        for fault in faults {
            let form = serde_json::to_value(&fault).unwrap();
            assert_eq!(read(form.clone()), Ok(fault), "{form}");
        }
    }

    #[test]
    fn what_is_left_out_has_the_default_of_the_method() {
        for (form, fault) in [
            (json!({ "fault": "none" }), Fault::none()),
            (json!({ "fault": "hang" }), Fault::hang()),
            (
                json!({ "fault": "status", "status": 500 }),
                Fault::status(500),
            ),
            (
                json!({ "fault": "drip", "pause": "100ms" }),
                Fault::none().drip(Duration::from_millis(100)),
            ),
            (
                json!({ "fault": "drip", "pause": "1s", "status": 500 }),
                Fault::status(500).drip(Duration::from_secs(1)),
            ),
            (
                json!({ "fault": "hang", "times": null }),
                Fault::hang().always(),
            ),
        ] {
            assert_eq!(read(form), Ok(fault));
        }
    }

    #[test]
    fn a_wrong_form_is_refused_with_a_reason() {
        for (form, reason) in [
            (json!({}), "missing field `fault`"),
            (json!({ "fault": "explode" }), "unknown variant `explode`"),
            (
                json!({ "fault": "hang", "time": 1 }),
                "unknown field `time`",
            ),
            (json!({ "fault": "status" }), "needs `status`"),
            (json!({ "fault": "status", "status": 42 }), "three digits"),
            (json!({ "fault": "none", "status": 500 }), "use `status`"),
            (json!({ "fault": "drip" }), "needs `pause`"),
            (
                json!({ "fault": "hang", "pause": "1s" }),
                "only the fault `drip`",
            ),
            (json!({ "fault": "oversized" }), "needs `length`"),
            (
                json!({ "fault": "hang", "length": 13 }),
                "only the fault `oversized`",
            ),
            (json!({ "fault": "oversized", "length": 12 }), "at least 13"),
            (
                json!({ "fault": "hang", "headers": { "a\r\nb": "c" } }),
                "names of headers",
            ),
            (
                json!({ "fault": "hang", "headers": { "": "c" } }),
                "names of headers",
            ),
            (
                json!({ "fault": "hang", "headers": { "a": "b\r\nc: d" } }),
                "without line breaks",
            ),
            (json!({ "fault": "hang", "seed": 1 }), "needs `probability`"),
            (json!({ "fault": "hang", "probability": 2 }), "from 0 to 1"),
            (json!({ "fault": "hang", "delay": "soon" }), "soon"),
            (json!({ "fault": "hang", "delay": "-1s" }), "-1s"),
            (
                json!({ "fault": "hang", "processed": "yes" }),
                "true, false",
            ),
            (
                json!({ "fault": "reset_while_reading", "processed": true }),
                "never arrives",
            ),
            (
                json!({ "fault": "none", "informational": [200] }),
                "100 to 199",
            ),
        ] {
            let error = read(form.clone()).unwrap_err();
            assert!(error.contains(reason), "{form}: {error}");
        }
    }
}
