//! What the description can't say about an answer.

/// The vendor does not say what it answers for a customer without reviews: `null`, nothing, or an object without a label
/// all stand for "none".
pub(crate) mod last_review {
    use customer_api_core::{error::DecodeError, response::ResponseBody};
    use serde::{Deserialize, de::IgnoredAny};

    use crate::Review;

    pub(crate) type Output = Option<Review>;

    #[derive(Deserialize)]
    struct Probe {
        #[serde(default)]
        label: Option<IgnoredAny>,
    }

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        body.read_optional()
            .or_else(|error| match body.object::<Probe>()?.label {
                Some(_) => Err(error),
                None => Ok(None),
            })
    }
}

/// The list without its envelope; the vendor's back end may print an empty list as `null`, or leave it out.
pub(crate) mod customer_reviews {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    use crate::{Review, ReviewList};

    pub(crate) type Output = Vec<Review>;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        let list: Option<ReviewList> = body.read_optional()?;
        Ok(list.and_then(|list| list.reviews).unwrap_or_default())
    }
}

/// A page, possibly an empty one. An answer that has neither of a page's properties is none: taking it for an empty page
/// would end a list too early.
pub(crate) mod all_reviews {
    use customer_api_core::{error::DecodeError, response::ResponseBody};
    use serde::{Deserialize, de::IgnoredAny};

    use crate::ReviewPage;

    pub(crate) type Output = ReviewPage;

    /// Which properties there are, `null` or not.
    #[derive(Deserialize)]
    struct Probe {
        #[serde(default, deserialize_with = "is_there")]
        reviews: bool,
        #[serde(default, deserialize_with = "is_there")]
        meta: bool,
    }

    fn is_there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| true)
    }

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        let page: ReviewPage = body.read()?;
        if page.reviews.is_none() && page.meta.is_none() {
            let probe: Probe = body.object()?;
            if !probe.reviews && !probe.meta {
                return Err(DecodeError::shape("reviews"));
            }
        }
        Ok(page)
    }
}
