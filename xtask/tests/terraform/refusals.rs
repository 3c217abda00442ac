//! What the variables of the module refuse, as Terraform itself finds. It needs no provider for that.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::module;

const FINE: &str = r#"{ origin = { address = "origin.example", health_path = "/" } }"#;
const STREAM: &str = r#"{ name = "stream", address = "logs.example" }"#;

#[test]
fn the_variables_refuse_what_would_break_the_service() {
    let Some(terraform) = super::terraform("what the variables refuse") else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let variables = module().join("variables.tf");
    fs::copy(variables, directory.path().join("variables.tf")).unwrap();
    let backend = |name: &str, more: &str| {
        format!(r#"{name} = {{ address = "{name}.example", health_path = "/"{more} }}"#)
    };
    let origin_and = |others: &[&str]| {
        let names = ["origin"].iter().chain(others);
        let backends: Vec<_> = names.map(|name| backend(name, "")).collect();
        format!("{{ {} }}", backends.join(", "))
    };
    let at = |address: &str| FINE.replace("origin.example", address);
    let with = |more: &str| format!("{{ {} }}", backend("origin", more));

    for (name, backends, stream, expected) in [
        ("one backend", FINE.to_owned(), STREAM, None),
        ("three", origin_and(&["second", "third"]), STREAM, None),
        ("an address", at("192.0.2.1"), STREAM, None),
        (
            "the public name in Host",
            with(r#", override_host = "registry.example""#),
            STREAM,
            None,
        ),
        (
            "none is called origin",
            format!("{{ {} }}", backend("primary", "")),
            STREAM,
            Some("No backend is called `origin`"),
        ),
        (
            "four",
            origin_and(&["second", "third", "fourth"]),
            STREAM,
            Some("more than 3 backends"),
        ),
        (
            "a loop",
            at("registry.example"),
            STREAM,
            Some("one of the service's own `domains`"),
        ),
        (
            "a loop in other letters",
            at("Files.Registry.Example"),
            STREAM,
            Some("one of the service's own `domains`"),
        ),
        (
            "a URL",
            at("https://o.example"),
            STREAM,
            Some("is not a host"),
        ),
        ("a port", at("o.example:443"), STREAM, Some("is not a host")),
        ("a path", at("o.example/"), STREAM, Some("is not a host")),
        (
            "a dot at the end",
            at("registry.example."),
            STREAM,
            Some("is not a host"),
        ),
        ("nothing", at(""), STREAM, Some("is not a host")),
        (
            "a URL in Host",
            with(r#", override_host = "https://o.example""#),
            STREAM,
            Some("is not a host"),
        ),
        (
            "each type of message",
            FINE.to_owned(),
            r#"{ name = "stream", address = "logs.example", message_type = "logplex" }"#,
            None,
        ),
        (
            "another type of message",
            FINE.to_owned(),
            r#"{ name = "stream", address = "logs.example", message_type = "json" }"#,
            Some("`blank`, `classic`, `loggly` or `logplex`"),
        ),
        (
            "one name for both logs",
            FINE.to_owned(),
            r#"{ name = "log", address = "logs.example" }"#,
            Some("Both logs have the same name"),
        ),
    ] {
        let printed = plan(&terraform, directory.path(), &backends, stream, "{}");
        match (printed, expected) {
            (Ok(_), None) => {}
            (Err(error), Some(expected)) => {
                assert!(error.contains(expected), "{name}: {error}");
            }
            (Ok(printed) | Err(printed), _) => panic!("{name}: {printed}"),
        }
    }
}

#[test]
fn a_configuration_that_does_not_name_the_streamed_log_is_a_warning() {
    let Some(terraform) = super::terraform("what the variables warn of") else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let variables = module().join("variables.tf");
    fs::copy(variables, directory.path().join("variables.tf")).unwrap();
    let warning = "does not name `stream`";
    for (compiled, warns) in [
        (r#"{"log":{"endpoints":["log","stream"]}}"#, false),
        (r#"{"log":{"endpoints":["log","other"]}}"#, true),
        (r#"{"log":{"endpoint":"log"}}"#, true),
        (r#"{"log":{"endpoint":"stream"}}"#, true),
        ("{}", true),
    ] {
        let printed = plan(&terraform, directory.path(), FINE, STREAM, compiled);
        let printed = printed.unwrap_or_else(|error| panic!("{compiled}: {error}"));
        assert_eq!(printed.contains(warning), warns, "{compiled}: {printed}");
    }
}

/// What `terraform plan` prints: with success, or with a refusal, on one line and without its frame.
fn plan(
    terraform: &Path,
    at: &Path,
    backends: &str,
    stream: &str,
    compiled: &str,
) -> Result<String, String> {
    let compiled = compiled.replace('"', "\\\"");
    let values = format!(
        r#"name = "registry"
        domains = ["registry.example", "FILES.registry.example"]
        backends = {backends}
        compiled_config = "{compiled}"
        package = "package.tar.gz"
        log = {{ name = "log", bucket = "bucket", domain = "s3.example", role = "role" }}
        streamed_log = {stream}
        "#
    );
    fs::write(at.join("values.auto.tfvars"), values).unwrap();
    let output = Command::new(terraform)
        .args(["plan", "-input=false", "-no-color"])
        .current_dir(at)
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).replace('│', "");
    let words: Vec<_> = printed.split_whitespace().collect();
    let printed = words.join(" ");
    if output.status.success() {
        Ok(printed)
    } else {
        Err(printed)
    }
}
