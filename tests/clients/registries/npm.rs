//! npm, and a package with a scope.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::registries::client::{Client, Package, REGISTRY, are_on_path, isolated, output, write};
use crate::registries::on_503::{On503, Run};

pub(crate) const CLIENT: Client = Client {
    name: "npm",
    version: &["npm", "--version"],
    is_there: || are_on_path(&["npm"]),
    preset: include_str!("../../../config/presets/npm.toml"),
    pack,
    fetch,
    leaves: "node_modules/@team/alpha/index.js",
    on_503: On503 {
        version: "11",
        settings: "fetch-retry-mintimeout=100, fetch-retry-maxtimeout=600",
        by_default: "10 s and 60 s",
        waits: &[100, 600],
        runs: &[Run::exits(1).dead(3), Run::exits(0).alive(1)],
    },
};

const NAME: &str = "@team/alpha";
const VERSION: &str = "1.0.0-rc.1";

fn pack(directory: &Path) -> Package {
    let package = json!({ "name": NAME, "version": VERSION });
    write(&directory.join("alpha/package.json"), package.to_string());
    write(&directory.join("alpha/index.js"), "");
    let packed = output(isolated("npm", directory).args(["pack", "./alpha", "--json"]));
    let packed: Value = serde_json::from_slice(&packed).unwrap();
    let packed = &packed[0];
    let file = packed["filename"].as_str().expect("the name of the file");

    let path = format!("/{NAME}/-/alpha-{VERSION}.tgz");
    let dist = json!({
        "tarball": format!("{REGISTRY}{path}"),
        "integrity": packed["integrity"],
    });
    let packument = json!({
        "name": NAME,
        "dist-tags": { "latest": VERSION },
        "versions": { VERSION: { "name": NAME, "version": VERSION, "dist": dist } },
    });
    Package::default()
        .file(&path, fs::read(directory.join(file)).unwrap())
        .metadata("/@team/alpha", "application/json", packument.to_string())
}

fn fetch(directory: &Path, registry: &str) -> Vec<Command> {
    write(&directory.join("package.json"), "{\"private\":true}");
    let (_, address) = registry.split_once("://").expect("a URL");
    let credential = format!("//{address}/:_authToken=secret\n");
    write(&directory.join(".npmrc"), credential);
    let mut npm = isolated("npm", directory);
    npm.args(["install", NAME, "--no-audit", "--no-fund"])
        .args(["--no-update-notifier", "--registry", registry])
        .args([
            "--fetch-retry-mintimeout=100",
            "--fetch-retry-maxtimeout=600",
        ]);
    vec![npm]
}
