use signpost::authoring::{Authored, Example, split_request};
use signpost::config::{Config, Route};
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
    let asked: Vec<_> = authored
        .examples()
        .chunk_by(|one, next| one.route() == next.route())
        .filter_map(|examples| examples.first())
        .map(|example| host_and_path(trial.config, example))
        .collect();
    let unrouted = (trial.config.first_host(None).map(Host::as_str), UNROUTED);
    let first = asked.first().copied().unwrap_or(unrouted);

    let mut rows: Vec<_> = asked.iter().map(|asked| trial.row(*asked, None)).collect();
    rows.push(trial.row(first, Some("application/json")));
    rows.push(trial.row(unrouted, None));
    rows
}

/// The host and the path that an example asks for. The host of a path alone is the first of its route;
/// `None` if every host will do.
pub(crate) fn host_and_path<'a>(
    config: &'a Config,
    example: &'a Example,
) -> (Option<&'a str>, &'a str) {
    let (host, path) = split_request(example.request());
    let mut routes = config.routes().iter();
    let route = routes.find(|route| route.name() == example.route());
    let of_route = config.first_host(route.map(Route::pattern));
    (host.or(of_route.map(Host::as_str)), path)
}

struct Trial<'a> {
    config: &'a Config,
    switch: Switch,
    url: &'a str,
}

impl Trial<'_> {
    /// The host that the URL names.
    fn own_host(&self) -> &str {
        let authority = self.url.trim_start_matches("http://");
        authority.split(':').next().unwrap_or(authority)
    }

    fn row(&self, asked: (Option<&str>, &str), accept: Option<&str>) -> Row {
        Row {
            command: self.command(asked, accept),
            expected: self.expected(asked, accept),
        }
    }

    fn command(&self, (host, path): (Option<&str>, &str), accept: Option<&str>) -> String {
        let mut words = vec!["curl -si".to_owned()];
        if let Some(accept) = accept {
            words.push(format!("-H 'Accept: {accept}'"));
        }
        if let Some(host) = host.filter(|host| *host != self.own_host()) {
            words.push(format!("-H 'Host: {host}'"));
        }
        words.push(format!("{}{path}", self.url));
        words.join(" ")
    }

    fn expected(&self, (host, path): (Option<&str>, &str), accept: Option<&str>) -> String {
        let host = host.unwrap_or(self.own_host());
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

    use signpost_testbed::add_hosts;

    use super::requests_to_try;
    use crate::compile::compile;

    #[test]
    fn what_to_expect_follows_the_switch() {
        let text = include_str!("../../config/crates-io.toml");
        let config = compile(&add_hosts(text, &["127.0.0.1"]).unwrap()).unwrap();
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

        let rows = requests_to_try(&config, Switch::OFF, url);
        assert_eq!(rows[0].expected, "the origin's answer (switch-off)");
    }

    #[test]
    fn a_request_is_asked_of_the_host_of_its_example_or_route() {
        let config = r#"
allowed_hosts = ["cdn.example"]
hosts = ["a.example", "b.example", "c.example"]
origin = { backends = ["origin"] }
targets = { cdn = { base = "https://cdn.example" } }

[[routes]]
name = "of-the-route"
hosts = ["b.example"]
path = "/b/{name:crate}-{version:semver}"
target = "cdn"
location = "/b/{name}-{version}"
examples = [{ request = "/b/a-1.0.0", location = "https://cdn.example/b/a-1.0.0" }]

[[routes]]
name = "of-the-example"
path = "/c/{name:crate}-{version:semver}"
target = "cdn"
location = "/c/{name}-{version}"
examples = [{ request = "https://c.example/c/a-1.0.0", location = "https://cdn.example/c/a-1.0.0" }]
"#;
        let rows = requests_to_try(
            &compile(config).unwrap(),
            Switch::ENFORCE,
            "http://127.0.0.1:7676",
        );
        let expected = [("b.example", "/b/a-1.0.0"), ("c.example", "/c/a-1.0.0")];
        for (row, (host, path)) in rows.iter().zip(expected) {
            let command = format!("curl -si -H 'Host: {host}' http://127.0.0.1:7676{path}");
            assert_eq!(row.command, command);
            let answer = format!("302, location: https://cdn.example{path}");
            assert_eq!(row.expected, answer, "{host}");
        }
        let last = rows.last().unwrap();
        assert!(last.command.contains("'Host: a.example'"), "{last:?}");
    }
}
