//! Settings from environment variables.

use std::{ffi::OsString, fmt, sync::Arc};

use secrecy::SecretString;

use crate::{
    BaseUrl,
    error::{BuildError, VariableProblem},
};

/// The source of a client's settings, which are looked up by the names of variables.
///
/// Usually the source is the [process's environment](Self::process). A test, or a program that keeps its settings elsewhere, passes its own
/// [lookup](Self::from_lookup). No value is ever printed.
///
/// ```
/// use customer_api_core::{BuildError, environment::Environment};
/// use std::collections::HashMap;
///
/// let kept = HashMap::from([("SHOP_TOKEN", "s3cret")]);
/// let environment = Environment::from_lookup(move |name| kept.get(name).map(Into::into));
///
/// assert!(environment.secret("SHOP_TOKEN").is_ok());
/// assert_eq!(environment.optional("SHOP_BASE_URL")?, None);
/// let error = environment.required("SHOP_ACCOUNT").unwrap_err();
/// assert_eq!(error.to_string(), "the environment variable `SHOP_ACCOUNT` is not set");
/// # Ok::<(), BuildError>(())
/// ```
#[derive(Clone)]
pub struct Environment {
    lookup: Arc<Lookup>,
}

type Lookup = dyn Fn(&str) -> Option<OsString> + Send + Sync;

impl Environment {
    /// Reads the variables of this process.
    #[must_use]
    pub fn process() -> Self {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    /// Reads variables with a function that returns the value of the variable with a given name, or `None` if the variable is not set.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        Self {
            lookup: Arc::new(lookup),
        }
    }

    /// Returns the value of a variable that must be set.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] if the variable is not set, is not Unicode, or contains nothing except white space.
    pub fn required(&self, name: &'static str) -> Result<String, BuildError> {
        self.optional(name)?
            .ok_or_else(|| refused(name, VariableProblem::Missing))
    }

    /// Returns the secret in a variable that must be set.
    ///
    /// # Errors
    ///
    /// The same errors as [`required`](Self::required).
    pub fn secret(&self, name: &'static str) -> Result<SecretString, BuildError> {
        self.required(name).map(SecretString::from)
    }

    /// Returns the value of a variable that can be missing.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] if the variable is set but is not Unicode, or contains nothing except white space. In both cases the
    /// operator meant to set a value.
    pub fn optional(&self, name: &'static str) -> Result<Option<String>, BuildError> {
        let Some(value) = (self.lookup)(name) else {
            return Ok(None);
        };
        match value.into_string() {
            Ok(value) if value.trim().is_empty() => Err(refused(name, VariableProblem::Empty)),
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(refused(name, VariableProblem::NotUnicode)),
        }
    }

    /// Returns the base URL in a variable that can be missing.
    ///
    /// # Errors
    ///
    /// The same errors as [`optional`](Self::optional), and [`BuildError::VariableUrl`] if its value can't be used as a base URL.
    pub fn base_url(&self, name: &'static str) -> Result<Option<BaseUrl>, BuildError> {
        let parse = |text: String| {
            text.parse::<BaseUrl>()
                .map_err(|error| BuildError::VariableUrl {
                    name,
                    problem: Box::new(error),
                })
        };
        self.optional(name)?.map(parse).transpose()
    }

    /// Returns the base URL in a variable that must be set.
    ///
    /// # Errors
    ///
    /// The same errors as [`required`](Self::required) and [`base_url`](Self::base_url).
    pub fn required_base_url(&self, name: &'static str) -> Result<BaseUrl, BuildError> {
        self.base_url(name)?
            .ok_or_else(|| refused(name, VariableProblem::Missing))
    }
}

fn refused(name: &'static str, problem: VariableProblem) -> BuildError {
    BuildError::Variable { name, problem }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    /// Returns an environment whose variables have names that describe their values.
    fn environment() -> Environment {
        Environment::from_lookup(|name| match name {
            "SET" => Some("s3cret".into()),
            "EMPTY" => Some(OsString::new()),
            "BLANK" => Some(" \t\n".into()),
            "NOT_UNICODE" => Some(not_unicode()),
            _ => None,
        })
    }

    #[cfg(unix)]
    fn not_unicode() -> OsString {
        use std::os::unix::ffi::OsStringExt as _;
        OsString::from_vec(b"s3cret\xff".to_vec())
    }

    #[cfg(windows)]
    fn not_unicode() -> OsString {
        use std::os::windows::ffi::OsStringExt as _;
        OsString::from_wide(&[u16::from(b's'), 0xd800])
    }

    #[track_caller]
    fn refuses(outcome: Result<impl fmt::Debug, BuildError>, name: &str, problem: VariableProblem) {
        let error = outcome.unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"));
        match error {
            BuildError::Variable {
                name: found,
                problem: what,
            } => assert_eq!((found, what), (name, problem)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_value_is_taken_as_it_stands() {
        let environment = environment();
        assert_eq!(environment.required("SET").unwrap(), "s3cret");
        assert_eq!(environment.optional("SET").unwrap().unwrap(), "s3cret");
        assert_eq!(environment.secret("SET").unwrap().expose_secret(), "s3cret");
    }

    #[test]
    fn what_is_missing_matters_only_if_it_is_required() {
        let environment = environment();
        assert_eq!(environment.optional("OTHER").unwrap(), None);
        refuses(
            environment.required("OTHER"),
            "OTHER",
            VariableProblem::Missing,
        );
        refuses(
            environment.secret("OTHER"),
            "OTHER",
            VariableProblem::Missing,
        );
    }

    #[test]
    fn what_is_set_and_says_nothing_is_refused_even_if_it_may_be_missing() {
        let environment = environment();
        for (name, problem) in [
            ("EMPTY", VariableProblem::Empty),
            ("BLANK", VariableProblem::Empty),
            ("NOT_UNICODE", VariableProblem::NotUnicode),
        ] {
            refuses(environment.required(name), name, problem);
            refuses(environment.secret(name), name, problem);
            refuses(environment.optional(name), name, problem);
        }
    }

    #[test]
    fn a_base_url_that_can_not_be_used_names_its_variable_and_shows_no_value() {
        let environment = Environment::from_lookup(|name| match name {
            "WORDS" => Some("s3cret".into()),
            "PLAIN" => Some("http://s3cret.example".into()),
            "GOOD" => Some("https://shop.example/".into()),
            _ => None,
        });
        for (name, words) in [("WORDS", "not an absolute URL"), ("PLAIN", "must be https")] {
            let error = environment.base_url(name).unwrap_err().to_string();
            let begins = format!("the environment variable `{name}`: ");
            assert!(error.starts_with(&begins), "{error}");
            assert!(
                error.contains(words) && !error.contains("s3cret"),
                "{error}"
            );
        }
        let good = environment.required_base_url("GOOD").unwrap();
        assert_eq!(String::from(good), "https://shop.example");
        assert!(environment.base_url("OTHER").unwrap().is_none());
        let missing = environment.required_base_url("OTHER").unwrap_err();
        assert!(missing.to_string().contains("is not set"), "{missing}");
    }

    #[test]
    fn the_process_has_an_environment_and_its_values_are_not_printed() {
        let process = Environment::process();
        // Set by cargo for every test it runs.
        let here = process.required("CARGO_MANIFEST_DIR").unwrap();
        assert!(!format!("{process:?}").contains(&here));
    }
}
