//! Composer with PHP's curl, without which it asks otherwise, and a package that is a ZIP file.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::registries::client::{
    Client, Package, REGISTRY, are_on_path, isolated, with_credential, write, zip,
};
use crate::registries::on_503::{On503, Run};

pub(crate) const CLIENT: Client = Client {
    name: "composer",
    version: &["composer", "--version"],
    is_there: || are_on_path(&["composer", "php", "unzip", "python3"]) && has_curl(),
    preset: include_str!("../../../config/presets/composer.toml"),
    pack,
    fetch,
    leaves: "vendor/team/alpha/alpha.php",
    on_503: On503 {
        version: "2.5",
        settings: "",
        by_default: "",
        waits: &[0, 100, 500],
        runs: &[Run::exits(0).dead(4).alive(1)],
    },
};

/// Whether PHP has the module curl.
fn has_curl() -> bool {
    let modules = Command::new("php").arg("-m").output();
    modules.is_ok_and(|modules| {
        let modules = String::from_utf8_lossy(&modules.stdout);
        modules.lines().any(|module| module == "curl")
    })
}

const NAME: &str = "team/alpha";
const VERSION: &str = "1.0.0";

fn pack(directory: &Path) -> Package {
    let about = json!({ "name": NAME });
    write(&directory.join("alpha/composer.json"), about.to_string());
    write(&directory.join("alpha/alpha.php"), "<?php\n");
    let reference = "a".repeat(40);
    // As Satis names it: the end is the beginning of a hash of the reference.
    let path = format!("/dist/{NAME}/team-alpha-{VERSION}-d3ffe5.zip");
    let root = json!({ "packages": [], "metadata-url": "/p2/%package%.json" });
    let version = json!({
        "name": NAME,
        "version": VERSION,
        "version_normalized": format!("{VERSION}.0"),
        "dist": {
            "type": "zip",
            "url": format!("{REGISTRY}{path}"),
            "reference": reference,
            "shasum": "",
        },
    });
    let versions = json!({ "packages": { NAME: [version] } });
    Package::default()
        .file(
            &path,
            zip(directory, &["alpha/composer.json", "alpha/alpha.php"]),
        )
        .metadata("/packages.json", "application/json", root.to_string())
        .metadata(
            "/p2/team/alpha.json",
            "application/json",
            versions.to_string(),
        )
}

fn fetch(directory: &Path, registry: &str) -> Vec<Command> {
    let project = json!({
        "repositories": [
            { "packagist.org": false },
            { "type": "composer", "url": with_credential(registry) },
        ],
        "require": { NAME: VERSION },
        "config": { "secure-http": false },
    });
    write(&directory.join("composer.json"), project.to_string());
    let mut composer = isolated("composer", directory);
    composer
        .args([
            "install",
            "--no-interaction",
            "--no-progress",
            "--no-plugins",
        ])
        .env("COMPOSER_ALLOW_SUPERUSER", "1")
        .env("COMPOSER_HOME", directory.join("home/composer"));
    vec![composer]
}
