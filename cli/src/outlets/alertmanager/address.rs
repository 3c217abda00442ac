use std::fmt;
use std::str::FromStr;

use url::Url;

/// The URL below which an Alertmanager has its API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// Its path ends in a slash.
    base: Url,
}

impl Address {
    /// The URL of a path, which begins without a slash.
    pub(super) fn at(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path()));
        url
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base.as_str().trim_end_matches('/'))
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = "write a URL such as http://127.0.0.1:9093";
        let mut base = Url::parse(text).map_err(|error| format!("{error}; {words}"))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(format!("its scheme is neither http nor https; {words}"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(
                "leave out user and password: everyone on this machine can read them from the list \
                 of processes; let a proxy on this machine add them"
                    .to_owned(),
            );
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(format!("leave out `?` and `#`; {words}"));
        }
        let prefix = base.path().trim_end_matches('/');
        if prefix.contains("/api/v") {
            return Err("leave out `/api/…`, which is added".to_owned());
        }
        let path = format!("{prefix}/");
        base.set_path(&path);
        Ok(Self { base })
    }
}

#[cfg(test)]
mod tests {
    use signpost_testbed::rows;

    use super::Address;

    #[test]
    fn an_address_may_have_a_prefix() {
        for [text, shown, url] in rows(
            "
            http://127.0.0.1:9093   | http://127.0.0.1:9093 | http://127.0.0.1:9093/api/v2/alerts
            https://a.example/      | https://a.example     | https://a.example/api/v2/alerts
            https://a.example/x/y   | https://a.example/x/y | https://a.example/x/y/api/v2/alerts
            https://a.example/x//   | https://a.example/x   | https://a.example/x/api/v2/alerts
        ",
        ) {
            let address: Address = text.parse().unwrap();
            let found = (address.to_string(), address.at("api/v2/alerts").to_string());
            assert_eq!(found, (shown.to_owned(), url.to_owned()), "{text}");
        }
    }

    #[test]
    fn another_text_is_refused_with_what_to_write() {
        for [text, words] in rows(
            "
            127.0.0.1:9093                       | write a URL such as
            a.example                            | write a URL such as
            ftp://a.example                      | neither http nor https
            https://user:secret@a.example        | a proxy on this machine
            https://user@a.example               | a proxy on this machine
            https://a.example/?x                 | leave out `?`
            https://a.example/#x                 | leave out `?`
            http://127.0.0.1:9093/api/v2/alerts  | leave out `/api/…`
        ",
        ) {
            let error = text.parse::<Address>().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
