//! How reviews are read where the description can't say it.
//!
//! A caller that settles an unknown label takes "no review" for "not applied". Therefore only a response that holds nothing else
//! counts as "no review".

use std::collections::BTreeMap;

use customer_api_core::{
    error::DecodeError,
    response::{FromBody, ResponseBody},
};
use serde_json::Value;

use crate::{CustomerReviews, LastReview, Review, ReviewList, ReviewPage};

/// The members of an object.
type Members = BTreeMap<String, Value>;

/// The provider adds random members of this name, to catch clients that can't bear new ones. They say nothing.
const NOISE: &str = "unknownField";

const LABEL: &str = "label";
const REVIEWS: &str = "reviews";

/// The provider does not say what it answers for a customer without reviews: `null`, nothing, an empty list, or an object that has
/// a review's members without the label all stand for "none".
impl FromBody<LastReview> for Option<Review> {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
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
}

/// Whether a member next to a missing label leaves it at "no review".
fn is_empty(name: &str, value: &Value) -> bool {
    match name {
        LABEL | "customerId" | "comment" | "reviewer" | "timestamp" => true,
        REVIEWS => value.is_null() || value.as_array().is_some_and(Vec::is_empty),
        _ => name.starts_with(NOISE),
    }
}

/// The list without its envelope; the provider's back end may print an empty list as `null`, or leave it out. An object that has
/// something else instead is not an envelope.
impl FromBody<CustomerReviews> for Vec<Review> {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
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
impl<O> FromBody<O> for ReviewPage {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
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
