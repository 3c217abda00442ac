//! What can be checked of the Terraform module in `deploy/terraform` without its provider.

mod directory;
mod refusals;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use directory::{Directory, items, label, value};
use signpost::values::Switch;
use toml_edit::DocumentMut;

const EXAMPLE: &str = "examples/crates-io";

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn module() -> PathBuf {
    root().join("deploy/terraform")
}

/// The configuration of crates.io.
fn config() -> DocumentMut {
    let text = std::fs::read_to_string(root().join("config/crates-io.toml")).unwrap();
    text.parse().unwrap()
}

#[test]
fn every_reference_is_declared_and_every_variable_is_used() {
    for directory in [module(), module().join(EXAMPLE)] {
        let terraform = Directory::read(&directory);
        let (declared, referred) = (terraform.declared(), terraform.referred());
        let missing: Vec<_> = referred.difference(&declared).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", directory.display());
        let unused: Vec<_> = declared
            .difference(&referred)
            .filter(|name| name.starts_with("var."))
            .collect();
        assert!(unused.is_empty(), "{}: {unused:?}", directory.display());
    }
}

#[test]
fn the_example_sets_the_variables_of_the_module_and_no_others() {
    let example = Directory::read(&module().join(EXAMPLE));
    let Some(call) = example.blocks("module").next() else {
        panic!("the example does not call a module");
    };
    let source = value(&call.body, "source").as_str().unwrap();
    let called = module().join(EXAMPLE).join(source);
    assert_eq!(
        called.canonicalize().unwrap(),
        module().canonicalize().unwrap()
    );

    let variables = Directory::read(&called).variables();
    let set: BTreeSet<_> = call
        .body
        .attributes()
        .map(|attribute| attribute.key.as_str().to_owned())
        .filter(|key| key != "source")
        .collect();
    for (name, is_required) in &variables {
        assert!(set.contains(name) || !is_required, "`{name}` is not set");
    }
    for name in &set {
        assert!(variables.contains_key(name), "the module has no `{name}`");
    }
}

#[test]
fn the_example_has_the_names_of_the_configuration() {
    let example = Directory::read(&module().join(EXAMPLE));
    let call = &example.blocks("module").next().unwrap().body;
    let config = config();

    let backends: Vec<_> = items(value(call, "backends")).into_keys().collect();
    let configured = config["origin"]["backends"].as_array().unwrap();
    let configured: Vec<_> = configured.iter().filter_map(|name| name.as_str()).collect();
    assert_eq!(backends, configured);

    let log = items(value(call, "log"));
    assert_eq!(log["name"].as_str(), config["log"]["endpoint"].as_str());

    let origin = items(items(value(call, "backends"))["origin"]);
    let origin = origin["address"].as_str().unwrap();
    let domains = value(call, "domains").to_string();
    assert!(!domains.contains(origin), "{origin} is a loop: {domains}");
}

#[test]
fn the_example_says_how_the_file_that_it_reads_is_made() {
    let file = module().join(EXAMPLE).join("main.tf");
    let text = std::fs::read_to_string(file).unwrap();
    let made = format!(
        "signpost-cli -- compile config/crates-io.toml > deploy/terraform/{EXAMPLE}/config.json"
    );
    assert!(text.contains(&made), "{text}");
    assert!(
        text.contains(r#"file("${path.module}/config.json")"#),
        "{text}"
    );
}

#[test]
fn the_store_is_the_one_that_the_edge_reads_and_terraform_leaves_its_entries_alone() {
    let terraform = Directory::read(&module());
    let service = terraform.resource("fastly_service_compute");
    let links: Vec<_> = service
        .get_blocks("resource_link")
        .map(|link| value(&link.body, "name").as_str())
        .collect();
    assert_eq!(links, [Some("signpost")]);

    let entries = terraform.resource("fastly_configstore_entries");
    assert_eq!(value(entries, "manage_entries").as_bool(), Some(false));
    let entries = items(value(entries, "entries"));
    let keys: Vec<_> = entries.keys().map(String::as_str).collect();
    assert_eq!(keys, ["config", "switch"]);
    let switch: Switch = entries["switch"].as_str().unwrap().parse().unwrap();
    assert_eq!(switch, Switch::SHADOW);
}

#[test]
fn each_backend_has_a_health_check_and_a_release_owns_the_package() {
    let terraform = Directory::read(&module());
    let service = terraform.resource("fastly_service_compute");
    let blocks: Vec<_> = service.get_blocks("dynamic").collect();
    let dynamic: Vec<_> = blocks.iter().map(|block| label(block, 0)).collect();
    assert_eq!(dynamic, ["domain", "backend", "healthcheck"]);
    for block in &blocks[1..] {
        let every = value(&block.body, "for_each").to_string();
        assert_eq!(every.trim(), "var.backends");
    }
    let lifecycle = service.get_blocks("lifecycle").next().unwrap();
    let ignored = value(&lifecycle.body, "ignore_changes").to_string();
    assert_eq!(ignored.trim(), "[package]");
}

#[test]
fn each_backend_gets_its_own_host_and_the_times_of_its_variable() {
    let terraform = Directory::read(&module());
    let service = terraform.resource("fastly_service_compute");
    let backend = service
        .get_blocks("dynamic")
        .find(|block| label(block, 0) == "backend");
    let content = backend.unwrap().body.get_blocks("content").next().unwrap();
    for (key, expected) in [
        (
            "override_host",
            "coalesce(backend.value.override_host, backend.value.address)",
        ),
        ("connect_timeout", "backend.value.connect_timeout"),
        ("first_byte_timeout", "backend.value.first_byte_timeout"),
        (
            "between_bytes_timeout",
            "backend.value.between_bytes_timeout",
        ),
    ] {
        let set = value(&content.body, key).to_string();
        assert_eq!(set.trim(), expected, "{key}");
    }
}

/// The counter of crates.io takes a stored file whose first byte is `<`, and an alarm within 30 s needs
/// lines that come as they are written.
#[test]
fn log_lines_are_stored_every_minute_in_an_envelope_and_streamed_over_tls() {
    let terraform = Directory::read(&module());
    let service = terraform.resource("fastly_service_compute");
    for (kind, key, expected) in [
        ("logging_s3", "period", "60"),
        ("logging_s3", "message_type", "\"classic\""),
        ("logging_syslog", "use_tls", "true"),
        (
            "logging_syslog",
            "message_type",
            "var.streamed_log.message_type",
        ),
        (
            "logging_syslog",
            "tls_client_cert",
            "one(var.streamed_log_client[*].certificate)",
        ),
        (
            "logging_syslog",
            "tls_client_key",
            "one(var.streamed_log_client[*].key)",
        ),
    ] {
        let set: Vec<_> = service
            .get_blocks(kind)
            .map(|log| value(&log.body, key).to_string().trim().to_owned())
            .collect();
        assert_eq!(set, [expected], "{kind}: {key}");
    }
}

/// `fastly compute publish` proposes what `[setup]` has, and the public host would be a loop.
#[test]
fn no_address_is_proposed_for_the_origin() {
    let text = std::fs::read_to_string(root().join("fastly.toml")).unwrap();
    let manifest: DocumentMut = text.parse().unwrap();
    let origin = manifest["setup"]["backends"]["origin"].as_table().unwrap();
    assert!(!origin.contains_key("address"), "{origin}");
}

/// Terraform, or `None` with a note that `what` was not checked.
fn terraform(what: &str) -> Option<PathBuf> {
    let found = which::which("terraform").ok();
    if found.is_none() {
        // The test's own output is only shown if it fails.
        let note = format!("note: terraform is not on PATH, so {what} was not checked");
        let _ = writeln!(std::io::stderr(), "{note}");
    }
    found
}

#[test]
fn terraform_finds_the_files_well_formatted() {
    let Some(terraform) = terraform("the format of deploy/terraform") else {
        return;
    };
    let output = Command::new(terraform)
        .args(["fmt", "-check", "-diff", "-recursive"])
        .arg(module())
        .output()
        .unwrap();
    let difference = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{difference}");
}

#[test]
fn the_key_of_the_streamed_log_is_sensitive_and_never_part_of_a_message() {
    let terraform = Directory::read(&module());
    let client = terraform
        .blocks("variable")
        .find(|block| label(block, 0) == "streamed_log_client")
        .unwrap();
    assert_eq!(value(&client.body, "sensitive").as_bool(), Some(true));
    assert_eq!(client.body.get_blocks("validation").count(), 0);
}
