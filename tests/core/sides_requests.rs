//! Requests of every kind on both sides, and what of an answer is the side's own.

use crate::fixtures::configs;
use crate::fixtures::retry_scene::{CARGO, Scene};
use crate::fixtures::said::{by, decision};
use crate::test;
use signpost::config::Config;
use signpost::entries::{Entries, Lookup};
use signpost::origin_redirect::OriginAnswer;
use signpost::request::Request;
use signpost::sides::Sides;
use signpost::target::all_healthy;
use signpost::values::{Share, Switch};
use signpost_rows::changed;
use signpost_rows::sides::{CONFIG, FILE_OF_CONFIG, FILE_OF_NEXT, NEXT};
use signpost_rows::with_its_revision;

const REDIRECT: &str = "redirect;route=\"download\"";
const BY_NEXT: &str = "redirect;route=\"download\";by=\"next\"";
const OLD: &str = "/old/serde";

/// A name, and what it makes of a request.
type Kind = (&'static str, fn(Request<'static>) -> Request<'static>);

/// `config` and `next`, each with these lines at its beginning.
#[track_caller]
fn both(at_config: &str, at_next: &str) -> [Config; 2] {
    [(at_config, CONFIG), (at_next, NEXT)]
        .map(|(lines, toml)| configs::read(&format!("{lines}\n{toml}")))
}

fn at_half() -> Switch {
    "enforce, next 50%".parse().expect("a switch")
}

#[test]
fn what_is_no_attempt_is_answered_by_its_side_each_time() {
    let [config, next] = both("response.json = true", "");
    let next_with_json = changed(NEXT, "cors = true\n", "cors = true\njson = true\n");
    let next_with_json = configs::read(&next_with_json);
    let get = |path| Request::new("GET", "crates.io", path);
    let json = |path| get(path).with_accept([&b"application/json"[..]]);
    let kinds: [Kind; 2] = [
        ("Range", |request| request.with_field_names(["range"])),
        ("If-Range", |request| {
            request.with_field_names(["range", "if-range"])
        }),
    ];
    let sides = Sides::new(&config, Some(&next_with_json));
    let head = |path| Request::new("HEAD", "crates.io", path);
    let mut rows = vec![
        ("HEAD", head(FILE_OF_CONFIG), "config", REDIRECT, 302),
        ("HEAD", head(FILE_OF_NEXT), "next", BY_NEXT, 302),
        ("JSON", json(FILE_OF_CONFIG), "config", REDIRECT, 200),
        ("JSON", json(FILE_OF_NEXT), "next", BY_NEXT, 200),
    ];
    for (name, change) in kinds {
        rows.push((name, change(get(FILE_OF_CONFIG)), "config", REDIRECT, 302));
        rows.push((name, change(get(FILE_OF_NEXT)), "next", BY_NEXT, 302));
    }
    for (name, request, entry, said, status) in rows {
        let row = format!("{name} {}", request.path());
        let mut scene = Scene::default();
        for _ in 0..3 {
            let answer = scene.answer(sides, &request, at_half(), Some(CARGO), &all_healthy);
            assert_eq!(
                (by(&answer), &*decision(&answer)),
                (Some(entry), said),
                "{row}"
            );
            assert_eq!(answer.attempt(), None, "{row}");
            assert_eq!(
                answer.reply().map(|reply| reply.status),
                Some(status),
                "{row}"
            );
        }
        // Nor does an attempt that `next` answered before make a difference.
        scene.answer(
            sides,
            &get(FILE_OF_NEXT),
            at_half(),
            Some(CARGO),
            &all_healthy,
        );
        let answer = scene.answer(sides, &request, at_half(), Some(CARGO), &all_healthy);
        assert_eq!(
            (by(&answer), &*decision(&answer)),
            (Some(entry), said),
            "{row}"
        );
    }
    // JSON is in the options of the route that answers.
    let sides = Sides::new(&config, Some(&next));
    let (of_next, of_config) = (json(FILE_OF_NEXT), json(FILE_OF_CONFIG));
    for (request, status) in [(of_next, 302), (of_config, 200)] {
        let answer = signpost::answer(sides, &request, at_half());
        assert_eq!(answer.reply().map(|reply| reply.status), Some(status));
    }
}

#[test]
fn a_preflight_is_answered_where_its_side_has_cors() {
    let with_cors = |toml: &str| toml.replace("[log]\n", "[response]\ncors = true\n\n[log]\n");
    let without = changed(NEXT, "cors = true\n", "");
    let preflight = "preflight;route=\"download\"";
    let preflight_by_next = "preflight;route=\"download\";by=\"next\"";
    let refused = "preflight;route=\"old\";because=\"next-refused\"";
    let origin = "origin;reason=\"method-not-redirectable\"";
    let origin_by_next = "origin;reason=\"method-not-redirectable\";by=\"next\"";
    let no_route = "origin;reason=\"no-route\";by=\"next\"";
    // `config`, `next`, the path, who answers, and the decision.
    let rows = [
        (CONFIG, NEXT, FILE_OF_CONFIG, "config", origin),
        (CONFIG, NEXT, FILE_OF_NEXT, "next", preflight_by_next),
        (CONFIG, NEXT, OLD, "next", no_route),
        (
            &*with_cors(CONFIG),
            &*without,
            FILE_OF_CONFIG,
            "config",
            preflight,
        ),
        (
            &*with_cors(CONFIG),
            &*without,
            FILE_OF_NEXT,
            "next",
            origin_by_next,
        ),
        (&*with_cors(CONFIG), NEXT, OLD, "config", refused),
    ];
    for (config, next, path, entry, said) in rows {
        let (config, next) = (configs::read(config), configs::read(next));
        let sides = Sides::new(&config, Some(&next));
        let origin = Some(&b"https://docs.example"[..]);
        let request =
            Request::new("OPTIONS", "crates.io", path).with_preflight(origin, Some(b"GET"));
        let answer = signpost::answer(sides, &request, at_half());
        assert_eq!(
            (by(&answer), &*decision(&answer)),
            (Some(entry), said),
            "{path}"
        );
    }
}

#[test]
fn a_wrong_redirect_of_the_origin_is_repaired_by_who_answers() {
    let repair = |toml: &str, backends: &str| {
        changed(
            toml,
            backends,
            &format!("{backends}\ncheck_redirects = \"repair\""),
        )
    };
    let of_config = repair(CONFIG, "backends = [\"origin\"]");
    let of_next = repair(NEXT, "backends = [\"standby\", \"origin\"]");
    let repaired = "origin;reason=\"switch-shadow\";because=\"origin-redirect\"";
    let repaired_by_next =
        "origin;reason=\"switch-shadow\";because=\"origin-redirect\";by=\"next\"";
    let shadow = "origin;reason=\"switch-shadow\"";
    let shadow_by_next = "origin;reason=\"switch-shadow\";by=\"next\"";
    let refused = "origin;reason=\"switch-shadow\";because=\"next-refused\"";
    let to = |location: &'static str| Some(location);
    // `config`, `next`, the path, the repaired location, the decision, and why `next` has no way.
    let rows = [
        (
            &*of_config,
            NEXT,
            FILE_OF_CONFIG,
            to("https://config.example/serde/1.0.219"),
            repaired,
            None,
        ),
        (&*of_config, NEXT, FILE_OF_NEXT, None, shadow_by_next, None),
        (CONFIG, &*of_next, FILE_OF_CONFIG, None, shadow, None),
        (
            CONFIG,
            &*of_next,
            FILE_OF_NEXT,
            to("https://next.example/smallvec/1.10.0"),
            repaired_by_next,
            None,
        ),
        (
            &*of_config,
            NEXT,
            OLD,
            to("https://config.example/old/serde"),
            repaired,
            Some("no-route"),
        ),
        (CONFIG, &*of_next, OLD, None, refused, Some("no-route")),
    ];
    for (config, next, path, location, said, next_reason) in rows {
        let (config, next) = (configs::read(config), configs::read(next));
        let sides = Sides::new(&config, Some(&next));
        let request = Request::new("GET", "crates.io", path);
        let switch = Switch::SHADOW.with_next(at_half().next());
        let answer = signpost::answer(sides, &request, switch);
        let answer = answer.after_origin_answered(&OriginAnswer {
            status: 302,
            locations: &[b"https://config.exampleserde/1.0.0".to_vec()],
            requested: "https://crates.io/",
        });
        let reply = answer.reply();
        let repaired = reply.as_ref().and_then(|reply| reply.header("location"));
        assert_eq!((repaired, &*decision(&answer)), (location, said), "{path}");
        let reason = answer.next_reason().map(signpost::decision::Reason::code);
        assert_eq!(reason, next_reason, "{path}");
    }
}

#[test]
fn headers_are_those_of_who_answers() {
    let (config, next) = (configs::read(CONFIG), configs::read(NEXT));
    let sides = Sides::new(&config, Some(&next));
    // The path, and what is sent of HSTS and CORS: only `next` has them.
    let own = (Some("max-age=60"), Some("*"));
    for (path, headers, released) in [
        (
            FILE_OF_CONFIG,
            (None, None),
            "redirect;route=\"download\";because=\"origin-down\"",
        ),
        (
            FILE_OF_NEXT,
            own,
            "redirect;route=\"download\";because=\"origin-down\";by=\"next\"",
        ),
        (
            OLD,
            (None, None),
            "redirect;route=\"old\";because=\"origin-down\"",
        ),
    ] {
        let request = Request::new("GET", "crates.io", path);
        for switch in [Switch::ENFORCE, Switch::SHADOW] {
            let switch = switch.with_next(at_half().next());
            // The origin is down: that is no different on the side of `next`.
            let answer = signpost::answer(sides, &request, switch).after_origin_failed();
            let reply = answer.reply().expect("a redirect");
            let (hsts, cors) = ("strict-transport-security", "access-control-allow-origin");
            assert_eq!((reply.header(hsts), reply.header(cors)), headers, "{path}");
            if switch.position() == Switch::SHADOW.position() {
                assert_eq!(reply.decision(), released, "{path}");
            }
        }
    }
}

#[test]
fn a_next_for_fewer_hosts_leaves_the_others_to_config() {
    let narrower = changed(
        NEXT,
        r#"hosts = ["crates.io"]"#,
        r#"hosts = ["other.example"]"#,
    );
    let wider = changed(
        CONFIG,
        r#"hosts = ["crates.io"]"#,
        r#"hosts = ["crates.io", "other.example"]"#,
    );
    let (config, next) = (configs::read(&wider), configs::read(&narrower));
    let sides = Sides::new(&config, Some(&next));
    let refused = "redirect;route=\"download\";because=\"next-refused\"";
    for (host, entry, said) in [
        ("other.example", "next", BY_NEXT),
        ("crates.io", "config", refused),
        (
            "third.example",
            "next",
            "origin;reason=\"no-route\";by=\"next\"",
        ),
    ] {
        let request = Request::new("GET", host, FILE_OF_NEXT);
        let answer = signpost::answer(sides, &request, Switch::ENFORCE.with_next(Share::ALL));
        assert_eq!(
            (by(&answer), &*decision(&answer)),
            (Some(entry), said),
            "{host}"
        );
    }
}

#[test]
fn a_next_of_another_format_is_dropped_and_named() {
    let (config, next) = (configs::read(CONFIG), configs::read(NEXT));
    // After the revision and the format.
    let content = next.to_json().splitn(3, ',').nth(2).expect("the content");
    let later = with_its_revision(&format!("{{\"format\":99,{content}"));
    let mut entries = Entries::default();
    let switch = Lookup::Found("enforce, next 100%".to_owned());
    let in_config = Lookup::Found(config.to_json().to_owned());
    let said = entries.take(in_config, switch, || Lookup::Found(later));
    let said = said.join("\n");
    assert!(
        said.contains("signpost: next: `config` answers everything: "),
        "{said}"
    );
    assert!(
        said.contains("format-unknown") && said.contains("99"),
        "{said}"
    );
    let request = Request::new("GET", "crates.io", OLD);
    let sides = entries.sides().expect("a configuration");
    let answer = signpost::answer(sides, &request, entries.switch());
    let redirect = "redirect;route=\"old\"";
    assert_eq!(
        (by(&answer), &*decision(&answer)),
        (Some("config"), redirect)
    );
}
