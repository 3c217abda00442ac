use std::borrow::Cow;

use serde::Serialize;

use crate::log::{Entry, Time};

/// What `watch` reads of a log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) time: Time,
    /// Only GET downloads: HEAD before it does not make it a repeat.
    pub(crate) is_get: bool,
    /// Nothing if the client is unknown, or the request is no download.
    pub(crate) download: Option<Download<'a>>,
    pub(crate) url: Cow<'a, str>,
    pub(crate) status: u16,
    pub(crate) edge_location: Option<Cow<'a, str>>,
    pub(crate) route: Option<Cow<'a, str>>,
    /// Where the location leads, sent or held back.
    pub(crate) target: Option<Cow<'a, str>>,
    pub(crate) answer: Answer<'a>,
    pub(crate) refusal: Option<Cow<'a, str>>,
    pub(crate) in_force: Option<InForce<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Download<'a> {
    pub(crate) address: Cow<'a, str>,
    pub(crate) user_agent: Cow<'a, [u8]>,
    pub(crate) path: Cow<'a, str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer<'a> {
    Redirect,
    /// The edge told a browser that it may ask for a redirect.
    Preflight,
    /// By the origin, for this reason.
    Origin(Cow<'a, str>),
    /// The line has no decision, and its status is not a redirect's.
    Other,
}

/// The revision and switch of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct InForce<'a> {
    pub(crate) revision: Cow<'a, str>,
    pub(crate) switch: Cow<'a, str>,
}

/// The reasons for the origin of requests that no switch would redirect.
const NOT_ON_ROUTES: [&str; 5] = [
    "no-route",
    "origin-route",
    "came-from-target",
    "method-not-redirectable",
    "path-malformed",
];

/// The reasons that hold a proven location back. A repeated attempt is judged by its repeat.
const HELD_BACK: [&str; 4] = ["switch-off", "switch-shadow", "not-in-rollout", "retried"];

impl<'a> Line<'a> {
    /// Takes what `watch` needs of a log line.
    ///
    /// # Errors
    ///
    /// What it lacks.
    pub(crate) fn of(entry: Entry<'a>) -> Result<Self, String> {
        let time = entry.time().map_err(|no_time| no_time.to_string())?;
        let status = entry.status;
        let status = status.ok_or_else(|| "it has no `status`".to_owned())?;
        let is_get = entry.asked.method == "GET";
        let client = entry.client.filter(|_| is_get);
        let download = client.map(|address| Download {
            address,
            user_agent: entry.user_agent.unwrap_or_default(),
            path: entry.asked.path(),
        });
        let answer = match &entry.decided {
            Some(decided) if decided.is_redirect() => Answer::Redirect,
            Some(decided) if decided.is_preflight() => Answer::Preflight,
            Some(decided) => Answer::Origin(text_or(decided.reason.as_ref(), "unknown")),
            None if (300..400).contains(&status) && status != 304 => Answer::Redirect,
            None => Answer::Other,
        };
        let in_force = entry.decided.as_ref().map(|decided| InForce {
            revision: text_or(decided.revision.as_ref(), "none"),
            switch: text_or(decided.switch.as_ref(), "none"),
        });
        let (refusal, route, target) = match entry.decided {
            Some(decided) => (decided.refusal, decided.route, decided.target),
            None => (None, None, None),
        };
        Ok(Self {
            time,
            is_get,
            download,
            url: entry.asked.url,
            status,
            edge_location: entry.edge_location,
            route,
            target,
            answer,
            refusal,
            in_force,
        })
    }

    /// Whether a redirect may be expected: the request is on a route, or the line does not say.
    pub(crate) fn is_on_route(&self) -> bool {
        match &self.answer {
            Answer::Redirect => true,
            Answer::Origin(reason) => !NOT_ON_ROUTES.contains(&&**reason),
            Answer::Preflight => false,
            Answer::Other => self.is_get,
        }
    }

    /// Whether it is on a route, and neither redirected nor held back by the switch; without a decision
    /// in the line, whether it failed.
    pub(crate) fn is_not_redirected(&self) -> bool {
        match &self.answer {
            Answer::Redirect | Answer::Preflight => false,
            Answer::Origin(reason) => self.is_on_route() && !HELD_BACK.contains(&&**reason),
            Answer::Other => self.is_get && self.status >= 400,
        }
    }

    pub(crate) fn to_static(&self) -> Line<'static> {
        let download = self.download.as_ref().map(|download| Download {
            address: owned(&download.address),
            user_agent: download.user_agent.to_vec().into(),
            path: owned(&download.path),
        });
        let in_force = self.in_force.as_ref().map(|in_force| InForce {
            revision: owned(&in_force.revision),
            switch: owned(&in_force.switch),
        });
        Line {
            time: self.time,
            is_get: self.is_get,
            download,
            url: owned(&self.url),
            status: self.status,
            edge_location: self.edge_location.as_deref().map(owned),
            route: self.route.as_deref().map(owned),
            target: self.target.as_deref().map(owned),
            answer: match &self.answer {
                Answer::Redirect => Answer::Redirect,
                Answer::Preflight => Answer::Preflight,
                Answer::Origin(reason) => Answer::Origin(owned(reason)),
                Answer::Other => Answer::Other,
            },
            refusal: self.refusal.as_deref().map(owned),
            in_force,
        }
    }
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

fn text_or<'a>(text: Option<&Cow<'a, str>>, default: &'static str) -> Cow<'a, str> {
    text.map_or(Cow::Borrowed(default), Cow::clone)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::borrow::Cow;

    use signpost_testbed::rows;

    use super::{Answer, Download, InForce, Line};
    use crate::log::Reader;

    /// A redirect.
    pub(crate) const SIGNPOST: &str = concat!(
        r#"{"version":"1","date_time":"2023-07-20T12:17:00.123456Z","method":"GET","#,
        r#""url":"https://crates.io/api/v1/crates/smallvec/1.10.0/download","status":302,"bytes":0,"#,
        r#""content_type":null,"ip":"198.51.100.17","edge_location":"FRA","#,
        r#""http":{"protocol":"HTTP/2","referer":null,"useragent":"cargo/1.95.0"},"#,
        r#""tls":{"cipher":"TLS_AES_128_GCM_SHA256","protocol":"TLSv1.3"},"#,
        r#""signpost":{"decision":"redirect","route":"download","target":"static","reason":null,"refusal":null,"#,
        r#""location":"https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate","#,
        r#""revision":"43435e8491fb","switch":"enforce"}}"#,
    );

    /// The same request, which the origin answered. The refusal is JSON.
    pub(crate) fn by_origin(reason: &str, refusal: &str) -> String {
        let reason = format!(r#""reason":"{reason}","refusal":{refusal}"#);
        SIGNPOST
            .replace(r#""decision":"redirect""#, r#""decision":"origin""#)
            .replace(r#""reason":null,"refusal":null"#, &reason)
    }

    /// The line, which must be one.
    #[track_caller]
    pub(crate) fn read(text: &str) -> Line<'_> {
        try_read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn try_read(text: &str) -> Result<Line<'_>, String> {
        let read = Reader::default().read(text.as_bytes());
        let entry = read.map_err(|error| error.to_string())?;
        Line::of(entry.ok_or("it is blank")?)
    }

    #[test]
    fn a_line_of_signpost_is_read() {
        let line = read(SIGNPOST);
        let download = Download {
            address: "198.51.100.17".into(),
            user_agent: b"cargo/1.95.0".into(),
            path: "/api/v1/crates/smallvec/1.10.0/download".into(),
        };
        let in_force = InForce {
            revision: "43435e8491fb".into(),
            switch: "enforce".into(),
        };
        assert_eq!(line.time.to_string(), "2023-07-20T12:17:00Z");
        assert_eq!(line.download, Some(download));
        assert_eq!(line.answer, Answer::Redirect);
        assert_eq!(line.refusal, None);
        let of = [&line.edge_location, &line.route, &line.target];
        assert_eq!(
            of.map(Option::as_deref),
            [Some("FRA"), Some("download"), Some("static")]
        );
        assert_eq!(line.in_force, Some(in_force));
        assert!(matches!(line.url, Cow::Borrowed(_)), "it was copied");
        assert_eq!(line.to_static(), line);
    }

    #[test]
    fn what_should_be_redirected_and_is_not_is_told_by_its_reason() {
        let rows = [
            ("retried", true, false),
            ("switch-off", true, false),
            ("switch-shadow", true, false),
            ("not-in-rollout", true, false),
            ("no-route", false, false),
            ("origin-route", false, false),
            ("came-from-target", false, false),
            ("method-not-redirectable", false, false),
            ("path-malformed", false, false),
            ("config-missing", true, true),
            ("config-invalid", true, true),
            ("location-refused", true, true),
            ("name-invalid", true, true),
            ("version-invalid", true, true),
            ("capture-invalid", true, true),
        ];
        for (reason, is_on_route, is_not_redirected) in rows {
            let text = by_origin(reason, "null");
            let line = read(&text);
            let found = (line.is_on_route(), line.is_not_redirected());
            assert_eq!(found, (is_on_route, is_not_redirected), "{reason}");
        }
        // Whoever adds a reason must say here what it means.
        let decision = include_str!("../../../src/decision.rs");
        let (_, reasons) = decision.split_once("pub enum Reason {").unwrap();
        let (reasons, _) = reasons.split_once("\n}").unwrap();
        let documented = reasons
            .split("/// `")
            .skip(1)
            .filter_map(|it| it.split_once("`:"));
        let documented: Vec<_> = documented.map(|(reason, _)| reason).collect();
        let known = rows.map(|(reason, ..)| reason);
        assert!(documented.len() == known.len(), "{documented:?}");
        assert!(
            documented.iter().all(|reason| known.contains(reason)),
            "{documented:?}"
        );
        assert!(!read(SIGNPOST).is_not_redirected());
        // A line without a decision tells it by its status.
        let (theirs, _) = SIGNPOST.split_once(r#","signpost""#).unwrap();
        for (status, expected) in [("200", false), ("302", false), ("403", true), ("502", true)] {
            let text = format!("{theirs}}}").replace("302", status);
            assert_eq!(read(&text).is_not_redirected(), expected, "{status}");
        }
    }

    #[test]
    fn answers_have_a_kind() {
        let origin = by_origin("location-refused", "\"not-the-base\"");
        let line = read(&origin);
        assert_eq!(line.answer, Answer::Origin("location-refused".into()));
        assert_eq!(line.refusal.as_deref(), Some("not-the-base"));

        // The second is sent in the place of a dead origin, and keeps the reason for the origin.
        for reason in ["null", "\"switch-shadow\",\"because\":\"origin-down\""] {
            let text = SIGNPOST
                .replace(r#""decision":"redirect""#, r#""decision":"preflight""#)
                .replace(r#""reason":null"#, &format!(r#""reason":{reason}"#));
            let line = read(&text);
            assert_eq!(line.answer, Answer::Preflight, "{reason}");
            assert!(!line.is_on_route(), "{reason}");
            assert_eq!(line.to_static(), line, "{reason}");
        }

        // crates.io's lines have no decision.
        let (theirs, _) = SIGNPOST.split_once(r#","signpost""#).unwrap();
        for (status, expected) in [
            (302, Answer::Redirect),
            (307, Answer::Redirect),
            (304, Answer::Other),
            (200, Answer::Other),
            (404, Answer::Other),
        ] {
            let text = format!("{theirs}}}").replace("302", &status.to_string());
            let line = read(&text);
            assert_eq!(line.answer, expected, "{status}");
            assert_eq!((line.refusal, line.in_force), (None, None), "{status}");
        }
    }

    #[test]
    fn only_downloads_of_known_clients_are_compared() {
        for (from, to) in [
            (r#""ip":"198.51.100.17""#, r#""ip":null"#),
            (r#""ip":"198.51.100.17","#, ""),
            (r#""method":"GET""#, r#""method":"HEAD""#),
        ] {
            assert_eq!(read(&SIGNPOST.replace(from, to)).download, None, "{to}");
        }
    }

    #[test]
    fn the_file_is_the_path_alone() {
        for (url, expected) in [
            ("https://crates.io/a/b", "/a/b"),
            ("http://crates.io/a?b#c", "/a"),
            ("https://crates.io", ""),
            ("/a/b", "/a/b"),
            (r"https:\/\/crates.io\/a", "/a"),
        ] {
            let text = SIGNPOST.replace(
                "https://crates.io/api/v1/crates/smallvec/1.10.0/download",
                url,
            );
            let path = read(&text)
                .download
                .map(|download| download.path.into_owned());
            assert_eq!(path.as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn a_line_that_lacks_something_is_refused_with_a_reason() {
        let table = r#"
            /a                                      | read as a path or URL: it has no time
            {"method":"GET","url":"/","status":200} | read as a JSON line: it has no `date_time`
            {"date_time":"now","method":"GET","url":"/","status":200} | read as a JSON line: its `date_time` is not a time
            {"date_time":"2023-07-20T12:17:00Z","method":"GET","url":"/"} | it has no `status`
        "#;
        for [line, expected] in rows(table) {
            assert_eq!(try_read(line), Err(expected.to_owned()), "{line:?}");
        }
    }
}
