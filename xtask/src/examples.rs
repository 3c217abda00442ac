use signpost::authoring::{Authored, Example};
use signpost::config::Config;
use signpost::request::Request;
use signpost::values::{Host, Switch};

/// A path without a route.
const UNROUTED: &str = "/api/v1/summary";

/// The command that sends a request, and the answer to expect.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) command: String,
    pub(crate) expected: String,
}

/// Requests to send to the edge at `url`: the first example of every route, with the library's answer
/// to each.
pub(crate) fn requests_to_try(authored: &Authored, switch: Switch, url: &str) -> Vec<Row> {
    let trial = Trial {
        config: authored.config(),
        switch,
        url,
    };
    let paths: Vec<_> = authored
        .examples()
        .chunk_by(|one, next| one.route() == next.route())
        .filter_map(|examples| examples.first())
        .map(Example::request)
        .collect();
    let first = paths.first().copied().unwrap_or(UNROUTED);

    let mut rows: Vec<_> = paths.iter().map(|path| trial.row(path, None)).collect();
    rows.push(trial.row(first, Some("application/json")));
    rows.push(trial.row(UNROUTED, None));
    rows
}

struct Trial<'a> {
    config: &'a Config,
    switch: Switch,
    url: &'a str,
}

impl Trial<'_> {
    fn row(&self, path: &str, accept: Option<&str>) -> Row {
        Row {
            command: self.command(path, accept),
            expected: self.expected(path, accept),
        }
    }

    fn command(&self, path: &str, accept: Option<&str>) -> String {
        let mut words = vec!["curl -si".to_owned()];
        if let Some(accept) = accept {
            words.push(format!("-H 'Accept: {accept}'"));
        }
        // The configuration's hosts do not include the address of this machine.
        if let Some(host) = self.config.first_host(None) {
            words.push(format!("-H 'Host: {host}'"));
        }
        words.push(format!("{}{path}", self.url));
        words.join(" ")
    }

    fn expected(&self, path: &str, accept: Option<&str>) -> String {
        let host = self.config.first_host(None).map(Host::as_str);
        let host = host.unwrap_or_else(|| self.url.trim_start_matches("http://"));
        let request = Request::new("GET", host, path).with_accept(accept.map(str::as_bytes));
        let answer = signpost::answer(self.config, &request, self.switch);
        let Some(reply) = answer.reply() else {
            let reason = answer
                .decision()
                .reason()
                .map_or("", |reason| reason.code());
            return format!("the origin's answer ({reason})");
        };
        let location = reply.headers.iter().find(|(name, _)| *name == "location");
        match location {
            Some((name, location)) => format!("{}, {name}: {location}", reply.status),
            None => format!("{}, {}", reply.status, reply.body),
        }
    }
}

#[cfg(test)]
mod tests {
    use signpost::values::Switch;

    use super::requests_to_try;
    use crate::compile::compile;

    #[test]
    fn what_to_expect_follows_the_switch() {
        let config = compile(include_str!("../../config/crates-io.toml")).unwrap();
        let url = "http://127.0.0.1:7676";

        let rows = requests_to_try(&config, Switch::ENFORCE, url);
        assert_eq!(
            rows[0].command,
            "curl -si http://127.0.0.1:7676/api/v1/crates/smallvec/1.10.0/download"
        );
        assert_eq!(
            rows[0].expected,
            "302, location: https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate"
        );
        let last = rows.last().unwrap();
        assert_eq!(last.expected, "the origin's answer (no-route)");
        let json = &rows[rows.len() - 2];
        assert!(json.command.contains("-H 'Accept: application/json'"));
        assert!(json.expected.starts_with("200, {\"url\":\"https://"));

        let (off, _) = Switch::from_entry(Some("off"));
        let rows = requests_to_try(&config, off, url);
        assert_eq!(rows[0].expected, "the origin's answer (switch-off)");
    }
}
