//! The keys that a configuration can have.

use crate::test;
use signpost::authoring::keys;

#[test]
fn every_key_is_listed_once() {
    let expected = [
        "allowed_hosts",
        "hosts",
        "private_suffixes",
        "origin.backends",
        "origin.check_redirects",
        "origin.next_backend_timeout",
        "targets.*.base",
        "targets.*.health_backend",
        "targets.*.loop",
        "targets.*.unencoded",
        "routes.*.name",
        "routes.*.path",
        "routes.*.hosts",
        "routes.*.origin",
        "routes.*.target",
        "routes.*.location",
        "routes.*.unused",
        "routes.*.status",
        "routes.*.json",
        "routes.*.cache_control",
        "routes.*.targets.*.name",
        "routes.*.targets.*.weight",
        "routes.*.examples",
        "response.cors",
        "response.hsts",
        "response.json",
        "log.endpoint",
        "log.endpoints",
        "log.service_endpoint",
        "log.client_ip",
        "log.fields",
        "retry.window",
        "retry.origin_share",
        "examples",
    ];
    assert_eq!(keys(), expected);
}
