use std::str::FromStr;

use thiserror::Error;

/// The name by which a CDN says in its requests that they come from it, such as `cloudfront`: a token
/// (RFC 9110, section 5.6.2), whose letters may be in either case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopToken(String);

/// A text that is not a token.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not a token: write the name that the CDN has in `CDN-Loop` or `Via`, such as `cloudfront`"
)]
pub struct LoopTokenError(String);

impl LoopToken {
    /// The token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LoopToken {
    type Err = LoopTokenError;

    fn from_str(text: &str) -> Result<Self, LoopTokenError> {
        if is_token(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(LoopTokenError(text.to_owned()))
        }
    }
}

/// Whether a text is a token: RFC 9110, section 5.6.2.
pub(crate) fn is_token(text: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_of_token)
}
