use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use arbitrary::Unstructured;
use signpost::config::Config;
use signpost::decision::Reason;
use signpost::request::Request;
use signpost::values::{Capture, MAX_LOCATION, PathTemplate, Switch, Unencoded};

use crate::generator::{has_parts, location, path, segments, stands_once, values};

const BASE: &str = "https://cdn.example/a";

/// How many routes are remembered: compiling one takes a hundred times as long as asking it.
const MOST: usize = 4_000;

thread_local! {
    static COMPILED: RefCell<HashMap<[String; 2], Option<Rc<Config>>>> = RefCell::default();
}

pub(crate) fn check(bytes: &[u8]) {
    let mut bytes = Unstructured::new(bytes);
    let Ok(path) = PathTemplate::path(&path(&mut bytes)) else {
        return;
    };
    let text = location(&mut bytes, &path);
    let Ok(location) = PathTemplate::location(&text, path.captures()) else {
        return;
    };
    let encodes_all = bytes.arbitrary().unwrap_or(false);
    let values = values(&mut bytes, path.captures());
    if has_parts(&path, &values)
        && let Some(config) = compiled(&path, &location, &values)
    {
        ask(&config, &path, &location, &values, encodes_all);
    }
}

/// The configuration of the route, if it compiles with an example of these values.
fn compiled(path: &PathTemplate, location: &PathTemplate, values: &[Capture<'_>]) -> Option<Rc<Config>> {
    let route = [path.to_string(), location.to_string()];
    COMPILED.with_borrow_mut(|compiled| {
        if let Some(config) = compiled.get(&route) {
            return config.clone();
        }
        let config = compile(&route, &target(path, values, true), &written(location, values));
        if compiled.len() >= MOST {
            compiled.clear();
        }
        let config = config.map(Rc::new);
        compiled.insert(route, config.clone());
        config
    })
}

fn compile([path, location]: &[String; 2], request: &str, leads_to: &str) -> Option<Config> {
    let toml = format!(
        "allowed_hosts = ['cdn.example']\nhosts = ['registry.example']\norigin.backends = ['origin']\n\
         targets.cdn.base = '{BASE}'\n[[routes]]\nname = 'file'\npath = '{path}'\ntarget = 'cdn'\n\
         location = '{location}'\nexamples = [{{ request = '{request}', location = '{leads_to}' }}]\n"
    );
    signpost::authoring::from_toml(&toml).ok()
}

/// Every request of the route goes where its values say. It may go to the origin only if the values do not
/// fit the location, or if what a segment holds is known from another one: there the compiler tries samples.
fn ask(config: &Config, path: &PathTemplate, location: &PathTemplate, values: &[Capture<'_>], encodes_all: bool) {
    let target = target(path, values, encodes_all);
    let request = Request::new("GET", "registry.example", &target);
    let answer = signpost::answer(config, &request, Switch::ENFORCE);
    let expected = written(location, values);
    if let Some(found) = answer.redirect() {
        assert_eq!(found.as_str(), expected, "{path} to {location}: {target}");
        return;
    }
    let reason = answer.decision().reason().map(Reason::code);
    let fits = expected.len() <= MAX_LOCATION && has_parts(location, values);
    let is_certain = stands_once(path) && stands_once(location);
    assert!(!fits || !is_certain, "{path} to {location}: {target} is {reason:?}");
}

fn written(location: &PathTemplate, values: &[Capture<'_>]) -> String {
    let mut url = BASE.to_owned();
    location.write(&mut url, values, &Unencoded::default());
    url
}

/// What a client sends: everything encoded that may be, or only what must be.
fn target(path: &PathTemplate, values: &[Capture<'_>], encodes_all: bool) -> String {
    let mut target = String::new();
    for segment in segments(&path.text(values)) {
        target.push('/');
        for byte in segment.bytes() {
            let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            if encodes_all && !is_plain {
                target.push_str(percent_encoding::percent_encode_byte(byte));
            } else {
                target.push(char::from(byte));
            }
        }
    }
    target
}
