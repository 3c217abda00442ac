//! The switch is read from its entry, written back in the same words, and its share is stable.

use crate::fixtures::configs;
use crate::test;
use signpost::decision::{Decision, Reason};
use signpost::request::Request;
use signpost::values::{Capture, CaptureType, Position, Share, Switch};
use signpost_rows::{CrateFile, crates};

#[track_caller]
fn percent(percent: u8) -> Share {
    Share::percent(percent).unwrap_or_else(|| panic!("{percent} % is a share"))
}

#[test]
fn a_switch_is_read_from_its_entry() {
    let rows = [
        ("enforce", Switch::ENFORCE),
        (" enforce\n", Switch::ENFORCE),
        ("enforce 100%", Switch::ENFORCE),
        ("enforce 25%", Switch::enforce(percent(25))),
        ("enforce\t 025%", Switch::enforce(percent(25))),
        ("enforce 0%", Switch::enforce(percent(0))),
        ("shadow", Switch::SHADOW),
        ("off", Switch::OFF),
        ("enforce, next 5%", Switch::ENFORCE.with_next(percent(5))),
        (
            "enforce 25%, next 5%",
            Switch::enforce(percent(25)).with_next(percent(5)),
        ),
        (
            " enforce 025% ,\tnext  100% \n",
            Switch::enforce(percent(25)).with_next(Share::ALL),
        ),
        ("shadow,next 1%", Switch::SHADOW.with_next(percent(1))),
        ("off, next 50%", Switch::OFF.with_next(percent(50))),
        // No share is the same as none.
        ("enforce, next 0%", Switch::ENFORCE),
    ];
    for (text, switch) in rows {
        assert_eq!(text.parse(), Ok(switch), "{text:?}");
        let written = switch.to_string();
        assert_eq!(written.parse(), Ok(switch), "{written:?}");
    }
}

#[test]
fn a_switch_is_written_in_one_way() {
    let rows = [
        (Switch::ENFORCE, "enforce"),
        (Switch::enforce(percent(100)), "enforce"),
        (Switch::enforce(percent(25)), "enforce 25%"),
        (Switch::enforce(percent(0)), "enforce 0%"),
        (Switch::SHADOW, "shadow"),
        (Switch::OFF, "off"),
        (Switch::ENFORCE.with_next(Share::NONE), "enforce"),
        (Switch::SHADOW.with_next(Share::ALL), "shadow, next 100%"),
        (
            Switch::enforce(percent(25)).with_next(percent(5)),
            "enforce 25%, next 5%",
        ),
    ];
    for (switch, text) in rows {
        assert_eq!(switch.to_string(), text, "{switch:?}");
    }
}

#[test]
fn a_switch_is_a_position_and_a_share_of_next() {
    for (switch, position) in [
        (Switch::ENFORCE, Position::Enforce(Share::ALL)),
        (Switch::enforce(percent(5)), Position::Enforce(percent(5))),
        (Switch::SHADOW, Position::Shadow),
        (Switch::OFF, Position::Off),
    ] {
        for share in [Share::NONE, percent(1), Share::ALL] {
            let switch = switch.with_next(share);
            assert_eq!((switch.position(), switch.next()), (position, share));
        }
    }
}

#[test]
fn an_unreadable_switch_says_why() {
    let texts = [
        "",
        " ",
        "of",
        "OFF",
        "Enforce",
        "enforced",
        "enforce 25",
        "enforce 101%",
        "enforce 256%",
        "enforce -1%",
        "enforce +1%",
        "enforce 1.5%",
        "enforce %",
        "enforce 25 %",
        "enforce 25% now",
        "25%",
        "shadow 25%",
        "off off",
        "\u{a0}off",
        "true",
        ",",
        "enforce,",
        ", next 5%",
        "next 5%",
        "enforce next 5%",
        "enforce, next",
        "enforce, next 5",
        "enforce, next 101%",
        "enforce, Next 5%",
        "enforce, next 5%, next 5%",
        "enforce, next 5% now",
        "enforce, 5%",
        "next 5%, enforce",
        "enforced, next 5%",
    ];
    for text in texts {
        let read = text.parse::<Switch>();
        assert_eq!(
            read.map_err(|error| error.to_string()),
            Err(format!(
                "the switch reads `{text}`; write `enforce`, `enforce 25%`, `shadow` or `off`, and, if the entry \
                 `next` answers a share of the files, `, next 5%` after it"
            )),
        );
    }
}

#[test]
fn a_share_is_at_most_everything() {
    for number in u8::MIN..=u8::MAX {
        assert_eq!(
            Share::percent(number).is_some(),
            number <= 100,
            "{number} %"
        );
    }
    assert_eq!(Share::percent(100), Some(Share::ALL));
}

#[track_caller]
fn captures_of(name: &'static str, version: &'static str) -> Vec<Capture<'static>> {
    let captures = [
        CaptureType::Crate.parse(name),
        CaptureType::Semver.parse(version),
    ];
    captures
        .map(|capture| capture.expect("a real download"))
        .to_vec()
}

/// The smallest share, in percent, that includes the captures.
fn smallest_share(captures: &[Capture<'_>]) -> Option<u8> {
    (0..=100).find(|share| percent(*share).includes(captures))
}

#[test]
fn the_same_captures_are_always_in_the_same_share() {
    // SHA-256 of each capture followed by a NUL, as a number, modulo 100, plus one; computed by
    // other means than this library.
    let rows = [
        ("arbitrary", "1.4.2", 1),
        ("a", "0.1.1", 14),
        ("serde", "1.0.219", 21),
        ("libc", "0.2.147", 55),
        ("smallvec", "1.10.0", 61),
        ("libgit2-sys", "0.12.25+1.3.0", 80),
        ("email_address", "0.2.9", 100),
    ];
    for (name, version, smallest) in rows {
        let captures = captures_of(name, version);
        assert_eq!(
            smallest_share(&captures),
            Some(smallest),
            "{name} {version}"
        );
    }
}

#[test]
fn captures_are_not_run_together() {
    let segments = |texts: [&'static str; 2]| {
        texts.map(|text| CaptureType::Segment.parse(text).expect("a segment"))
    };
    assert_eq!(smallest_share(&segments(["ab", "c"])), Some(22));
    assert_eq!(smallest_share(&segments(["a", "bc"])), Some(73));
    assert_eq!(smallest_share(&[]), Some(50));
}

#[test]
fn a_larger_share_holds_all_of_a_smaller_one() {
    for CrateFile { name, version, .. } in crates() {
        let captures = captures_of(name, version);
        let first = smallest_share(&captures).expect("everything is in the whole");
        for share in 0..=100 {
            let is_included = percent(share).includes(&captures);
            assert_eq!(is_included, share >= first, "{name} {version} in {share} %");
        }
    }
}

#[test]
fn a_share_holds_about_its_part_of_real_downloads() {
    let all = crates();
    for share in (0..=100).step_by(5) {
        let included = all
            .iter()
            .filter(|file| percent(share).includes(&captures_of(file.name, file.version)))
            .count();
        let expected = all.len() * usize::from(share) / 100;
        assert!(
            included.abs_diff(expected) <= all.len() / 25,
            "{share} % of {} are {included}",
            all.len()
        );
    }
}

#[test]
fn the_switch_holds_a_proven_location_back() {
    let config = configs::production();
    let rows = [
        ("enforce", None),
        ("enforce 61%", None),
        ("enforce 60%", Some("not-in-rollout")),
        ("enforce 0%", Some("not-in-rollout")),
        ("shadow", Some("switch-shadow")),
        ("off", Some("switch-off")),
    ];
    let request = Request::new(
        "GET",
        "crates.io",
        "/api/v1/crates/smallvec/1.10.0/download",
    );
    for (switch, code) in rows {
        let switch: Switch = switch.parse().unwrap_or_else(|error| panic!("{error}"));
        let answer = signpost::answer(&config, &request, switch);
        let decision = answer.decision();
        assert_eq!(decision.reason().map(Reason::code), code, "{switch}");
        assert_eq!(
            decision.location().map(ToString::to_string).as_deref(),
            Some("https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate"),
            "{switch}"
        );
        assert_eq!(
            matches!(decision, Decision::Redirect(_)),
            code.is_none(),
            "{switch}"
        );
        assert_eq!(answer.reply().is_some(), code.is_none(), "{switch}");
        assert_eq!(
            answer.route().map(|route| route.name().as_str()),
            Some("download"),
            "{switch}"
        );
    }
}

#[test]
fn the_switch_never_redirects_what_is_the_origins() {
    let config = configs::production();
    let request = Request::new("GET", "crates.io", "/api/v1/crates/smallvec/1.10/download");
    for switch in [
        Switch::ENFORCE,
        Switch::enforce(percent(25)),
        Switch::SHADOW,
        Switch::OFF,
    ] {
        let answer = signpost::answer(&config, &request, switch);
        assert_eq!(
            *answer.decision(),
            Decision::Origin(Reason::VersionInvalid),
            "{switch}"
        );
        assert_eq!(answer.decision().location(), None, "{switch}");
    }
}
