//! What `next` refuses or does not redirect, and what `config` refuses for it.

use signpost_traffic::{Part, Request};

use super::sides::{NEXT, check, release};
use super::{line, watch};
use crate::watch::alarm::Cause;
use crate::watch::line::{Answer, Left, Line, Side};
use crate::watch::scope::Scope;

#[test]
fn what_config_refuses_for_a_file_of_next_is_not_blamed_on_next() {
    let requests = release(300.0, 1, [200, 60], 10, Part::Nothing);
    let found = watch(requests.flat_map(|request| {
        let first = line(&request);
        let mut again = first.clone();
        again.left = Some(Left::Retried);
        again.answer = Answer::Origin("version-invalid".into());
        // The first answer came before the log began.
        let is_retried = request.is_next() && request.place() % 3 == 0;
        std::iter::once(if is_retried { again } else { first })
    }));
    assert!(
        found.alarms.iter().all(|alarm| alarm.scope != NEXT),
        "{:#?}",
        found.words()
    );
}

#[test]
fn what_next_does_not_redirect_raises_an_alarm() {
    type Change = fn(&mut Line<'_>);
    let refused: Change = |line| line.left = Some(Left::Refused);
    let origin_route: Change = |line| line.answer = Answer::Origin("origin-route".into());
    let invalid: Change = |line| line.answer = Answer::Origin("version-invalid".into());
    let rows = [
        ("config answers instead", refused),
        ("it is left to the origin", origin_route),
        ("it is refused", invalid),
    ];
    std::thread::scope(|scope| {
        for (name, change) in rows {
            for share in [1, 10, 50] {
                scope.spawn(move || {
                    let requests = release(1_000.0, 1, [60, 60], share, Part::Nothing);
                    let found = watch(requests.map(|request| {
                        let mut line = line(&request);
                        if request.is_next() {
                            change(&mut line);
                        }
                        line
                    }));
                    let name = format!("{name}, next {share} %");
                    let alarm = check(&name, &found, 60, &NEXT);
                    let is_cause = matches!(alarm.cause, Cause::NotRedirected(_));
                    assert!(is_cause, "{name}: {alarm}");
                });
            }
        }
    });
}

#[test]
fn a_request_that_next_refuses_is_a_notice() {
    let requests = release(300.0, 1, [200, 60], 10, Part::Nothing);
    let mut is_first = true;
    let found = watch(requests.map(|request| {
        let mut line = line(&request);
        if request.is_next() && std::mem::take(&mut is_first) {
            line.left = Some(Left::Refused);
        }
        line
    }));
    assert_eq!(found.refused.len(), 1, "{:?}", found.refused);
    assert_eq!(found.summary.counts.figures.next_refused, 1);
    assert_eq!(found.words(), [""; 0]);
}

#[test]
fn a_proof_refused_on_the_side_of_next_names_it() {
    let model = line(
        &release(100.0, 1, [0, 5], 50, Part::Nothing)
            .find(Request::is_next)
            .unwrap(),
    );
    let route = Scope::Route(model.route.clone().unwrap().into_owned());
    let refused = |side, left| Line {
        side: Some(side),
        left,
        refusal: Some("not-the-base".into()),
        ..model.clone()
    };
    let of_next = refused(Side::Next, None);
    let of_config = refused(Side::Config, None);
    for (name, lines, expected) in [
        ("next", vec![&of_next, &of_next], &NEXT),
        ("both", vec![&of_config, &of_next], &route),
        (
            "config answers",
            vec![&refused(Side::Next, Some(Left::Refused))],
            &NEXT,
        ),
        (
            "config refuses",
            vec![&refused(Side::Next, Some(Left::Retried))],
            &route,
        ),
    ] {
        let found = watch(lines.into_iter().cloned());
        let scopes: Vec<_> = found.alarms.iter().map(|alarm| &alarm.scope).collect();
        assert_eq!(scopes, [expected], "{name}");
    }
}
