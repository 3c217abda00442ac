//! cargo, and a crate whose name has a capital letter, from a registry that names folders by prefix.

use std::path::Path;
use std::process::Command;

use signpost_testbed::{index_files, package};
use tokio::runtime::Handle;

use crate::registries::client::{Client, Package, REGISTRY, are_on_path, isolated, write};
use crate::registries::on_503::{On503, Run};

pub(crate) const CLIENT: Client = Client {
    name: "cargo",
    version: &["cargo", "--version"],
    is_there: || are_on_path(&["cargo"]),
    preset: include_str!("../../../config/presets/cargo.toml"),
    pack,
    fetch,
    leaves: "vendor/Alpha/src/lib.rs",
    on_503: On503 {
        version: "1",
        settings: "",
        by_default: "",
        waits: &[],
        runs: &[Run::exits(0).dead(1).alive(1)],
    },
};

const NAME: &str = "Alpha";
const VERSION: &str = "1.0.0+build.5";

fn pack(directory: &Path) -> Package {
    let packing = package(NAME, VERSION, directory);
    let packed = Handle::current().block_on(packing).unwrap();
    let dl = format!("{REGISTRY}/crates/{{lowerprefix}}/{{crate}}/{{crate}}-{{version}}.crate");
    let path = format!("/crates/al/ph/{NAME}/{NAME}-{VERSION}.crate");
    let file = Package::default().file(&path, packed.bytes.clone());
    let index = index_files(&dl, &[packed]).into_iter();
    index.fold(file, |package, (path, text)| {
        package.metadata(&path, "text/plain", text)
    })
}

fn fetch(directory: &Path, registry: &str) -> Vec<Command> {
    let manifest = format!(
        "[package]\nname = \"client\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
         [dependencies]\n{NAME} = {{ version = \"1\", registry = \"stand-in\" }}\n"
    );
    write(&directory.join("Cargo.toml"), manifest);
    write(&directory.join("src/lib.rs"), "");
    let registries = format!("[registries.stand-in]\nindex = \"sparse+{registry}/\"\n");
    write(&directory.join(".cargo/config.toml"), registries);
    let mut cargo = isolated("cargo", directory);
    // It downloads, and unpacks where the test can find it.
    cargo.args(["vendor", "--quiet"]);
    vec![cargo]
}
