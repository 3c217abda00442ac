//! Production's own configuration, with the CDNs of a row in it.

use signpost::config::Config;
use signpost::request::Request;
use signpost::switch::Switch;

/// Production's own configuration with these CDNs in the place of its own.
pub(crate) fn config<'h>(
    bases: &[String],
    hosts: impl Iterator<Item = &'h str>,
    check_redirects: &str,
    origin_share: &str,
) -> Config {
    let mut hosts: Vec<_> = hosts.collect();
    if bases.iter().any(|base| base.contains("127.0.0.1")) && !hosts.contains(&"127.0.0.1") {
        hosts.push("127.0.0.1");
    }
    let names: Vec<_> = (0..bases.len())
        .map(|index| format!("cdn-{index}"))
        .collect();
    let targets: Vec<_> = names
        .iter()
        .zip(bases)
        .map(|(name, base)| format!("[targets.{name}]\nbase = \"{base}\"\n"))
        .collect();
    let backends = "backends = [\"origin\"]\n";
    let checked = format!("{backends}check_redirects = \"{check_redirects}\"\n");
    let text = [
        (
            "allowed_hosts = [\"static.crates.io\"]",
            format!("allowed_hosts = {hosts:?}"),
        ),
        (
            "[targets.static]\nbase = \"https://static.crates.io\"\n",
            targets.concat(),
        ),
        (backends, checked),
        (
            "[response]",
            format!("[retry]\nwindow = \"1m\"\norigin_share = \"{origin_share}\"\n\n[response]"),
        ),
        ("target   = \"static\"", format!("targets  = {names:?}")),
    ]
    .iter()
    .fold(
        include_str!("../../config/crates-io.toml").to_owned(),
        |text, (from, to)| {
            assert!(text.contains(from), "the configuration has no `{from}`");
            text.replace(from, to)
        },
    );
    let text = with_examples(&text, bases);
    Config::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}\nin\n{text}"))
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
            lines.push(line.replace("https://static.crates.io", base));
        }
    }
    lines.join("\n")
}

/// Whether this path leads to the first of two CDNs: their names decide it, and not their URLs.
pub(crate) fn is_first(path: &str) -> bool {
    let bases = ["http://127.0.0.1:1", "http://127.0.0.1:2"].map(str::to_owned);
    let config = config(&bases, [].into_iter(), "report", "5%");
    let request = Request::new("GET", "", path);
    let answer = signpost::answer(&config, &request, Switch::ENFORCE);
    let target = answer.target().expect("a target");
    target.name() == "cdn-0"
}
