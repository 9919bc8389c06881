//! Reads reviews from responses whose form the description can't express.
//!
//! A caller that settles an unknown label takes "no review" for "not applied". Therefore a response with any unexpected content does not
//! count as "no review".

use std::collections::BTreeMap;

use customer_api_core::{
    error::DecodeError,
    response::{FromBody, ResponseBody},
};
use serde_json::Value;

use crate::{CustomerReviews, LastReview, Review, ReviewList, ReviewPage};

/// The members of an object.
type Members = BTreeMap<String, Value>;

/// The prefix of the random members that the provider adds, to catch clients that fail on new members. These members have no meaning.
const NOISE: &str = "unknownField";

const LABEL: &str = "label";
const REVIEWS: &str = "reviews";

/// The provider does not document its response for a customer without reviews. `null`, an empty body, an empty list, and an object
/// with a review's members but no label all mean "no review".
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

/// Returns whether a response without a label still means "no review" if it has this member.
fn is_empty(name: &str, value: &Value) -> bool {
    match name {
        LABEL | "customerId" | "comment" | "reviewer" | "timestamp" => true,
        REVIEWS => value.is_null() || value.as_array().is_some_and(Vec::is_empty),
        _ => name.starts_with(NOISE),
    }
}

/// The list without its envelope. The provider's back end may write an empty list as `null`, or omit it. An object that has other members
/// and no list is not an envelope.
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

/// A page. An empty list marks the end. A missing or `null` list does not mark the end, because the scroll could then end too early.
impl<O> FromBody<O> for ReviewPage {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        body.read().map_err(|error| {
            let members = body.object::<Members>();
            // For a missing member, the parser names the object around it instead of the member.
            if members.is_ok_and(|members| !members.contains_key(REVIEWS)) {
                DecodeError::shape(REVIEWS)
            } else {
                error
            }
        })
    }
}
