//! A real cargo downloads through the module under Viceroy while a target is dead: the second try
//! goes another way, and nobody has to do anything.

use std::net::SocketAddr;

use bytes::Bytes;
use http::Response;
use signpost::config::Config;
use signpost_testbed::{
    Crate, LocalServer, Registry, StandInCdn, StandInOrigin, Viceroy, cargo_fetch,
    module_under_test, package, refused_address,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A target that never serves a file. It ends when it is dropped.
struct Dead {
    url: String,
    host: &'static str,
    _alive: Alive,
}

enum Alive {
    Nothing,
    Refused(#[expect(dead_code, reason = "it holds the address")] signpost_testbed::RefusedAddress),
    Serving(JoinHandle<()>),
}

impl Drop for Alive {
    fn drop(&mut self) {
        if let Self::Serving(task) = self {
            task.abort();
        }
    }
}

impl Dead {
    fn refused() -> Self {
        let address = refused_address().unwrap();
        Self {
            url: address.url(),
            host: "127.0.0.1",
            _alive: Alive::Refused(address),
        }
    }

    /// RFC 6761, section 6.4: a name below `invalid` never has an address.
    fn unresolvable() -> Self {
        Self {
            url: "https://cdn.invalid".to_owned(),
            host: "cdn.invalid",
            _alive: Alive::Nothing,
        }
    }

    /// Answers every request with these bytes, and closes the connection.
    async fn answering(answer: &'static [u8]) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => break,
                    }
                }
                // A client that goes away has what it came for: no file.
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            }
        });
        Self {
            url,
            host: "127.0.0.1",
            _alive: Alive::Serving(task),
        }
    }

    async fn all() -> [(&'static str, Self); 4] {
        let unavailable =
            b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let cut_off = b"HTTP/1.1 200 OK\r\ncontent-length: 4096\r\nconnection: close\r\n\r\nhalf";
        [
            ("refused connection", Self::refused()),
            ("unresolvable name", Self::unresolvable()),
            ("503", Self::answering(unavailable).await),
            ("body cut off", Self::answering(cut_off).await),
        ]
    }
}

/// What was asked of whom when cargo had its file.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    cdn: usize,
    origin: usize,
    attempts: Vec<u64>,
}

/// Lets cargo fetch one file; its version is chosen so that the dead target comes first.
async fn fetch(name: &str, dead: &Dead, cdn: Option<&StandInCdn>) -> Counts {
    let config = config(dead, cdn);
    let version = (0..64)
        .map(|patch| format!("1.0.{patch}"))
        .find(|version| is_first(&config, version))
        .expect("a file whose first target is the dead one");
    let directory = tempfile::tempdir().unwrap();
    let file = package("alpha", &version, directory.path()).await.unwrap();
    if let Some(cdn) = cdn {
        cdn.insert(path_of(&version), file.bytes.clone());
    }
    let origin = origin_with(&file).await;
    let server = LocalServer::of_workspace()
        .backend("origin", origin.url().as_str())
        .config(config.to_json())
        .switch("enforce");
    let viceroy = Viceroy::start(&module_under_test(), &server).await.unwrap();
    drop(origin.take_requests());
    let dl = format!("{}/api/v1/crates", viceroy.url());
    let registry = Registry::start(&dl, std::slice::from_ref(&file))
        .await
        .unwrap();
    let (project, home) = (directory.path().join("p"), directory.path().join("h"));
    // What cargo does by itself: the first try and three more.
    let fetched = cargo_fetch(&project, &home, &registry, 3).await.unwrap();
    let lines = viceroy.lines().join("\n");
    assert!(
        fetched.status.success(),
        "{name}: {}\n{lines}",
        fetched.stderr
    );
    let hits = |cdn: &StandInCdn| cdn.hits().get(&path_of(&version)).copied();
    Counts {
        cdn: cdn.and_then(hits).unwrap_or_default(),
        origin: origin.requests().len(),
        attempts: attempts(&lines),
    }
}

/// The attempts that the log has, in order.
fn attempts(lines: &str) -> Vec<u64> {
    let pieces = lines.split("\"attempt\":").skip(1);
    pieces
        .filter_map(|piece| piece.split(',').next()?.parse().ok())
        .collect()
}

#[tokio::test]
async fn a_dead_target_costs_a_second_try_and_nothing_more() {
    for (name, dead) in Dead::all().await {
        let cdn = StandInCdn::start(Vec::<(String, Bytes)>::new())
            .await
            .unwrap();
        let expected = Counts {
            cdn: 1,
            origin: 0,
            attempts: vec![1, 2],
        };
        assert_eq!(fetch(name, &dead, Some(&cdn)).await, expected, "{name}");
    }
}

#[tokio::test]
async fn where_the_only_target_is_dead_the_origin_serves_the_file() {
    for (name, dead) in Dead::all().await {
        let expected = Counts {
            cdn: 0,
            origin: 1,
            attempts: vec![1, 2],
        };
        assert_eq!(fetch(name, &dead, None).await, expected, "{name}");
    }
}

/// One or two targets, of which the first is dead.
fn config(dead: &Dead, cdn: Option<&StandInCdn>) -> Config {
    let alive = cdn.map_or_else(String::new, |cdn| {
        format!("[targets.alive]\nbase = \"{}\"\n", cdn.url())
    });
    let targets = if cdn.is_some() {
        "[\"dead\", \"alive\"]"
    } else {
        "[\"dead\"]"
    };
    let example = |base: &str| {
        format!(
            "[[routes.examples]]\nrequest = \"/api/v1/crates/a/1.0.0/download\"\n\
             location = \"{base}/crates/a/a-1.0.0.crate\"\n"
        )
    };
    let examples = example(&dead.url) + &cdn.map_or_else(String::new, |cdn| example(&cdn.url()));
    let mut hosts = vec![dead.host];
    if cdn.is_some() && !hosts.contains(&"127.0.0.1") {
        hosts.push("127.0.0.1");
    }
    let toml = format!(
        "allowed_hosts = {hosts:?}\n[origin]\nbackends = [\"origin\"]\n[retry]\nwindow = \"1m\"\n\
         [log]\nendpoint = \"signpost-log\"\n[targets.dead]\nbase = \"{}\"\n{alive}\
         [[routes]]\nname = \"download\"\n\
         path = \"/api/v1/crates/{{name:crate}}/{{version:semver}}/download\"\n\
         targets = {targets}\nlocation = \"/crates/{{name}}/{{name}}-{{version}}.crate\"\n{examples}",
        dead.url
    );
    Config::from_toml(&toml).unwrap_or_else(|problems| panic!("{problems}\nin\n{toml}"))
}

fn is_first(config: &Config, version: &str) -> bool {
    let path = format!("/api/v1/crates/alpha/{version}/download");
    let request = signpost::request::Request::new("GET", "", &path);
    let answer = signpost::answer(config, &request, signpost::switch::Switch::ENFORCE);
    answer
        .target()
        .is_some_and(|target| target.name() == "dead")
}

fn path_of(version: &str) -> String {
    format!("/crates/alpha/alpha-{version}.crate")
}

async fn origin_with(file: &Crate) -> StandInOrigin {
    let (path, bytes) = (
        format!("/api/v1/crates/{}/{}/download", file.name, file.version),
        file.bytes.clone(),
    );
    StandInOrigin::start_with(move |request| {
        if request.target == path {
            return Response::new(bytes.clone());
        }
        Response::builder().status(404).body(Bytes::new()).unwrap()
    })
    .await
    .unwrap()
}
