//! Clients that are built from environment variables.

use std::fmt::Debug;

use customer_api_core::{
    BuildError, ClientBuilder, Environment, ProviderClient, error::VariableProblem,
};

/// The variables that a client is built from, and the required ones among them.
#[derive(Debug)]
pub struct Variables {
    /// Names and values of all variables.
    set: &'static [(&'static str, &'static str)],
    required: &'static [&'static str],
}

impl Variables {
    /// Sets the names and values of all variables, and the names of the required ones.
    #[must_use]
    pub const fn new(
        set: &'static [(&'static str, &'static str)],
        required: &'static [&'static str],
    ) -> Self {
        Self { set, required }
    }

    /// Returns an environment in which all variables are set.
    #[must_use]
    pub fn all(&self) -> Environment {
        self.with("", None)
    }

    /// Returns an environment in which all variables except one are set.
    #[must_use]
    pub fn without(&self, name: &'static str) -> Environment {
        self.with(name, None)
    }

    /// Returns an environment in which one variable has another value, or is not set.
    fn with(&self, name: &'static str, value: Option<&'static str>) -> Environment {
        let set = self.set;
        Environment::from_lookup(move |wanted| {
            if wanted == name {
                return value.map(Into::into);
            }
            let variable = set.iter().find(|(name, _)| *name == wanted);
            variable.map(|(_, value)| value.into())
        })
    }

    /// Asserts that an error names each required variable that is missing and each variable that is blank, and that the
    /// error contains no part of the secret.
    pub fn assert_each_is_named<B: Debug>(
        &self,
        secret: &str,
        builder_from: impl Fn(&Environment) -> Result<B, BuildError>,
    ) {
        assert!(self.set.iter().any(|(_, value)| value.contains(secret)));
        for (name, _) in self.set {
            for (value, expected) in [
                (None, VariableProblem::Missing),
                (Some(" "), VariableProblem::Empty),
            ] {
                let outcome = builder_from(&self.with(name, value));
                if value.is_none() && !self.required.contains(name) {
                    assert!(outcome.is_ok(), "{name}");
                    continue;
                }
                let error = outcome.unwrap_err();
                assert!(error.to_string().contains(name), "{error}");
                assert!(!format!("{error} {error:?}").contains(secret));
                assert!(
                    matches!(&error, BuildError::Variable { name: found, problem } if found == name && *problem == expected),
                    "{error:?}"
                );
            }
        }
    }
}

/// Asserts that a client built by `from_env` reads the same variables as a client built from an
/// [`Environment`](customer_api_core::Environment): `assert_the_process_is_asked!(Client)`.
///
/// Compares only names, because the test does not control the process's environment.
#[macro_export]
macro_rules! assert_the_process_is_asked {
    ($client:ty) => {
        $crate::assert_same_variables(
            <$client>::builder_from,
            <$client>::builder_from_env,
            <$client>::from_env,
        )
    };
}

/// The implementation of [`assert_the_process_is_asked!`] for a client's functions.
pub fn assert_same_variables<C: ProviderClient + Debug>(
    builder_from: impl Fn(&Environment) -> Result<ClientBuilder<C>, BuildError>,
    builder_from_env: impl Fn() -> Result<ClientBuilder<C>, BuildError>,
    from_env: impl Fn() -> Result<C, BuildError>,
) {
    let of_the_process = builder_from(&Environment::process());
    let by_name = builder_from_env();
    assert_eq!(format!("{of_the_process:?}"), format!("{by_name:?}"));
    assert_eq!(
        from_env().is_ok(),
        by_name.is_ok_and(|builder| builder.build().is_ok())
    );
}
