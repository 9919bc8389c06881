use super::ResponseBody;
use crate::error::DecodeError;

/// A type that is read from the response to the operation `O` by its own code.
///
/// This is for a response that a description can't describe. A generated operation names the type (`x-output`), and the type reads
/// itself. The parameter names the operation, so that a crate can read one operation's response into an `Option` or a `Vec` of its
/// types.
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
    /// If the body is not what the operation returns. The error names the place and quotes nothing.
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError>;
}
