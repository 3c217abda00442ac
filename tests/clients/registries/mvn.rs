//! Maven, an extension of the build, and a parent whose version is a range.

use std::fs;
use std::path::Path;
use std::process::Command;

use bytes::Bytes;

use crate::registries::client::{Client, Package, are_on_path, isolated, output, write, zip};
use crate::registries::on_503::{On503, Run};

pub(crate) const CLIENT: Client = Client {
    name: "mvn",
    version: &["mvn", "--version"],
    is_there: || are_on_path(&["mvn", "python3", "sha1sum"]),
    preset: include_str!("../../../config/presets/maven.toml"),
    pack,
    fetch,
    leaves: "repository/example/test/alpha/1.0.0/alpha-1.0.0.jar",
    on_503: On503 {
        version: "3.8",
        settings: "",
        by_default: "",
        waits: &[],
        runs: &[
            Run::exits(1).dead(1),
            // Of a file that came, the `.sha1` and then the `.md5` fail: Maven warns, and goes on.
            Run::exits(1).dead(3).alive(1),
            Run::exits(1).dead(3).alive(1),
            Run::exits(0).dead(2).alive(1),
        ],
    },
};

const GROUP: &str = "/maven2/example/test";

fn pack(directory: &Path) -> Package {
    let manifest = "META-INF/MANIFEST.MF";
    write(&directory.join(manifest), "Manifest-Version: 1.0\n");
    let jar = zip(directory, &[manifest]);
    let versions = "<metadata><groupId>example.test</groupId><artifactId>parent</artifactId>\
                    <versioning><versions><version>1.0.0</version></versions></versioning>\
                    </metadata>";
    let sum = |content: &[u8]| sha1(directory, content);
    let mut package = Package::default();
    for (path, content) in [
        ("alpha/1.0.0/alpha-1.0.0.pom", model("alpha", "jar")),
        ("alpha/1.0.0/alpha-1.0.0.jar", jar),
        ("parent/1.0.0/parent-1.0.0.pom", model("parent", "pom")),
    ] {
        let path = format!("{GROUP}/{path}");
        let checksum = sum(&content);
        package = package
            .file(&path, content)
            .file(&format!("{path}.sha1"), checksum);
    }
    let path = format!("{GROUP}/parent/maven-metadata.xml");
    package.metadata(&path, "text/xml", versions).metadata(
        &format!("{path}.sha1"),
        "text/plain",
        sum(versions.as_bytes()),
    )
}

fn model(name: &str, packaging: &str) -> Bytes {
    format!(
        "<project><modelVersion>4.0.0</modelVersion><groupId>example.test</groupId>\
         <artifactId>{name}</artifactId><version>1.0.0</version>\
         <packaging>{packaging}</packaging></project>"
    )
    .into()
}

/// Maven asks for the checksum of each file, and warns if there is none.
fn sha1(directory: &Path, content: &[u8]) -> String {
    let file = directory.join("summed");
    fs::write(&file, content).unwrap();
    let printed = output(isolated("sha1sum", directory).arg(file));
    let printed = String::from_utf8(printed).unwrap();
    let (sum, _) = printed.split_once(' ').expect("a checksum");
    sum.to_owned()
}

fn fetch(directory: &Path, registry: &str) -> Vec<Command> {
    let settings = format!(
        "<settings><mirrors><mirror><id>registry</id><mirrorOf>*</mirrorOf>\
         <url>{registry}/maven2</url></mirror></mirrors></settings>"
    );
    let project = "<project><modelVersion>4.0.0</modelVersion><parent>\
                   <groupId>example.test</groupId><artifactId>parent</artifactId>\
                   <version>[1.0.0,2)</version><relativePath/></parent>\
                   <artifactId>client</artifactId><version>1</version>\
                   <packaging>pom</packaging></project>";
    let extensions = "<extensions><extension><groupId>example.test</groupId>\
                      <artifactId>alpha</artifactId><version>1.0.0</version>\
                      </extension></extensions>";
    write(&directory.join("settings.xml"), settings);
    write(&directory.join("pom.xml"), project);
    write(&directory.join(".mvn/extensions.xml"), extensions);
    let mut maven = isolated("mvn", directory);
    // Without a plugin: those are not in the registry.
    maven
        .args(["--batch-mode", "validate"])
        .args([
            "--settings",
            "settings.xml",
            "--global-settings",
            "settings.xml",
        ])
        .arg(format!(
            "-Dmaven.repo.local={}",
            directory.join("repository").display()
        ))
        .arg(format!("-Duser.home={}", directory.join("home").display()))
        .env("MAVEN_SKIP_RC", "1")
        // The run is too short for the optimising compiler to pay off.
        .env("MAVEN_OPTS", "-XX:TieredStopAtLevel=1");
    vec![maven]
}
