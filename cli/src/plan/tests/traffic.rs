//! What each route takes, and what none takes.

use serde_json::{Value, json};
use signpost_testbed::rows;

use super::{changed, of_lines, over_examples, over_lines};
use crate::file::Loaded;
use crate::plan::files::Files;
use crate::plan::value::Plan;
use crate::small::production;
use crate::unhealthy::ALL_HEALTHY;

fn in_json(plan: &Plan) -> Value {
    serde_json::to_value(plan).unwrap()
}

/// Requests on each route and on none, with their numbers.
fn log() -> String {
    let json = r#"{"version":"1","method":"GET","url":"https://crates.io/api/v1/crates/a/1.0.0/download","content_type":"application/json","signpost":{"decision":"redirect"}}"#;
    let lines = [
        (40, "/api/v1/crates/a/1.0.0/download"),
        (10, json),
        (10, "/api/v1/crates/a/1.0.0/readme"),
        (20, "/api/v1/crates/a/owners"),
        (10, "/users/b"),
        (6, "/"),
        (4, "/api/v1/crates/a/latest/download"),
    ];
    let lines = lines.map(|(times, line)| format!("{line}\n").repeat(times));
    lines.concat()
}

#[test]
fn each_route_has_its_share_of_the_requests() {
    let production = production();
    let plan = over_lines(&production, &production, log().as_bytes(), 2);
    let found = in_json(&plan)["routes"].as_array().unwrap().clone();
    let found: Vec<_> = found
        .iter()
        .map(|row| {
            assert_eq!(row["old"], row["new"], "{row}");
            let (new, share) = (&row["new"]["requests"], &row["new"]["share"]);
            json!([row["route"], row["answer"], row["reason"], new, share])
        })
        .collect();
    let expected = [
        json!(["download", "redirect", null, 40, 0.4]),
        json!([null, "origin", "no-route", 36, 0.36]),
        json!(["download", "json", null, 10, 0.1]),
        json!(["readme", "redirect", null, 10, 0.1]),
        json!([null, "origin", "version-invalid", 4, 0.04]),
    ];
    assert_eq!(found, expected, "{plan}");
    let text = plan.to_string();
    let table = "
Requests by route:
          40   40.0 %  route download: redirect
          36   36.0 %  no route: the origin, no-route
          10   10.0 %  route download: redirect as JSON
          10   10.0 %  route readme: redirect
           4    4.0 %  no route: the origin, version-invalid

Paths that no route takes:
          20   20.0 %  /api/v1/crates/{name}/owners
          10   10.0 %  /users/b
           6    6.0 %  /
           4    4.0 %  /api/v1/crates/{name}/latest/download
";
    assert!(text.contains(table), "{text}");
}

#[test]
fn the_table_has_the_old_requests_where_some_differ() {
    let (old, new) = (super::changed(&[]), changed(&[("/download\"", "/get\"")]));
    let lines = "/crates/a/1.0.0/download\n".repeat(3) + "/crates/a/1.0.0/get\n";
    let text = over_lines(&old, &new, lines.as_bytes(), 1).to_string();
    let table = "
Requests by route, old and new:
           1   25.0 %           3   75.0 %  no route: the origin, no-route
           3   75.0 %           1   25.0 %  route download: redirect
";
    assert!(text.contains(table), "{text}");
    // What the origin answers before the first deployment says nothing of any route.
    let files = Files::new(None, &new, &[], &ALL_HEALTHY);
    let text = of_lines(&files, lines.as_bytes(), 1).to_string();
    let table = "
Requests by route:
           3   75.0 %  no route: the origin, no-route
           1   25.0 %  route download: redirect
";
    assert!(text.contains(table), "{text}");
}

#[test]
fn examples_are_no_traffic() {
    let plan = over_examples(
        &changed(&[]),
        &changed(&[("static.crates.io", "cdn.example")]),
    );
    let found = in_json(&plan);
    for key in ["routes", "unrouted", "cost"] {
        assert_eq!(found[key], Value::Null, "{key}");
    }
    assert!(!plan.to_string().contains("Requests by route"), "{plan}");
}

#[test]
fn requests_cost_what_a_calculation_by_hand_says() {
    let production = production();
    // All 100 requests go to the origin: no route has this host.
    let elsewhere = Loaded::of(&signpost_rows::with_hosts(
        signpost_rows::PRODUCTION,
        "[\"x.y\"]",
    ));
    let log = log().replace("\n/", "\nhttps://crates.io/");
    let log = log.strip_prefix('/').unwrap();
    let log = format!("https://crates.io/{log}");
    let none = None;
    // 60 of 100 requests are answered by the edge with production's configuration, and none with the
    // other. The prices are those of a million, so a log of 100 requests costs a ten-thousandth.
    let rows = rows(
        "
        none       | production | 0.60,0.05 | 0.4       | 0 0 100 0 0            | 100 60 40 40 0.000062
        elsewhere  | production | 0.60,0.05 | 0.4       | 100 0 100 40 0.000062  | 100 60 40 40 0.000062
        elsewhere  | production | 1,1       | 0.5,2     | 100 0 100 200 0.0003   | 100 60 40 110 0.00021
        production | elsewhere  | 1,1       | 0.5,2     | 100 60 40 110 0.00021  | 100 0 100 200 0.0003
        production | production | 2,0       | 7         | 100 60 40 700 0.0002   | 100 60 40 700 0.0002
        ",
    );
    for [old_name, new_name, prices, cpu_ms, old, new] in rows {
        let row = format!("{old_name} {new_name} {prices} {cpu_ms}");
        let named = |name| match name {
            "none" => none,
            "production" => Some(&production),
            _ => Some(&elsewhere),
        };
        let files = Files::new(named(old_name), named(new_name).unwrap(), &[], &ALL_HEALTHY);
        let plan = of_lines(&files, log.as_bytes(), 2);
        let plan = plan.with_cost(prices.parse().unwrap(), cpu_ms.parse().unwrap());
        let cost = &in_json(&plan)["cost"];
        for (side, expected) in [("old", old), ("new", new)] {
            let bill = &cost[side];
            let keys = [
                "edge_requests",
                "answered",
                "origin_requests",
                "cpu_ms",
                "price",
            ];
            let expected: Vec<f64> = expected.split(' ').map(|it| it.parse().unwrap()).collect();
            for (key, expected) in keys.into_iter().zip(&expected) {
                let found = bill[key].as_f64().unwrap();
                assert!(
                    (found - expected).abs() < 1e-9,
                    "{row}: {side} {key} is {found}"
                );
            }
            let million = bill["price_per_million"].as_f64().unwrap();
            let expected = expected[4] * 10_000.0;
            assert!((million - expected).abs() < 1e-6, "{row}: {side} {million}");
            for key in keys {
                let number = |side: &str| cost[side][key].as_f64().unwrap();
                let change = number("new") - number("old");
                assert!((number("change") - change).abs() < 1e-9, "{row}: {key}");
            }
        }
    }
}

#[test]
fn the_cost_is_shown_with_what_it_rests_on() {
    let (old, new) = (changed(&[("/download\"", "/get\"")]), changed(&[]));
    let lines = "/crates/a/1.0.0/download\n".repeat(3_000) + &"/other\n".repeat(1_000);
    let plan = over_lines(&old, &new, lines.as_bytes(), 2);
    let plan = plan.with_cost("0.60,0.05".parse().unwrap(), "0.5,1".parse().unwrap());
    let text = plan.to_string();
    let expected = "
Cost, at 0.6 for a million requests and 0.05 for a million vCPU milliseconds:
                                     old             new          change
  requests to the edge             4,000           4,000              +0
  answered by it                       0           3,000          +3,000
  requests to the origin           4,000           1,000          -3,000
  vCPU milliseconds                4,000           2,500          -1,500
  price                         0.002600        0.002525       -0.000075
  for a million requests        0.650000        0.631250       -0.018750
  --cpu-ms says 0.5 vCPU milliseconds for an answer and 1 for a request that is passed on. The
  price has no bytes, none of the requests that redirects bring to the CDN, and no discounts.
";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn invalid_prices_are_refused() {
    use crate::plan::cost::{Cost, CpuTimes, Prices};
    let infinite = format!("1,{}", "9".repeat(400));
    for text in [
        "",
        "1",
        "1,",
        ",1",
        "1,2,3",
        "-1,1",
        "1,-1",
        "1,inf",
        "NaN,1",
        "1e9,1",
        "a,b",
        &infinite,
        "1,1000000000001",
    ] {
        let prices = text.parse::<Prices>();
        assert!(prices.is_err(), "{text}: {prices:?}");
    }
    for text in ["", "x", "1,", "-1", "1,2,3", &infinite] {
        let times = text.parse::<CpuTimes>();
        assert!(times.is_err(), "{text}: {times:?}");
    }
    let why = "1,1000000000001".parse::<Prices>().unwrap_err();
    assert_eq!(why, "`1000000000001` is more than 1000000000000");
    // Those of any log make a finite price.
    let (prices, times) = ("1000000000000,1000000000000", "1000000000000");
    let bill = Cost::new(
        &[],
        u64::MAX,
        false,
        prices.parse().unwrap(),
        times.parse().unwrap(),
    );
    let bill = serde_json::to_value(&bill).unwrap();
    assert!(bill["new"]["price"].is_f64(), "{bill}");
}
