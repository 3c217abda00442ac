//! A secret that is sent and never shown.

use std::env;

use reqwest::header::HeaderValue;

use crate::output::Failure;

/// Shown instead of the token.
const HIDDEN: &str = "(token)";

/// The value of `Authorization`, from an environment variable. Cannot be printed.
pub(crate) struct Token {
    header: HeaderValue,
    secret: String,
}

impl Token {
    /// Reads the variable `name`. A single word is a bearer token; `Basic dXNlcjo…` is sent as it
    /// is.
    pub(crate) fn from_variable(name: &str) -> Result<Self, Failure> {
        let failure =
            |words: &str| Failure::new(format!("the environment variable {name} {words}"));
        let value = env::var(name).map_err(|_| failure("is not set, or is not UTF-8"))?;
        Self::new(value.trim()).ok_or_else(|| failure("does not hold what a header can"))
    }

    fn new(value: &str) -> Option<Self> {
        let (scheme, secret) = value.split_once(' ').unwrap_or(("Bearer", value));
        let mut header = HeaderValue::from_str(&format!("{scheme} {secret}")).ok()?;
        header.set_sensitive(true);
        (!secret.is_empty()).then(|| Self {
            header,
            secret: secret.to_owned(),
        })
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// Removes the token from a received text: a server may echo what it gets.
    pub(crate) fn hide(&self, text: &str) -> String {
        text.replace(&self.secret, HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn a_single_word_is_a_bearer_token() {
        for (value, header, secret) in [
            ("abc", "Bearer abc", "abc"),
            ("Basic dXNlcjpw", "Basic dXNlcjpw", "dXNlcjpw"),
        ] {
            let token = Token::new(value).unwrap();
            assert_eq!(token.header().to_str().unwrap(), header);
            assert!(token.header().is_sensitive());
            assert_eq!(token.hide(&format!("<{secret}>")), "<(token)>");
        }
        assert!(Token::new("").is_none());
        assert!(Token::new("a\nb").is_none());
    }
}
