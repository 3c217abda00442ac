//! A configuration as plain strings, written from docs/configuration.md.

use serde_json::Value;

use crate::pattern::{self, Piece};

pub(crate) struct Config {
    pub(crate) hosts: Vec<String>,
    pub(crate) cors: bool,
    pub(crate) hsts: Option<String>,
    pub(crate) routes: Vec<Route>,
    /// The requests of the examples: a path, or a URL.
    pub(crate) requests: Vec<String>,
}

pub(crate) struct Route {
    pub(crate) name: String,
    pub(crate) hosts: Vec<String>,
    pub(crate) path: Vec<Piece>,
    pub(crate) is_origin: bool,
    pub(crate) targets: Vec<Target>,
    pub(crate) location: Vec<Piece>,
    pub(crate) status: u64,
    pub(crate) json: bool,
    pub(crate) cache_control: Option<String>,
}

pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) weight: u64,
    pub(crate) base: String,
    pub(crate) unencoded: String,
    pub(crate) loop_name: Option<String>,
}

impl Config {
    pub(crate) fn read(toml: &str) -> Self {
        let content: Value = toml::from_str(toml).expect("TOML");
        let routes = list(&content["routes"]);
        let mut requests: Vec<_> = list(&content["examples"]).iter().map(request).collect();
        for route in routes {
            requests.extend(list(&route["examples"]).iter().map(request));
        }
        Self {
            hosts: texts(&content["hosts"]),
            cors: content["response"]["cors"] == true,
            hsts: text(&content["response"]["hsts"]),
            routes: routes
                .iter()
                .map(|route| read_route(route, &content))
                .collect(),
            requests,
        }
    }
}

fn read_route(route: &Value, content: &Value) -> Route {
    let json = route["json"].as_bool();
    let one = list(&route["targets"]).is_empty();
    let names = if one {
        std::slice::from_ref(&route["target"])
    } else {
        list(&route["targets"])
    };
    let is_origin = route["origin"] == true;
    Route {
        name: text(&route["name"]).expect("a name"),
        hosts: texts(&route["hosts"]),
        path: pattern::read(&text(&route["path"]).expect("a path")),
        is_origin,
        targets: names
            .iter()
            .filter(|_| !is_origin)
            .map(|named| read_target(named, &content["targets"]))
            .collect(),
        location: pattern::read(&text(&route["location"]).unwrap_or_default()),
        status: route["status"].as_u64().unwrap_or(302),
        json: json.unwrap_or(content["response"]["json"] == true),
        cache_control: text(&route["cache_control"]),
    }
}

/// A target is named by a string, or by a table with its weight.
fn read_target(named: &Value, targets: &Value) -> Target {
    let name = text(named)
        .or_else(|| text(&named["name"]))
        .expect("a target");
    let target = &targets[&name];
    // The other spellings of a base are for the tests of bases.
    let base = text(&target["base"]).expect("a base");
    Target {
        weight: named["weight"].as_u64().unwrap_or(1),
        base: base.trim_end_matches('/').to_owned(),
        unencoded: text(&target["unencoded"]).unwrap_or_default(),
        loop_name: text(&target["loop"]),
        name,
    }
}

fn request(example: &Value) -> String {
    text(&example["request"]).expect("a request")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().filter_map(text).collect()
}
