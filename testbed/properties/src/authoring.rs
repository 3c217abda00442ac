use signpost::authoring::{Authored, split_request};
use signpost::config::{Config, MAX_ENTRY_LENGTH, Place, Problem, Problems, Severity, from_json};
use signpost::request::Request;
use signpost::values::Switch;

pub(crate) fn check(bytes: &[u8]) {
    let Some(text) = crate::text(bytes) else {
        return;
    };
    match Authored::from_toml(text) {
        Ok(authored) => {
            check_authored(&authored);
            let longer = format!("{text}\n# the end\n");
            let again = Authored::from_toml(&longer).map(Authored::into_config);
            assert_eq!(again.as_ref(), Ok(authored.config()), "a comment changes something");
        }
        Err(problems) => check_problems(text, &problems),
    }
}

fn check_authored(authored: &Authored) {
    let config = authored.config();
    let json = config.to_json();
    assert_eq!(from_json(json).as_ref(), Ok(config), "{json}");
    assert!(!json.contains(|letter| letter < ' '), "{json:?}");
    assert!(config.entry_length() <= MAX_ENTRY_LENGTH, "{json}");
    for warning in authored.warnings() {
        assert_eq!(warning.code().severity(), Severity::Warning, "{warning}");
        assert!(!warning.message().is_empty(), "{warning}");
    }
    for example in authored.examples() {
        let location = asked(config, example.request(), example.route().as_str());
        let expected = example.location().as_str();
        let mut locations = location.iter().map(String::as_str);
        assert!(locations.any(|it| it == expected), "{} leads to {location:?}", example.request());
    }
}

/// Where a request may lead, at each target of its route.
fn asked(config: &Config, request: &str, route: &str) -> Vec<String> {
    let route = config.patterns().find(|it| it.name().as_str() == route);
    let (host, target) = split_request(request);
    let of_route = config.first_host(route).map(signpost::values::Host::as_str);
    let host = host.or(of_route).unwrap_or("registry.example");
    let request = Request::new("GET", host, target);
    let answers = signpost::answers_at_every_target(config, &request, Switch::ENFORCE);
    let locations = answers.iter().filter_map(signpost::Answer::redirect);
    locations.map(|location| location.as_str().to_owned()).collect()
}

fn check_problems(text: &str, problems: &Problems) {
    let is_error = |problem: &Problem| problem.code().severity() == Severity::Error;
    assert!(problems.iter().any(is_error), "no error in {problems}");
    for problem in problems.iter() {
        assert!(!problem.message().is_empty(), "{problem}");
        if let Some(place) = problem.place() {
            check_place(text, place);
        }
    }
}

/// The place is in the text, and line and column say the same as the bytes.
fn check_place(text: &str, place: &Place) {
    let start = place.bytes.start;
    let before = text.get(..start).unwrap_or_else(|| panic!("{place:?} is not in the text"));
    assert!(text.get(place.bytes.clone()).is_some(), "{place:?} is not in the text");
    let line = before.matches('\n').count() + 1;
    let last_line = before.rsplit('\n').next().unwrap_or_default();
    assert_eq!((place.line, place.column), (line, last_line.chars().count() + 1), "{place:?}");
}
