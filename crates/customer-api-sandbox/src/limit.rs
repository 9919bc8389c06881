//! A limit per window of time in JSON: `{"requests": 20, "window": "1m"}`, or null for none.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::duration;

#[derive(Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "null or {\"requests\": 20, \"window\": \"1m\"}"
)]
struct Form<N> {
    requests: N,
    #[serde(with = "duration::required")]
    window: Duration,
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
pub(crate) fn serialize<N: Serialize + Copy, S: Serializer>(
    limit: &Option<(N, Duration)>,
    to: S,
) -> Result<S::Ok, S::Error> {
    let form = limit.map(|(requests, window)| Form { requests, window });
    form.serialize(to)
}

pub(crate) fn deserialize<'de, N: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<(N, Duration)>, D::Error> {
    let form = Option::<Form<N>>::deserialize(from)?;
    Ok(form.map(|form| (form.requests, form.window)))
}
