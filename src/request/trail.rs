//! Which machines a request says that it came through.

use crate::values::LoopToken;

/// The values of a request's `CDN-Loop` (RFC 8586) and `Via` (RFC 9110, section 7.6.3), as they arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trail<'a> {
    pub(super) cdn_loop: Vec<&'a [u8]>,
    pub(super) via: Vec<&'a [u8]>,
}

impl Trail<'_> {
    /// Whether the request came through the CDN of this name.
    ///
    /// In `CDN-Loop` the name is an element's identifier. In `Via` it is a comment, or a label of the host
    /// that received the request.
    pub(super) fn includes(&self, token: &LoopToken) -> bool {
        let is_token = |text: &str| text.eq_ignore_ascii_case(token.as_str());
        let in_cdn_loop = elements(&self.cdn_loop, '"', '"').any(|element| {
            let identifier = element.split(';').next();
            identifier.is_some_and(|it| is_token(it.trim()))
        });
        in_cdn_loop
            || elements(&self.via, '(', ')').any(|element| {
                let (received, comment) = element.split_once('(').unwrap_or((&element, ""));
                let received_by = received.split_ascii_whitespace().nth(1);
                let host = received_by.and_then(|it| it.split(':').next());
                let comment = comment.trim_end().trim_end_matches(')').trim();
                is_token(comment) || host.is_some_and(|host| host.split('.').any(is_token))
            })
    }
}

/// The elements of a list field's values: split at the commas outside text between `open` and `close`.
fn elements(values: &[&[u8]], open: char, close: char) -> impl Iterator<Item = String> {
    values.iter().flat_map(move |value| {
        let (mut depth, mut is_escaped) = (0_usize, false);
        // Lossy decoding is safe: a token is ASCII.
        let text = String::from_utf8_lossy(value);
        let elements = text.split(move |character| {
            if is_escaped {
                is_escaped = false;
            } else if character == '\\' {
                is_escaped = depth > 0;
            } else if character == close && depth > 0 {
                depth -= 1;
            } else if character == open {
                depth += 1;
            }
            character == ',' && depth == 0
        });
        elements.map(str::to_owned).collect::<Vec<_>>()
    })
}
