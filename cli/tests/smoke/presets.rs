//! Every preset, as an operator fills it in: each example through the edge to the CDN.

use std::fs;
use std::process::Command;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use signpost::authoring::Authored;
use signpost_testbed::{Validity, stand_in_file};

use crate::bed::{CDN_HOST, Files};
use crate::wrong_at_the_edge::edge_of;

fn init(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signpost"));
    let output = command.arg("init").args(arguments).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn every_preset_leads_clients_to_the_files_and_leaves_the_rest_to_the_origin() {
    let list: Value = serde_json::from_str(&init(&["--list", "--format", "json"])).unwrap();
    for preset in list.as_array().unwrap() {
        let name = preset["name"].as_str().unwrap();
        let base = format!("https://{CDN_HOST}/pub");
        // The host of the edge that stands in for the real one.
        let text = init(&[name, "--base", &base, "--host", "127.0.0.1"]);
        let files = Files::start(Validity::Valid).await;
        let config = files.directory.path().join("preset.toml");
        fs::write(&config, &text).unwrap();
        let authored = Authored::from_toml(&text).unwrap();
        for example in authored.examples() {
            let (_, path) = example.location().as_str().split_once(CDN_HOST).unwrap();
            let path = percent_decode_str(path).decode_utf8().unwrap();
            let file = stand_in_file(&path);
            files.cdn.insert(path, file);
        }
        let to_origin = authored.origin_examples().len();
        assert!(to_origin > 0, "{name}");
        let edge = edge_of(authored.into_config(), "", |_, _| {}).await;
        let smoke = files
            .smoke_with(&config, &edge.url(), &["--format", "json"])
            .await;
        assert_eq!(smoke.stderr.lines().count(), 1, "{name}: {}", smoke.stderr);
        let failures = smoke.failures();
        assert_eq!(smoke.code, Some(0), "{name}: {failures:#?}");
        let json = smoke.json();
        assert_eq!(json["notes"], Value::Array(Vec::new()), "{name}");
        let verdicts = json["verdicts"].as_array().unwrap();
        let of_kind = |kind: &str| verdicts.iter().filter(|it| it["kind"] == kind).count();
        assert_eq!(json["redirects_followed"], of_kind("example"), "{name}");
        assert!(of_kind("negative") > to_origin, "{name}");
    }
}
