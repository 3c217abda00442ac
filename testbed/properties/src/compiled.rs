use signpost::config::{Config, from_json};
use signpost::request::Request;
use signpost::values::{Base, Capture, PathTemplate, Switch, Unencoded};

use crate::answer::{check_location, check_read_back};

pub(crate) fn check(bytes: &[u8]) {
    let Some(text) = crate::text(bytes) else {
        return;
    };
    check_text(text);
    // A changed content is refused for its revision, so it gets the right one as well.
    if text.starts_with('{') && !text.starts_with(r#"{"revision":"#) {
        let json = signpost_rows::with_its_revision(text);
        check_text(&json);
    }
}

fn check_text(text: &str) {
    match from_json(text) {
        Ok(config) => check_config(text, &config),
        Err(problems) => {
            let mut problems = problems.iter().peekable();
            assert!(problems.peek().is_some(), "{text}");
            assert!(problems.all(|problem| !problem.message().is_empty()), "{text}");
        }
    }
}

fn check_config(text: &str, config: &Config) {
    let json = config.to_json();
    assert_eq!(json, text.trim_ascii_end());
    assert_eq!(from_json(json).as_ref(), Ok(config), "{json}");
    let begin = format!(r#"{{"revision":"{}","#, config.revision());
    assert!(json.starts_with(&begin) && config.revision().len() == 12, "{json}");
    let other = json.replacen(config.revision(), "0123456789ab", 1);
    assert!(other == json || from_json(&other).is_err(), "{other}");
    for target in config.targets() {
        let base = target.base();
        assert_eq!(Base::parse(base.as_str()).as_ref(), Ok(base));
        assert!(config.allowed_hosts().contains(base.host()), "{base}");
    }
    for route in config.routes() {
        assert!(route.targets().iter().count() > 0, "{json}");
        ask(config, route.path());
    }
}

/// Asks for the plainest path of a route.
fn ask(config: &Config, path: &PathTemplate) {
    let values: Option<Vec<Capture<'_>>> = path
        .captures()
        .iter()
        .map(|slot| {
            let (shortest, _) = slot.kind().lengths();
            let plain = ["serde", "1.0.0", "0"].into_iter().find_map(|text| slot.kind().parse(text));
            plain.or_else(|| slot.kind().parse("0".repeat(shortest)))
        })
        .collect();
    let Some(values) = values else {
        return;
    };
    let mut target = String::new();
    path.write(&mut target, &values, &Unencoded::default());
    let host = config.first_host(None).map_or("registry.example", signpost::values::Host::as_str);
    let request = Request::new("GET", host, &target);
    let answer = signpost::answer(config, &request, Switch::ENFORCE);
    if let Some(location) = answer.redirect() {
        check_location(&answer, location.as_str());
        check_read_back(&answer, location.as_str());
    }
}
