use super::ResponseBody;
use crate::error::DecodeError;

/// A type with hand-written code that reads the response to the operation `O`.
///
/// Implement this trait for a response that a description can't express. The description names the type (`x-output`), and the generated
/// operation calls [`from_body`](Self::from_body). Because of the parameter `O`, a crate can also implement the trait for an `Option` or a
/// `Vec` of its types.
///
/// ```
/// use customer_api_core::{
///     error::DecodeError,
///     response::{FromBody, ResponseBody},
/// };
///
/// /// The lines of a response that is plain text.
/// struct Lines(Vec<String>);
///
/// impl<O> FromBody<O> for Lines {
///     fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
///         Ok(Self(body.lossy().lines().map(str::to_owned).collect()))
///     }
/// }
/// ```
pub trait FromBody<O>: Sized {
    /// Reads the body of a success.
    ///
    /// # Errors
    ///
    /// If the body is not what the operation returns. The error names the place, and contains no value of the body.
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError>;
}
