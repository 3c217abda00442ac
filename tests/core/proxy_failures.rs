//! What a client is told of each failure of a backend, method by method.

use crate::test;
use signpost::config::ResponseOptions;
use signpost::decision::Reason;
use signpost::proxy::Failure;
use signpost::reply;
use signpost::request::Request;

/// When a backend failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Before anything was sent.
    Before,
    /// The request was sent, and the time was over.
    TooLate,
    /// The request may have been sent.
    After,
}

use When::{After, Before, TooLate};

const FAILURES: &[(Failure, &str, When)] = &[
    (Failure::DnsTimeout, "dns_timeout", Before),
    (Failure::DnsError, "dns_error", Before),
    (
        Failure::DestinationNotFound,
        "destination_not_found",
        Before,
    ),
    (
        Failure::DestinationUnavailable,
        "destination_unavailable",
        Before,
    ),
    (
        Failure::DestinationIpUnroutable,
        "destination_ip_unroutable",
        Before,
    ),
    (Failure::ConnectionRefused, "connection_refused", Before),
    (
        Failure::ConnectionTerminated,
        "connection_terminated",
        After,
    ),
    (Failure::ConnectionTimeout, "connection_timeout", Before),
    (
        Failure::ConnectionLimitReached,
        "connection_limit_reached",
        Before,
    ),
    (Failure::TlsProtocolError, "tls_protocol_error", After),
    (
        Failure::TlsCertificateError,
        "tls_certificate_error",
        Before,
    ),
    (Failure::TlsAlertReceived, "tls_alert_received", After),
    (
        Failure::HttpResponseIncomplete,
        "http_response_incomplete",
        After,
    ),
    (
        Failure::HttpResponseHeaderSectionSize,
        "http_response_header_section_size",
        After,
    ),
    (
        Failure::HttpResponseBodySize,
        "http_response_body_size",
        After,
    ),
    (
        Failure::HttpResponseTimeout,
        "http_response_timeout",
        TooLate,
    ),
    (Failure::HttpUpgradeFailed, "http_upgrade_failed", After),
    (Failure::HttpProtocolError, "http_protocol_error", After),
    (
        Failure::ProxyConfigurationError,
        "proxy_configuration_error",
        Before,
    ),
    (Failure::ProxyInternalError, "proxy_internal_error", After),
];

/// Methods, and whether a request with it may be sent twice.
const METHODS: &[(&str, bool)] = &[
    ("GET", true),
    ("HEAD", true),
    ("OPTIONS", true),
    ("PUT", false),
    ("POST", false),
    ("DELETE", false),
    ("PATCH", false),
    ("PURGE", false),
    // Methods have a case.
    ("get", false),
    ("", false),
];

/// The status, and whether the client is asked to try again.
fn expected(when: When, is_safe: bool) -> (u16, bool) {
    match (when, is_safe) {
        (Before, _) | (After, true) => (503, true),
        (TooLate, is_safe) => (504, is_safe),
        (After, false) => (502, false),
    }
}

#[test]
fn a_client_is_asked_to_repeat_only_what_did_nothing() {
    for (method, safe) in METHODS {
        let request = Request::new(method, "registry.example", "/");
        assert_eq!(request.method().is_safe(), *safe, "{method}");
        for (failure, code, when) in FAILURES {
            let row = format!("{code}, {method}");
            let (status, tries_again) = expected(*when, *safe);
            let options = ResponseOptions::default();
            let reply = reply::origin_unavailable(
                &options,
                &request,
                Reason::NoRoute.decision_header().into(),
                *failure,
            );
            assert_eq!(reply.status, status, "{row}");
            let header = |wanted: &str| {
                let mut found = reply.headers.iter().filter(|(name, _)| *name == wanted);
                let value = found.next().map(|(_, value)| value.as_ref());
                assert!(found.next().is_none(), "{row}: {wanted} stands twice");
                value
            };
            let retry_after = tries_again.then_some("5");
            assert_eq!(header("retry-after"), retry_after, "{row}");
            assert_eq!(reply.body.contains("try again in"), tries_again, "{row}");
            assert_eq!(reply.body.contains("check before"), !tries_again, "{row}");
            let proxy_status = format!("signpost;error={code}");
            assert_eq!(header("proxy-status"), Some(&*proxy_status), "{row}");
            assert_eq!(header("cache-control"), Some("no-store"), "{row}");
            let content_type = "text/plain; charset=utf-8";
            assert_eq!(header("content-type"), Some(content_type), "{row}");
            let decision = "origin;reason=\"no-route\"";
            assert_eq!(header("signpost-decision"), Some(decision), "{row}");
        }
    }
}

#[test]
fn every_failure_has_a_row() {
    let rows: Vec<_> = FAILURES.iter().map(|(failure, ..)| *failure).collect();
    assert_eq!(rows, Failure::ALL);
    for (failure, code, _) in FAILURES {
        assert_eq!(failure.code(), *code);
    }
}
