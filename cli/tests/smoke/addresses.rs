//! The real module under Viceroy, and two CDNs whose hosts have several addresses, of IPv4 and IPv6: each
//! address is asked, and one that is wrong is named, whichever comes first.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use signpost_rows::SmallConfig;
use signpost_testbed::{Protocol, Spoil, TlsCdn, Validity, stand_in_file};

use crate::bed::{Files, Module, Smoke};

const FILE: &str = "/x/x-1.0.0.crate";

/// The addresses of each host. At the last but one nobody listens, if a row says so.
const ADDRESSES: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    /// Nobody listens.
    Dead,
    /// Every file is spoiled.
    Spoilt(Spoil),
}

/// A CDN at each address, but for one that is wrong.
async fn cdn(host: &str, wrong: Option<(IpAddr, Wrong)>) -> TlsCdn {
    let files = [(FILE, stand_in_file(FILE))];
    let mut cdn = TlsCdn::start(host, Validity::Valid, Protocol::Http1, files)
        .await
        .unwrap();
    for address in &ADDRESSES[1..] {
        let spoil = match wrong {
            Some((at, Wrong::Dead)) if at == *address => continue,
            Some((at, Wrong::Spoilt(spoil))) if at == *address => Some(spoil),
            _ => None,
        };
        cdn.also_at(*address, spoil).await.unwrap();
    }
    cdn
}

/// A smoke test of both; the wrong address is the first, or it comes after another.
async fn smoke(wrong: Option<(usize, IpAddr, Wrong)>, is_first: bool) -> (Smoke, [TlsCdn; 2]) {
    let files = Files::start(Validity::Valid).await;
    let mut cdns = Vec::new();
    for (place, host) in ["a.example", "b.example"].into_iter().enumerate() {
        let wrong = wrong.filter(|(at, ..)| *at == place);
        cdns.push(cdn(host, wrong.map(|(_, address, wrong)| (address, wrong))).await);
    }
    let cdns: [TlsCdn; 2] = cdns.try_into().unwrap();
    let [port_of_a, port_of_b] = cdns.each_ref().map(|cdn| cdn.address().port());
    let text = SmallConfig::new("")
        .target("a", &format!("https://a.example:{port_of_a}"), "")
        .target("b", &format!("https://b.example:{port_of_b}"), "")
        .route(
            "download",
            "/{name:crate}/{version:semver}/download",
            "/{name}/{name}-{version}.crate",
        )
        .to_string();
    let examples = [("a", port_of_a), ("b", port_of_b)].map(|(target, port)| {
        format!(
            "\n[[routes.examples]]\nrequest = \"/x/1.0.0/download\"\ntarget = {target:?}\n\
             location = \"https://{target}.example:{port}{FILE}\"\n"
        )
    });
    let text = text + &examples.concat();
    let config = files.directory.path().join("two-hosts.toml");
    std::fs::write(&config, &text).unwrap();
    let module = Module::start_with(&signpost::authoring::from_toml(&text).unwrap(), |server| {
        server.switch("enforce")
    })
    .await;
    let mut arguments = vec!["--format".to_owned(), "json".to_owned()];
    for (host, cdn) in ["a.example", "b.example"].into_iter().zip(&cdns) {
        let authority = files.directory.path().join(host);
        std::fs::write(&authority, cdn.authority()).unwrap();
        let mut addresses = ADDRESSES.map(|address| match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        });
        if !is_first {
            addresses.reverse();
        }
        let (port, addresses) = (cdn.address().port(), addresses.join(","));
        let resolve = format!("{host}:{port}:{addresses}");
        let authority = authority.to_str().unwrap().to_owned();
        arguments.extend([
            "--ca".to_owned(),
            authority,
            "--resolve".to_owned(),
            resolve,
        ]);
    }
    // The bed's own detour is for a host that this configuration does not have.
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let smoke = files
        .smoke_alone(&config, &module.viceroy.url(), &arguments)
        .await;
    (smoke, cdns)
}

#[tokio::test]
async fn every_address_of_every_target_is_asked() {
    let (smoke, cdns) = smoke(None, true).await;
    assert_eq!(smoke.code, Some(0), "{}{}", smoke.stdout, smoke.stderr);
    let json = smoke.json();
    let announced = format!("about {} requests to 3 hosts", json["requests"]);
    assert!(smoke.stderr.starts_with(&announced), "{}", smoke.stderr);
    let verdicts = json["verdicts"].as_array().unwrap();
    let of_kind = verdicts.iter().filter(|it| it["kind"] == "address");
    let found: Vec<_> = of_kind
        .map(|verdict| {
            assert_eq!(verdict["address"], verdict["file"]["address"]);
            let target = verdict["target"].as_str().unwrap();
            format!("{target} {}", verdict["address"].as_str().unwrap())
        })
        .collect();
    let [a, b] = cdns.map(|cdn| cdn.address().port());
    let expected = [("a", a), ("b", b)].into_iter().flat_map(|(target, port)| {
        let at = |host: &str| format!("{target} {host}:{port}");
        ["127.0.0.1", "127.0.0.2", "[::1]"].map(at)
    });
    assert_eq!(found, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn an_address_that_is_wrong_is_named_whichever_comes_first() {
    let spoilt = Wrong::Spoilt(Spoil::Forbidden);
    let rows = [
        (
            ADDRESSES[1],
            Wrong::Dead,
            "cdn-connect",
            "cannot be reached",
        ),
        (ADDRESSES[1], spoilt, "cdn-status", "answered 403 Forbidden"),
        (
            ADDRESSES[2],
            Wrong::Dead,
            "cdn-connect",
            "cannot be reached",
        ),
        (ADDRESSES[2], spoilt, "cdn-status", "answered 403 Forbidden"),
    ];
    for (target, name) in ["a", "b"].into_iter().enumerate() {
        for (address, wrong, stage, words) in rows {
            for is_first in [true, false] {
                let row = format!("{wrong:?} at {address} of {name}, {is_first}");
                let (smoke, cdns) = smoke(Some((target, address, wrong)), is_first).await;
                assert_eq!(smoke.code, Some(1), "{row}: {}", smoke.stdout);
                let port = cdns[target].address().port();
                let at = std::net::SocketAddr::new(address, port).to_string();
                let server = format!("the target `{name}` (https://{name}.example:{port}) at {at}");
                let json = smoke.json();
                let verdicts = json["verdicts"].as_array().unwrap();
                let mut is_named = false;
                for verdict in verdicts.iter().filter(|it| it["passed"] == false) {
                    // If it is the first of the list, the probes go there too.
                    let of_address = verdict["kind"] == "address";
                    assert!(!of_address || verdict["address"] == at, "{row}: {verdict}");
                    for finding in verdict["findings"].as_array().unwrap() {
                        assert_eq!(finding["stage"], stage, "{row}");
                        let message = finding["message"].as_str().unwrap();
                        assert!(message.contains(words), "{row}: {message}");
                        is_named |= of_address && message.contains(&server);
                    }
                }
                assert!(is_named, "{row}: {json:#}");
            }
        }
    }
}
