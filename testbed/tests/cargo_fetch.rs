//! A real `cargo fetch` downloads real crate files by the `dl` of the registry.

use signpost_testbed::{Crate, Registry, StandInCdn, cargo_fetch, package};
use tempfile::tempdir;

#[tokio::test]
async fn cargo_fetches_every_crate_once_by_dl() {
    let directory = tempdir().unwrap();
    let mut crates = Vec::new();
    for (name, version) in [
        ("a", "1.0.0"),
        ("log", "0.4.0-rc.1"),
        ("Some_name", "0.1.0+build.5"),
    ] {
        crates.push(package(name, version, directory.path()).await.unwrap());
    }
    let cdn = StandInCdn::start(crates.iter().map(|item| (path(item), item.bytes.clone())))
        .await
        .unwrap();
    let dl = format!("{}/crates/{{crate}}/{{crate}}-{{version}}.crate", cdn.url());
    let registry = Registry::start(&dl, &crates).await.unwrap();

    let project = directory.path().join("project");
    let fetched = cargo_fetch(&project, &directory.path().join("home"), &registry, 0)
        .await
        .unwrap();

    assert!(fetched.status.success(), "{}", fetched.stderr);
    let expected = crates.iter().map(|item| (path(item), 1)).collect();
    assert_eq!(cdn.hits(), expected);
}

#[tokio::test]
async fn a_crate_that_is_not_there_or_was_changed_fails_the_fetch() {
    let directory = tempdir().unwrap();
    let item = package("alpha", "1.0.0", directory.path()).await.unwrap();
    let cdn = StandInCdn::start([("/", "")]).await.unwrap();
    let dl = format!("{}/crates/{{crate}}/{{crate}}-{{version}}.crate", cdn.url());
    let registry = Registry::start(&dl, std::slice::from_ref(&item))
        .await
        .unwrap();
    let project = directory.path().join("project");
    let home = directory.path().join("home");

    let missing = cargo_fetch(&project, &home, &registry, 0).await.unwrap();
    assert!(!missing.status.success());
    assert!(missing.stderr.contains("404"), "{}", missing.stderr);

    cdn.insert(path(&item), "something else");
    let changed = cargo_fetch(&project, &home, &registry, 0).await.unwrap();
    assert!(!changed.status.success());
    assert!(changed.stderr.contains("checksum"), "{}", changed.stderr);
}

fn path(item: &Crate) -> String {
    format!("/crates/{0}/{0}-{1}.crate", item.name, item.version)
}
