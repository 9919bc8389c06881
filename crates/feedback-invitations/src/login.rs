use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use customer_api_core::{
    BuildError, Error, async_trait,
    auth::{AuthContext, AuthError, Credential},
    http::header::AUTHORIZATION,
    secrecy::{ExposeSecret as _, SecretString},
    session::{Login, Token},
};

use crate::{AccessToken, LogIn};

/// The documented lifetime of a token. The `expiration` of a response can shorten it.
const LIFE: Duration = Duration::from_secs(60 * 60);

/// Exchanges a user name and a password for a token.
pub(crate) struct PasswordLogin {
    username: String,
    password: SecretString,
}

impl PasswordLogin {
    pub(crate) fn new(username: String, password: SecretString) -> Self {
        Self { username, password }
    }
}

#[async_trait]
impl Login for PasswordLogin {
    async fn log_in(&self, context: &AuthContext<'_>) -> Result<Token, AuthError> {
        let log_in = LogIn::new(&self.username, self.password.expose_secret());
        let response = context.call(log_in).response().await.map_err(failure)?;
        let granted = response.value();
        // The header contains the token alone, because the provider's samples have no `Bearer`.
        let token = Token::new(Credential::new(AUTHORIZATION, &granted.token)?).with_lifetime(LIFE);
        Ok(match expiration(granted) {
            Some(time) => token.with_expiry(time, response.headers()),
            None => token,
        })
    }

    fn check(&self) -> Result<(), BuildError> {
        for (what, value) in [
            ("the user name is blank", self.username.as_str()),
            ("the password is blank", self.password.expose_secret()),
        ] {
            if value.trim().is_empty() {
                return Err(BuildError::Credential(what.into()));
            }
        }
        Ok(())
    }

    fn identity(&self) -> Option<SecretString> {
        let (name, password) = (&self.username, self.password.expose_secret());
        Some(format!("{}:{name}{password}", name.len()).into())
    }
}

/// Converts a failed login. The status of a refused login is not documented. Therefore any response with one of the provider's codes counts
/// as a refusal, except a 429, which is not about the login.
fn failure(error: Error) -> AuthError {
    let refused = error.code().is_some() && !error.is_rate_limited();
    let error = AuthError::from(error);
    if refused { error.refused() } else { error }
}

/// Returns the time at which the token expires. `None` if there is no number, or if the number is not a time.
fn expiration(response: &AccessToken) -> Option<SystemTime> {
    let since = Duration::try_from_secs_f64(response.expiration?).ok()?;
    UNIX_EPOCH.checked_add(since)
}

impl fmt::Debug for PasswordLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordLogin").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(expiration: &str) -> Option<SystemTime> {
        let body = format!(r#"{{"token":"t","expiration":{expiration}}}"#);
        self::expiration(&serde_json::from_str(&body).unwrap())
    }

    #[test]
    fn the_providers_sample_is_a_moment() {
        let moment = UNIX_EPOCH + Duration::from_millis(1_517_434_473_269);
        let error = read("1517434473.269")
            .unwrap()
            .duration_since(moment)
            .unwrap_or_else(|error| error.duration());
        assert!(error < Duration::from_micros(1), "{error:?}");
    }

    #[test]
    fn a_number_that_is_no_time_is_ignored() {
        for number in ["null", "-1", "-1.5e300", "1e300", "1e20"] {
            assert_eq!(read(number), None, "{number}");
        }
    }
}
