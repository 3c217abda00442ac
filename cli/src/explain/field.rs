//! A header field of the request, as typed.

use std::str::FromStr;

/// A header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// In lower case.
    pub(super) name: String,
    pub(super) value: String,
}

impl Field {
    /// A value of `Accept`.
    pub(super) fn accept(value: &str) -> Self {
        Self {
            name: "accept".to_owned(),
            value: value.to_owned(),
        }
    }
}

impl FromStr for Field {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text
            .split_once(':')
            .filter(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
            .ok_or("write a name, a colon and the value, such as `Range: bytes=0-99`")?;
        Ok(Self {
            name: name.to_ascii_lowercase(),
            value: value.trim().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Field;

    #[test]
    fn a_field_is_a_name_and_a_value() {
        for (text, expected) in [
            ("Range: bytes=0-99", Some(("range", "bytes=0-99"))),
            (
                "origin:https://a.example",
                Some(("origin", "https://a.example")),
            ),
            ("X-Empty:", Some(("x-empty", ""))),
            ("Range", None),
            (": a", None),
            ("A B: c", None),
        ] {
            let read = text.parse::<Field>().ok();
            let read = read.as_ref().map(|it| (&*it.name, &*it.value));
            assert_eq!(read, expected, "{text}");
        }
    }
}
