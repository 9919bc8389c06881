//! What the description can't say about a response.
//!
//! A caller that settles an unknown label takes "no review" for "not applied". So nothing but a response that is empty of
//! anything else stands for it.

use std::collections::BTreeMap;

use serde_json::Value;

/// The members of an object.
type Members = BTreeMap<String, Value>;

/// The provider adds random members of this name, to catch clients that can't bear new ones. They say nothing.
const NOISE: &str = "unknownField";

/// The provider does not say what it answers for a customer without reviews: `null`, nothing, an empty list, or an object that has
/// a review's members without the label all stand for "none".
pub(crate) mod last_review {
    use customer_api_core::{error::DecodeError, response::ResponseBody};
    use serde_json::Value;

    use super::{Members, NOISE};
    use crate::Review;

    pub(crate) type Output = Option<Review>;

    const LABEL: &str = "label";

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        body.read_optional().or_else(|error| {
            let members: Members = body.object()?;
            if members.get(LABEL).is_some_and(|label| !label.is_null()) {
                Err(error)
            } else if members.iter().all(|(name, value)| is_empty(name, value)) {
                Ok(None)
            } else {
                Err(DecodeError::shape(LABEL))
            }
        })
    }

    /// Whether a member next to a missing label leaves it at "no review".
    fn is_empty(name: &str, value: &Value) -> bool {
        match name {
            LABEL | "customerId" | "comment" | "reviewer" | "timestamp" => true,
            "reviews" => value.is_null() || value.as_array().is_some_and(Vec::is_empty),
            _ => name.starts_with(NOISE),
        }
    }
}

/// The list without its envelope; the provider's back end may print an empty list as `null`, or leave it out. An object that has
/// something else instead is not an envelope.
pub(crate) mod customer_reviews {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    use super::{Members, NOISE};
    use crate::{Review, ReviewList};

    pub(crate) type Output = Vec<Review>;

    const REVIEWS: &str = "reviews";

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        let Some(list) = body.read_optional::<ReviewList>()? else {
            return Ok(Vec::new());
        };
        if let Some(reviews) = list.reviews {
            return Ok(reviews);
        }
        let members: Members = body.object()?;
        let mut names = members.keys();
        if names.all(|name| name == REVIEWS || name.starts_with(NOISE)) {
            Ok(Vec::new())
        } else {
            Err(DecodeError::shape(REVIEWS))
        }
    }
}

/// A page, whose list is empty at the end. A missing or `null` list says nothing: taking it for an empty one would end a list too
/// early.
pub(crate) mod all_reviews {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    use super::Members;
    use crate::ReviewPage;

    pub(crate) type Output = ReviewPage;

    const REVIEWS: &str = "reviews";

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        body.read().map_err(|error| {
            let members = body.object::<Members>();
            // The parser names the object around a member that is missing, and not the member.
            if members.is_ok_and(|members| !members.contains_key(REVIEWS)) {
                DecodeError::shape(REVIEWS)
            } else {
                error
            }
        })
    }
}
