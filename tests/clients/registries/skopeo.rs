//! skopeo, and an image of one layer.

use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::registries::client::{Client, Package, are_on_path, isolated, output, write};
use crate::registries::on_503::{On503, Run};

pub(crate) const CLIENT: Client = Client {
    name: "skopeo",
    version: &["skopeo", "--version"],
    is_there: || are_on_path(&["skopeo", "tar"]),
    preset: include_str!("../../../config/presets/oci.toml"),
    pack,
    fetch,
    leaves: "image/manifest.json",
    on_503: On503 {
        version: "1.9",
        settings: "",
        by_default: "",
        waits: &[],
        runs: &[
            Run::exits(1).dead(1),
            Run::exits(1).dead(1).alive(1),
            Run::exits(0).alive(1).origin(1),
        ],
    },
};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

fn pack(directory: &Path) -> Package {
    write(&directory.join("alpha"), "alpha\n");
    // The same bytes each time, so that each time the same digest leads to the same CDN.
    let mut tar = isolated("tar", directory);
    tar.args(["--create", "--mtime=@0", "--owner=0", "--group=0"])
        .args(["--numeric-owner", "--mode=644", "alpha"]);
    let layer = Bytes::from(output(&mut tar));
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "rootfs": { "type": "layers", "diff_ids": [digest(&layer)] },
    });
    let config = Bytes::from(config.to_string());
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(CONFIG, &config),
        "layers": [descriptor(LAYER, &layer)],
    });
    Package::default()
        .file_at(&blob(&layer), &stored(&layer), layer.clone())
        .file_at(&blob(&config), &stored(&config), config.clone())
        .metadata("/v2/", "application/json", "{}")
        .metadata(
            "/v2/team/alpha/manifests/1.0",
            MANIFEST,
            manifest.to_string(),
        )
}

fn descriptor(media_type: &str, content: &Bytes) -> Value {
    json!({ "mediaType": media_type, "size": content.len(), "digest": digest(content) })
}

/// Where the registry has it.
fn blob(content: &Bytes) -> String {
    format!("/v2/team/alpha/blobs/{}", digest(content))
}

/// Where the CDN has it.
fn stored(content: &Bytes) -> String {
    let hex = format!("{:x}", Sha256::digest(content));
    format!("/docker/registry/v2/blobs/sha256/{}/{hex}/data", &hex[..2])
}

fn digest(content: &Bytes) -> String {
    format!("sha256:{:x}", Sha256::digest(content))
}

fn fetch(directory: &Path, registry: &str) -> Vec<Command> {
    // It is read in the place of the machine's own.
    let registries = directory.join("home/.config/containers/registries.conf");
    write(&registries, "");
    let (_, address) = registry.split_once("://").expect("a URL");
    let mut skopeo = isolated("skopeo", directory);
    skopeo
        .args(["--insecure-policy", "copy", "--src-tls-verify=false"])
        .arg(format!("docker://{address}/team/alpha:1.0"))
        .arg("dir:image");
    vec![skopeo]
}
