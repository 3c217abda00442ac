//! `signpost routes` as the process that operators and scripts run.

mod tool;

use std::path::Path;

use signpost_rows::{PRODUCTION, changed, with_second_target};
use tool::{ended, signpost};

fn routes(text: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config");
    std::fs::write(&file, text).unwrap();
    run(&file, arguments)
}

fn run(file: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    ended(signpost(&["routes"]).arg(file).args(arguments))
}

#[test]
fn every_route_has_its_target_and_an_example() {
    let (code, text, errors) = routes(PRODUCTION, &[]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let (_, routes) = text.split_once("\n\n").unwrap();
    assert_eq!(
        routes,
        "\
download
  path      /api/v1/crates/{name:crate}/{version:semver}/download
  target    static = https://static.crates.io
  location  /crates/{name}/{name}-{version}.crate
  status    302, or 200 with JSON
  example   /api/v1/crates/smallvec/1.10.0/download
         -> https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate

readme
  path      /api/v1/crates/{name:crate}/{version:semver}/readme
  target    static = https://static.crates.io
  location  /readmes/{name}/{name}-{version}.html
  status    302, or 200 with JSON
  example   /api/v1/crates/smallvec/1.10.0/readme
         -> https://static.crates.io/readmes/smallvec/smallvec-1.10.0.html

cdn-download
  path      /crates/{name:crate}/{version:semver}/download
  target    static = https://static.crates.io
  location  /crates/{name}/{name}-{version}.crate
  status    302, or 200 with JSON
  example   /crates/smallvec/1.10.0/download
         -> https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate
"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}

#[test]
fn what_is_optional_is_shown_where_it_is_set() {
    let config = PRODUCTION.replacen(
        "target   = \"static\"",
        "target = \"static\"\nstatus = 307\njson = false\ncache_control = \"max-age=60\"",
        1,
    );
    let (_, text, errors) = routes(&config, &[]);
    for part in [
        "\nhosts          crates.io, static.crates.io\nallowed_hosts  static.crates.io\n",
        "\n  status    307\n  cache     max-age=60\n",
    ] {
        assert!(text.contains(part), "{part} is not in {text}{errors}");
    }
}

#[test]
fn routes_of_the_origin_come_first_and_what_is_special_is_shown() {
    let config = r#"
allowed_hosts = ["cdn.example"]
hosts = ["a.example", "b.example"]
origin.backends = ["origin"]
targets.cdn = { base = "https://cdn.example", unencoded = "@:", loop = "cloudfront" }
[[routes]]
name = "blob"
path = "/v2/{image:path}/blobs/sha256:{digest:sha256}"
hosts = ["b.example"]
target = "cdn"
location = "/blobs/{digest.first(2)}/{digest}"
unused = ["image"]
[[routes.examples]]
request = "/v2/a/b/blobs/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
location = "https://cdn.example/blobs/e3/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
[[routes]]
name = "private"
path = "/v2/private/{rest:path}"
hosts = ["b.example"]
origin = true
[[routes.examples]]
request = "/v2/private/blobs/sha256:1"
origin = true
"#;
    let (code, text, errors) = routes(config, &[]);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{text}");
    let (_, blocks) = text.split_once("\n\n").unwrap();
    let expected = "\
private
  path      /v2/private/{rest:path}
  hosts     b.example
  origin    answers every request
  example   /v2/private/blobs/sha256:1

blob
  path      /v2/{image:path}/blobs/sha256:{digest:sha256}
  hosts     b.example
  target    cdn = https://cdn.example, `:@` unencoded, sends as `cloudfront`
  location  /blobs/{digest.first(2)}/{digest}
  unused    image
  status    302
";
    assert!(blocks.starts_with(expected), "{blocks}");
    let (_, json, _) = routes(config, &["--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let of_origin = &value["origin_routes"][0];
    assert_eq!(of_origin["name"], "private");
    assert_eq!(of_origin["hosts"][0], "b.example");
    assert_eq!(of_origin["example"], "/v2/private/blobs/sha256:1");
    let blob = &value["routes"][0];
    assert_eq!(
        (&blob["unused"][0], &blob["hosts"][0]),
        (&"image".into(), &"b.example".into())
    );
    assert_eq!(blob["targets"][0]["unencoded"], ":@");
    assert_eq!(blob["targets"][0]["loop"], "cloudfront");
}

#[test]
fn several_targets_are_shown_with_their_shares() {
    let config = with_second_target("b", [9, 1], ["", "health_backend = \"b-health\""]);
    let config = changed(
        &config,
        "[response]",
        "[retry]\nwindow = \"1m\"\n\n[response]",
    );
    let (code, text, errors) = routes(&config, &[]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let expected = "\n  target    static = https://static.crates.io, 9 of 10\
        \n  target    b = https://b.example, 1 of 10, healthy as `b-health`\n";
    assert!(text.contains(expected), "{text}");
    let retry = "\nretry          for 60 s the next target, then the origin up to 5%\n";
    assert!(text.contains(retry), "{text}");
    let (_, json, _) = routes(&config, &["--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["routes"][0]["targets"][0]["weight"], 9);
    assert_eq!(
        value["routes"][0]["targets"][1]["health_backend"],
        "b-health"
    );
    assert_eq!(value["routes"][1]["targets"].as_array().unwrap().len(), 1);
}

#[test]
fn a_compiled_configuration_has_routes_without_examples() {
    let config = signpost::authoring::from_toml(PRODUCTION).unwrap();
    let (code, text, errors) = routes(config.to_json(), &[]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(
        text.starts_with(&format!("revision       {}\n", config.revision())),
        "{text}"
    );
    let none = "  example   (none in a compiled configuration)\n";
    assert_eq!(text.matches(none).count(), config.routes().len());
}

#[test]
fn json_is_for_programs() {
    let (code, json, _) = routes(PRODUCTION, &["--format", "json"]);
    assert_eq!(code, Some(0));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let hosts = ["crates.io", "static.crates.io"];
    assert_eq!(value["hosts"], serde_json::json!(hosts));
    assert_eq!(value["routes"].as_array().unwrap().len(), 3);
    assert_eq!(value["routes"][2]["name"], "cdn-download");
    assert_eq!(
        value["routes"][0]["example"]["location"],
        "https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate"
    );
}

#[test]
fn what_cannot_be_read_could_not_run() {
    let broken = PRODUCTION.replace("cors = true", "korz = true");
    let (code, text, errors) = routes(&broken, &[]);
    assert_eq!((code, text.as_str()), (Some(2), ""));
    assert!(errors.contains("key-unknown"), "{errors}");
    let (code, _, errors) = run(Path::new("/nowhere/config.toml"), &[]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("there is no such file"), "{errors}");
}
