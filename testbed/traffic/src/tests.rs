use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use signpost::config::ClientIp;
use signpost::log_line::{Exchange, InForce};
use signpost::values::{Share, Switch};
use signpost_rows::PRODUCTION;

use super::{Request, Settings, Traffic};

fn traffic(seed: u64, share: u8) -> Traffic {
    Traffic::new(&Settings {
        start: 1_689_851_820_000_000,
        rate: 100.0,
        normal: Duration::from_mins(1),
        broken: Duration::from_mins(1),
        seed,
        farms: 5,
        share,
    })
}

#[test]
fn the_same_seed_makes_the_same_traffic_in_the_order_of_time() {
    let one: Vec<_> = traffic(1, 100).collect();
    assert_eq!(one, traffic(1, 100).collect::<Vec<_>>());
    assert_ne!(one, traffic(2, 100).collect::<Vec<_>>());
    assert!(one.is_sorted_by_key(Request::time));
}

#[test]
fn retries_follow_a_break_and_hardly_anything_else() {
    let traffic = traffic(3, 100);
    let break_at = traffic.break_at();
    let (before, after): (Vec<_>, Vec<_>) = traffic.partition(|request| request.time() < break_at);
    let retries = |requests: &[Request]| {
        requests
            .iter()
            .filter(|request| request.attempt() > 1)
            .count()
    };
    assert!((5_000..7_000).contains(&before.len()), "{}", before.len());
    assert!(retries(&before) * 100 < before.len());
    assert!(retries(&after) * 10 > after.len() * 6);
}

#[test]
fn in_a_share_only_what_is_redirected_fails() {
    let redirected = |share| {
        let mut paths = std::collections::BTreeSet::new();
        let (mut retries, mut others) = (0, 0);
        for request in traffic(5, share) {
            if request.is_redirected() {
                paths.insert(request.path());
                retries += u32::from(request.attempt() > 1);
            } else {
                others += u32::from(request.attempt() > 1);
            }
        }
        assert!(retries > others * 5, "{share} %: {retries} and {others}");
        paths
    };
    let [few, many] = [10, 30].map(redirected);
    assert!(few.len() * 2 < many.len());
}

#[test]
fn cargo_tries_four_times_with_its_documented_waits() {
    let mut attempts = HashMap::<_, Vec<Request>>::new();
    let traffic = traffic(4, 100);
    let (from, to) = (
        traffic.break_at() + 20_000_000,
        traffic.break_at() + 40_000_000,
    );
    for request in traffic {
        let key = (request.address(), request.user_agent(), request.path());
        attempts.entry(key).or_default().push(request);
    }
    let lone = attempts.values().filter(|requests| {
        let firsts = requests
            .iter()
            .filter(|request| request.attempt() == 1)
            .count();
        firsts == 1 && (from..to).contains(&requests[0].time()) && requests.len() > 1
    });
    let mut checked = 0;
    for requests in lone {
        let waits: Vec<_> = requests
            .windows(2)
            .map(|two| two[1].time() - two[0].time())
            .collect();
        let [first, 3_500_000, 6_500_000] = waits[..] else {
            panic!("{waits:?}")
        };
        assert!((500_000..1_500_000).contains(&first), "{first}");
        checked += 1;
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn lines_are_written_as_the_edge_writes_them() {
    for (share, expected) in [
        (100, &["no-route", "redirect", "version-invalid"][..]),
        (
            30,
            &["no-route", "not-in-rollout", "redirect", "version-invalid"],
        ),
    ] {
        assert_eq!(decisions(share), expected, "{share} %");
    }
}

/// Compares the lines of some traffic with the edge's, and returns the decisions in them.
fn decisions(share: u8) -> Vec<&'static str> {
    let switch = Switch::enforce(Share::percent(share).unwrap());
    let config = signpost::authoring::from_toml(PRODUCTION).unwrap();
    let traffic = Traffic::new(&Settings {
        start: 1_689_855_420_000_000,
        rate: 500.0,
        normal: Duration::from_secs(5),
        broken: Duration::from_secs(5),
        seed: 1,
        farms: 3,
        share,
    });
    let mut decisions = BTreeSet::new();
    for sent in traffic {
        let mut line = Vec::new();
        sent.write_line(&mut line);
        let line = String::from_utf8(line).unwrap();
        let read: Value = serde_json::from_str(&line).unwrap();
        let path = sent.path();
        let request = signpost::request::Request::new("GET", "crates.io", &path);
        let answer = signpost::answer(&config, &request, switch);
        let exchange = Exchange {
            time: SystemTime::UNIX_EPOCH + Duration::from_micros(sent.time()),
            method: "GET",
            scheme: "https",
            host: "crates.io",
            path: &path,
            protocol: "HTTP/2",
            referer: None,
            user_agent: Some(sent.user_agent()),
            client_ip: Some(IpAddr::from(sent.address())),
            tls_cipher: Some("TLS_AES_128_GCM_SHA256"),
            tls_protocol: Some("TLSv1.3"),
            edge_location: read["edge_location"].as_str(),
            status: read["status"].as_u64().unwrap().try_into().unwrap(),
            bytes: read["bytes"].as_u64(),
            content_type: read["content_type"].as_str(),
        };
        let in_force = InForce {
            revision: read["signpost"]["revision"].as_str(),
            switch,
            client_ip: ClientIp::Full,
            fields: None,
        };
        decisions.insert(
            answer
                .decision()
                .reason()
                .map_or("redirect", |reason| reason.code()),
        );
        let expected = answer.log_line(&exchange, &in_force);
        assert_eq!(line, format!("{expected}\n"));
    }
    decisions.into_iter().collect()
}
