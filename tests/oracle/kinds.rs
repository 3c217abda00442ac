//! The capture types of docs/configuration.md, checked letter by letter.

/// Whether a text is of a type.
pub(crate) fn takes(kind: &str, text: &str) -> bool {
    match kind {
        "crate" => is_crate(text),
        "semver" => is_semver(text),
        "segment" => is_segment(text),
        "lower" => is_segment(text) && !text.bytes().any(|byte| byte.is_ascii_uppercase()),
        "path" => text.len() <= 1024 && text.split('/').all(is_segment),
        "digits" => (1..=255).contains(&text.len()) && is_digits(text),
        "sha1" => is_hex(text, 40),
        "sha256" => is_hex(text, 64),
        "sha512" => is_hex(text, 128),
        _ => match kind.strip_prefix("hex(") {
            Some(length) => is_hex(
                text,
                length.trim_end_matches(')').parse().expect("a length"),
            ),
            None => kind.split('|').any(|word| word == text),
        },
    }
}

/// The reason for which the origin answers if a text is not of a type.
pub(crate) fn reason(kind: &str) -> &'static str {
    match kind {
        "crate" => "name-invalid",
        "semver" => "version-invalid",
        _ => "capture-invalid",
    }
}

fn is_crate(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn is_segment(text: &str) -> bool {
    let is_visible = |byte: u8| (b'!'..=b'~').contains(&byte) && !b"/\\%?#".contains(&byte);
    (1..=255).contains(&text.len()) && text.bytes().all(is_visible) && text != "." && text != ".."
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Semantic Versioning 2.0.0, items 2, 9 and 10.
fn is_semver(text: &str) -> bool {
    let (text_without_build, build) = match text.split_once('+') {
        Some((before, build)) => (before, Some(build)),
        None => (text, None),
    };
    let (core, pre_release) = match text_without_build.split_once('-') {
        Some((core, pre_release)) => (core, Some(pre_release)),
        None => (text_without_build, None),
    };
    let numbers: Vec<_> = core.split('.').collect();
    text.len() <= 150
        && numbers.len() == 3
        && numbers
            .iter()
            .all(|number| is_number(number) && number.parse::<u64>().is_ok())
        && pre_release.is_none_or(|pre_release| {
            pre_release
                .split('.')
                .all(|part| is_identifier(part) && (!is_digits(part) || is_number(part)))
        })
        && build.is_none_or(|build| build.split('.').all(is_identifier))
}

/// Whether a text is a number without leading zeros.
fn is_number(text: &str) -> bool {
    is_digits(text) && (text == "0" || !text.starts_with('0'))
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
