//! The real module, before the break and after it.

use std::collections::HashMap;

use bytes::Bytes;
use http::Response;
use signpost_rows::PRODUCTION;
use signpost_testbed::{LocalServer, LogLine, StandInOrigin, Viceroy, module_under_test};
use signpost_traffic::{Request, Settings, Traffic};

use crate::template::{Fields, Template, time};

/// The log endpoint of the lines to watch.
pub(crate) const STREAM: &str = "signpost-stream";

/// The host of production's CDN, and one that does not exist.
const HOSTS: [&str; 2] = ["static.crates.io", "static.crates.example"];

/// The module under Viceroy with production's configuration, and again with one whose redirects lead
/// to a host that does not exist.
pub(crate) struct Edge {
    viceroys: [Viceroy; 2],
    _origin: StandInOrigin,
    templates: HashMap<(Kind, bool), Template>,
}

/// What a request is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Redirect,
    NotInRollout,
    Page,
    Misspelt,
}

impl Edge {
    /// Starts both at the share of `settings`, and lets them answer a request of each kind of its traffic.
    pub(crate) async fn start(settings: &Settings) -> Self {
        let origin = StandInOrigin::start_with(|_| Response::new("by the origin\n".into()))
            .await
            .unwrap();
        let [healthy, broken] = HOSTS.map(|host| {
            let text = PRODUCTION.replace(HOSTS[0], host).replace(
                "endpoint  = \"signpost-log\"",
                &format!("endpoints = [\"signpost-log\", \"{STREAM}\"]"),
            );
            let config = signpost::authoring::from_toml(&text).unwrap();
            assert_eq!(config.to_json().matches(STREAM).count(), 1);
            LocalServer::of_workspace()
                .backend("origin", origin.url().as_str())
                .config(config.to_json())
                .switch(&format!("enforce {}%", settings.share))
        });
        let module = module_under_test();
        let viceroys = [
            Viceroy::start(&module, &healthy).await.unwrap(),
            Viceroy::start(&module, &broken).await.unwrap(),
        ];
        let mut edge = Self {
            viceroys,
            _origin: origin,
            templates: HashMap::new(),
        };
        let mut samples = HashMap::new();
        for request in Traffic::new(settings).take(50_000) {
            samples.entry(kind(&request)).or_insert(request);
        }
        assert_eq!(samples.len(), if settings.share < 100 { 4 } else { 3 });
        for (kind, request) in samples {
            for is_broken in [false, true] {
                let line = edge.ask(&request, is_broken).await;
                let template = Template::of(&line, &request.path());
                edge.templates.insert((kind, is_broken), template);
            }
        }
        edge
    }

    /// Writes the module's line for a request as it would write it, without asking it.
    pub(crate) fn write(&self, request: &Request, is_broken: bool, time: &str, line: &mut String) {
        let fields = Fields {
            time,
            path: &request.path(),
            address: request.address(),
            edge_location: request.edge_location(),
            user_agent: request.user_agent(),
        };
        self.templates[&(kind(request), is_broken)].write(&fields, line);
    }

    /// Asks the module, and writes its line with the client's address and place, which Viceroy does not
    /// know. The rest is as [`write`](Self::write) would have written it.
    pub(crate) async fn answer(&self, request: &Request, is_broken: bool, line: &mut String) {
        let written = self.ask(request, is_broken).await;
        let template = Template::of(&written, &request.path());
        assert_eq!(template, self.templates[&(kind(request), is_broken)]);
        self.write(request, is_broken, time(&written), line);
    }

    /// Asks the module, and gives the line that it writes for `signpost watch`.
    async fn ask(&self, request: &Request, is_broken: bool) -> String {
        let viceroy = &self.viceroys[usize::from(is_broken)];
        let path = request.path();
        let mut lines = viceroy.follow();
        let sent = http::Request::get(&path)
            .header("host", "crates.io")
            .header("user-agent", request.user_agent())
            .body(Bytes::new())
            .unwrap();
        let answer = viceroy.send(sent).await.unwrap();
        assert_eq!(
            answer.status() == 302,
            kind(request) == Kind::Redirect,
            "{path}: {answer:?}"
        );
        if let Some(location) = answer.headers().get("location") {
            let location = location.to_str().unwrap();
            let host = HOSTS[usize::from(is_broken)];
            assert!(
                location.starts_with(&format!("https://{host}/")),
                "{location}"
            );
        }
        loop {
            let line = lines.next().await.expect("Viceroy has ended");
            if let Some(line) = LogLine::read(&line)
                && line.endpoint == STREAM
            {
                return line.message;
            }
        }
    }
}

fn kind(request: &Request) -> Kind {
    let path = request.path();
    if !path.ends_with("/download") {
        Kind::Page
    } else if path.ends_with("/latest/download") {
        Kind::Misspelt
    } else if request.is_redirected() {
        Kind::Redirect
    } else {
        Kind::NotInRollout
    }
}
