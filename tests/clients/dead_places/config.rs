//! Production's own configuration, with the CDNs of a row in it.

use std::collections::BTreeSet;

use signpost::config::Config;
use signpost::request::Request;
use signpost::values::Switch;
use signpost_testbed::add_hosts;

/// The backend that is the health of the first CDN, if the service has it.
pub(crate) const HEALTH: &str = "cdn-0-health";

/// Production's own configuration at this machine, with these CDNs in the place of its own.
#[track_caller]
pub(crate) fn config(bases: &[String], check_redirects: &str, origin_share: &str) -> Config {
    let hosts: BTreeSet<_> = bases.iter().map(|base| host_of(base)).collect();
    let hosts = Vec::from_iter(hosts);
    let names: Vec<_> = (0..bases.len()).map(name_of).collect();
    let targets: String = names.iter().zip(bases).map(target).collect();
    let backends = "backends = [\"origin\"]\n";
    let changes = [
        (
            "allowed_hosts = [\"static.crates.io\"]",
            // A name that never has an address, which only a row of these tests wants.
            format!("allowed_hosts = {hosts:?}\nprivate_suffixes = [\"invalid\"]"),
        ),
        (
            "[targets.static]\nbase = \"https://static.crates.io\"\n",
            targets,
        ),
        (
            backends,
            format!("{backends}check_redirects = \"{check_redirects}\"\n"),
        ),
        (
            "[response]",
            format!("[retry]\nwindow = \"1m\"\norigin_share = \"{origin_share}\"\n\n[response]"),
        ),
        ("target   = \"static\"", format!("targets  = {names:?}")),
    ];
    let mut text = signpost_rows::PRODUCTION.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "the configuration has no `{from}`");
        text = text.replace(from, &to);
    }
    let text = add_hosts(&with_examples(&text, bases), &["127.0.0.1"]).unwrap();
    signpost::authoring::from_toml(&text)
        .unwrap_or_else(|problems| panic!("{problems}\nin\n{text}"))
}

fn target((name, base): (&String, &String)) -> String {
    format!("[targets.{name}]\nbase = \"{base}\"\nhealth_backend = \"{name}-health\"\n")
}

fn name_of(index: usize) -> String {
    format!("cdn-{index}")
}

/// The host of a URL that has no path.
fn host_of(base: &str) -> &str {
    let (_, host) = base.split_once("://").expect("a URL");
    host.split(':').next().unwrap_or(host)
}

/// Has every example once for each CDN.
fn with_examples(text: &str, bases: &[String]) -> String {
    let mut request = "";
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("request ") {
            request = line;
        }
        if !line.starts_with("location = \"https://static.crates.io/") {
            lines.push(line.to_owned());
            continue;
        }
        for (index, base) in bases.iter().enumerate() {
            if index > 0 {
                lines.push(format!("\n[[routes.examples]]\n{request}"));
            }
            lines.push(format!("target = \"{}\"", name_of(index)));
            lines.push(line.replace("https://static.crates.io", base));
        }
    }
    lines.join("\n")
}

/// Whether this path leads to the first of two CDNs: their names decide it, and not their URLs.
#[track_caller]
pub(crate) fn is_first(path: &str) -> bool {
    let bases = ["http://127.0.0.1:1", "http://127.0.0.1:2"].map(str::to_owned);
    let config = config(&bases, "report", "5%");
    let request = Request::new("GET", "crates.io", path);
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let target = answer.target().expect("a target");
    target.name() == name_of(0)
}
