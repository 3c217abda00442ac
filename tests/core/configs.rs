//! A configuration is proved, or all of its problems are reported at once.

use crate::test;
use std::collections::BTreeSet;
use std::error::Error;

use crate::fixtures::configs::{changed, problems_of, read};
use signpost::config::{ProblemCode, Severity, Step};

/// What is replaced in [`SMALL`](signpost_rows::SMALL), by what, and the problems: line and column,
/// code, key and message.
const PROBLEMS: &[(&str, &str, &str)] = &[
    (
        "allowed_hosts = [\"cdn.example\"]",
        "allowed_hosts = [\"cdn.example\"",
        "line 3, column 1: syntax-invalid: missing comma between array elements, expected `,`",
    ),
    (
        "allowed_hosts = [\"cdn.example\"]",
        "allowed_hosts = \"cdn.example\"",
        "line 1, column 17: syntax-invalid: allowed_hosts: `allowed_hosts` is a list such as [\"registry.example\"]; found the text \"cdn.example\"",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\", 2]",
        "line 4, column 1: syntax-invalid: origin.backends: `origin.backends` is a list such as [\"origin\"]; found a list of other values",
    ),
    (
        "name = \"file\"",
        "name = \"file\"\nname = \"file\"",
        "line 14, column 1: syntax-invalid: duplicate key",
    ),
    (
        "target = \"cdn\"",
        "target = \"cdn\"\nstatus = \"302\"",
        "line 16, column 10: syntax-invalid: routes[0].status: `routes[0].status` is a number such as 302; found the text \"302\"",
    ),
    (
        "target = \"cdn\"",
        "target = \"cdn\"\nstatus = 70000",
        "line 16, column 10: syntax-invalid: routes[0].status: `routes[0].status` is a number such as 302; found the number 70000",
    ),
    (
        "[origin]\nbackends = [\"origin\"]\n",
        "origin = \"origin\"\n",
        "line 3, column 10: syntax-invalid: origin: `origin` is a table, begun by [origin]; found the text \"origin\"",
    ),
    (
        "[origin]",
        "colour = \"red\"\n[origin]",
        "line 3, column 1: key-unknown: colour: `colour` is not a key of the configuration; correct it or leave it out",
    ),
    (
        "[origin]",
        "revision = \"0123456789ab\"\n[origin]",
        "line 3, column 1: key-unknown: revision: `revision` is written by the compiler; leave it out",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\"]\nbackend = [\"origin\"]",
        "line 5, column 1: key-unknown: origin.backend: `origin.backend` is not a key of the configuration; did you mean `backends`?",
    ),
    (
        "base = \"https://cdn.example\"",
        "base = \"https://cdn.example\"\nport = 443",
        "line 8, column 1: key-unknown: targets.cdn.port: `targets.cdn.port` is not a key of the configuration; correct it or leave it out",
    ),
    (
        "target = \"cdn\"",
        "target = \"cdn\"\ncache-control = \"no-store\"",
        "line 16, column 1: key-unknown: routes[0].cache-control: `routes[0].cache-control` is not a key of the configuration; did you mean `cache_control`?",
    ),
    (
        "request = \"/files/a.txt\"",
        "request = \"/files/a.txt\"\nrequests = [\"/files/a.txt\"]",
        "line 20, column 1: key-unknown: routes[0].examples[0].requests: `routes[0].examples[0].requests` is not a key of the configuration; did you mean `request`?",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoint = \"edge-log\"\nclient-ip = \"full\"",
        "line 11, column 1: key-unknown: log.client-ip: `log.client-ip` is not a key of the configuration; did you mean `client_ip`?",
    ),
    (
        "[log]",
        "[response]\nCORS = true\n[log]",
        "line 10, column 1: key-unknown: response.CORS: `response.CORS` is not a key of the configuration; correct it or leave it out",
    ),
    (
        "allowed_hosts = [\"cdn.example\"]\n",
        "",
        "line 1, column 1: key-missing: allowed_hosts: `allowed_hosts` is missing; list every host that a redirect may name",
    ),
    (
        "backends = [\"origin\"]\n",
        "",
        "line 3, column 2: key-missing: origin.backends: `origin.backends` is missing; name the origin's Fastly backends in the order to try them",
    ),
    (
        "[origin]\nbackends = [\"origin\"]\n",
        "",
        "line 1, column 1: key-missing: origin.backends: `origin.backends` is missing; name the origin's Fastly backends in the order to try them",
    ),
    (
        "base = \"https://cdn.example\"\n",
        "",
        "line 6, column 10: key-missing: targets.cdn.base: `targets.cdn.base` is missing; write the URL of the CDN, such as https://static.crates.io",
    ),
    (
        "endpoint = \"edge-log\"\n",
        "",
        "line 9, column 2: key-missing: log.endpoint: `log.endpoint` is missing; name the Fastly log endpoint",
    ),
    (
        "name = \"file\"\n",
        "",
        "line 12, column 1: key-missing: routes[0].name: `routes[0].name` is missing; name the route, such as \"download\"",
    ),
    (
        "path = \"/files/{file:segment}\"\n",
        "",
        "line 12, column 1: key-missing: routes[0].path: `routes[0].path` is missing; write the path pattern of the requests",
    ),
    (
        "target = \"cdn\"\n",
        "",
        "line 12, column 1: key-missing: routes[0].target: `routes[0].target` is missing; name one of the targets",
    ),
    (
        "location = \"/{file}\"\n",
        "",
        "line 12, column 1: key-missing: routes[0].location: `routes[0].location` is missing; write the template of the location's path",
    ),
    (
        "request = \"/files/a.txt\"\n",
        "",
        "line 18, column 1: key-missing: routes[0].examples[0].request: `routes[0].examples[0].request` is missing; write the path of a real request",
    ),
    (
        "location = \"https://cdn.example/a.txt\"\n",
        "",
        "line 18, column 1: key-missing: routes[0].examples[0].location: `routes[0].examples[0].location` is missing; write the location that the request must lead to",
    ),
    (
        "allowed_hosts = [\"cdn.example\"]",
        "allowed_hosts = [\"cdn.example\", \"https://b.example/\"]",
        "line 1, column 33: host-invalid: allowed_hosts[1]: `https://b.example/` is more than a host; write it without scheme, port and path, such as static.crates.io",
    ),
    (
        "allowed_hosts = [\"cdn.example\"]",
        "allowed_hosts = []",
        "line 1, column 1: host-invalid: allowed_hosts: `allowed_hosts` is empty; list at least one host\nline 7, column 8: base-host-not-allowed: targets.cdn.base: the host `cdn.example` of the base `https://cdn.example` is not in allowed_hosts; correct the base, or add the host there if it is right",
    ),
    (
        "allowed_hosts = [\"cdn.example\"]",
        "allowed_hosts = [\"cdn.example\"]\nhosts = []",
        "line 2, column 1: host-invalid: hosts: `hosts` is empty; list at least one host\nline 21, column 12: example-fails: routes[0].examples[0].location: the request `/files/a.txt` should lead to `https://cdn.example/a.txt` by the route `file`, and goes to the origin: no-route",
    ),
    (
        "allowed_hosts = [\"cdn.example\"]",
        "allowed_hosts = [\"cdn.example\"]\nhosts = [\"crates.io\", \"crates\"]",
        "line 2, column 23: host-invalid: hosts[1]: `crates` has no dot, so no client could resolve it; write the full domain",
    ),
    (
        "[\"origin\"]",
        "[]",
        "line 4, column 1: backend-invalid: origin.backends: `origin.backends` is empty; name at least one Fastly backend",
    ),
    (
        "[\"origin\"]",
        "[\"origin\", \"b\\tc\"]",
        "line 4, column 23: backend-invalid: origin.backends[1]: `b\tc` is not a backend name: 1 to 255 printable ASCII characters",
    ),
    (
        "base = \"https://cdn.example\"",
        "base = \"https:/cdn.example\"",
        "line 7, column 8: base-invalid: targets.cdn.base: the base `https:/cdn.example` has a scheme without `://`; write it as https://static.crates.io",
    ),
    (
        "base = \"https://cdn.example\"",
        "base = \"https://cdn.example\\\\x\"",
        "line 7, column 8: base-invalid: targets.cdn.base: the base `https://cdn.example\\x` holds '\\\\'; write a URL such as https://static.crates.io",
    ),
    (
        "base = \"https://cdn.example\"",
        "base = \"https://cnd.example\"",
        "line 1, column 18: allowed-host-unused: allowed_hosts[0]: no base has the host `cdn.example`, so no redirect needs it; leave it out, or correct the base that should have it\nline 7, column 8: base-host-not-allowed: targets.cdn.base: the host `cnd.example` of the base `https://cnd.example` is not in allowed_hosts; correct the base, or add the host there if it is right",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\", \"b\", \"c\", \"d\"]",
        "line 4, column 1: backend-invalid: origin.backends: there are 4 backends, and at most 3 are tried for a request; leave out the last ones",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"primary\", \"standby\"]",
        "line 4, column 1: backend-invalid: origin.backends: none of them is `origin`, the backend that the edge asks while it has no configuration, so the whole site would answer 503; give one of the service's backends that name, and list it",
    ),
    (
        "allowed_hosts = [\"cdn.example\"]",
        "allowed_hosts = [\"cdn.example\", \"cdn.corp\"]\nprivate_suffixes = [\".corp\"]\ntargets.other.base = \"cdn.corp\"",
        "line 1, column 33: host-unknown: allowed_hosts[1]: `cdn.corp` ends in `corp`, and there is no such top-level domain; correct it, or if it is a name of your own network, list its end in `private_suffixes`\nline 2, column 21: private-suffix-invalid: private_suffixes[0]: `.corp` is not the end of a host; write one such as `corp` or `lan.example-company`, without a dot before it\nline 3, column 9: target-unused: targets.other: no route names `other`, so nothing is sent there; add it to the `targets` of a route, or leave it out",
    ),
    (
        "allowed_hosts = [\"cdn.example\"]",
        "allowed_hosts = [\"cdn.example\", \"co.uk\"]\nprivate_suffixes = [\"lan\", \"io\"]\ntargets.other.base = \"co.uk\"",
        "line 1, column 33: host-unknown: allowed_hosts[1]: names are registered below `co.uk`, so it is not a host itself; write the full host\nline 2, column 21: private-suffix-idle: private_suffixes[0]: no allowed host is below `lan`; leave it out\nline 2, column 28: private-suffix-idle: private_suffixes[1]: hosts below `io` need no private suffix; leave it out\nline 3, column 9: target-unused: targets.other: no route names `other`, so nothing is sent there; add it to the `targets` of a route, or leave it out",
    ),
    (
        "[log]",
        "[response]\nhsts = \"31536000\"\n[log]",
        "line 10, column 8: header-invalid: response.hsts: `31536000` does not say what it is; write `max-age=31536000`",
    ),
    (
        "target = \"cdn\"",
        "target = \"cdn\"\nstatus = 301",
        "line 16, column 10: permanent-redirect: routes[0].status: caches keep a 301 for as long as they like, even once the switch is off; add `cache_control = \"max-age=86400\"`, or write 302, 303 or 307",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\", \"origin\"]",
        "line 4, column 23: backend-invalid: origin.backends[1]: `origin` is named twice; name each backend once",
    ),
    (
        "name = \"file\"",
        "name = \"a file\"",
        "line 13, column 8: route-name-invalid: routes[0].name: `a file` is not a route name: a lower-case letter, then lower-case letters, digits, `-` and `_`, at most 64 bytes",
    ),
    (
        "path = \"/files/{file:segment}\"",
        "path = \"files/{file:segment}\"",
        "line 14, column 8: path-invalid: routes[0].path: `files/{file:segment}` does not start with `/`; write `/files/{file:segment}`",
    ),
    (
        "path = \"/files/{file:segment}\"",
        "path = \"/files/{file:sgment}\"",
        "line 14, column 8: path-invalid: routes[0].path: there is no capture type `sgment`; types are crate, semver, segment, path, digits, lower, hex(N), sha1, sha256, sha512, or words such as zip|info; did you mean `segment`?",
    ),
    (
        "location = \"/{file}\"",
        "location = \"{file}\"",
        "line 16, column 12: location-invalid: routes[0].location: `{file}` does not start with `/`; write `/{file}`",
    ),
    (
        "location = \"/{file}\"",
        "location = \"/{fiel}\"",
        "line 16, column 12: location-invalid: routes[0].location: the path has no capture `fiel`; did you mean `file`?",
    ),
    (
        "target = \"cdn\"",
        "target = \"cnd\"",
        "line 15, column 10: target-unknown: routes[0].target: there is no [targets.cnd]; name a target that is configured; did you mean `cdn`?",
    ),
    (
        "[[routes]]",
        "[targets.other]\nbase = \"https://cdn.example/other\"\n[[routes]]",
        "line 12, column 10: target-unused: targets.other: no route names `other`, so nothing is sent there; add it to the `targets` of a route, or leave it out",
    ),
    (
        "[log]",
        "[retry]\nwindow = \"0s\"\n[log]",
        "line 10, column 10: retry-invalid: retry.window: `0s` is not a time from 1s to 5m; write one such as \"30s\"",
    ),
    (
        "[log]\nendpoint = \"edge-log\"\n\n[[routes]]",
        "[retry]\nwindow = \"30s\"\n\n[[routes]]\nstatus = 308\ncache_control = \"private\"",
        "line 13, column 10: retry-invalid: routes[0].status: with [retry], a client that asks again must arrive here, and caches keep a 308 unasked; write 302, 303 or 307\nline 14, column 17: retry-invalid: routes[0].cache_control: with [retry], a client that asks again must arrive here, and `private` lets a cache keep the redirect, the client's own at least; write `no-store`, or leave `cache_control` out",
    ),
    (
        "[log]",
        "[retry]\norigin_share = \"5\"\n[log]",
        "line 9, column 2: key-missing: retry.window: `retry.window` is missing; write for how long a client's first attempt is remembered, such as \"1m\"\nline 10, column 16: retry-invalid: retry.origin_share: `5` is not a share from 0% to 100%, such as `5%`",
    ),
    (
        "target = \"cdn\"",
        "targets = []",
        "line 15, column 1: targets-invalid: routes[0].targets: `routes[0].targets` names 0 targets; name 1 to 8",
    ),
    (
        "target = \"cdn\"",
        "target = \"cdn\"\nstatus = 200",
        "line 16, column 10: status-invalid: routes[0].status: 200 is not one of the redirect statuses 301, 302, 303, 307 and 308",
    ),
    (
        "target = \"cdn\"",
        "target = \"cdn\"\ncache_control = \" no-store\"",
        "line 16, column 17: header-invalid: routes[0].cache_control: the text cannot stand in a header; write printable ASCII, not empty, without spaces around it",
    ),
    (
        "[log]",
        "[response]\nhsts = \"\"\n[log]",
        "line 10, column 8: header-invalid: response.hsts: the text cannot stand in a header; write printable ASCII, not empty, without spaces around it",
    ),
    (
        "[[routes.examples]]\nrequest = \"/files/a.txt\"\nlocation = \"https://cdn.example/a.txt\"\n",
        "",
        "line 12, column 1: example-missing: routes[0].examples: the route `file` has no example; add [[routes.examples]] with a real request and its location",
    ),
    (
        "location = \"https://cdn.example/a.txt\"",
        "location = \"https://cdn.examplea.txt\"",
        "line 20, column 12: example-fails: routes[0].examples[0].location: the request `/files/a.txt` should lead to `https://cdn.examplea.txt` by the route `file`, and leads to `https://cdn.example/a.txt`",
    ),
    (
        "request = \"/files/a.txt\"",
        "request = \"/file/a.txt\"",
        "line 20, column 12: example-fails: routes[0].examples[0].location: the request `/file/a.txt` should lead to `https://cdn.example/a.txt` by the route `file`, and goes to the origin: no-route",
    ),
    (
        "request = \"/files/a.txt\"",
        "request = \"/files/../a.txt\"",
        "line 20, column 12: example-fails: routes[0].examples[0].location: the request `/files/../a.txt` should lead to `https://cdn.example/a.txt` by the route `file`, and goes to the origin: no-route",
    ),
    (
        "request = \"/files/a.txt\"",
        "request = \"/files/a%20b.txt\"",
        "line 20, column 12: example-fails: routes[0].examples[0].location: the request `/files/a%20b.txt` should lead to `https://cdn.example/a.txt` by the route `file`, and goes to the origin: capture-invalid",
    ),
    (
        "name = \"file\"",
        "name = \"file\"\nexamples = []\npath = \"/x\"\nlocation = \"/x\"\ntarget = \"cdn\"\n[[routes]]\nname = \"file\"",
        "line 14, column 1: example-missing: routes[0].examples: the route `file` has no example; add [[routes.examples]] with a real request and its location\nline 16, column 12: location-loops: routes[0].location: the request `/x` leads to `https://cdn.example/x`, which is on a route again; change the location, or list in `hosts` the registry's own hosts, without `cdn.example`\nline 19, column 8: route-name-duplicate: routes[1].name: another route is named `file`; give each its own name\nline 22, column 12: location-loops: routes[1].location: the request `/files/x` leads to `https://cdn.example/x`, which is on a route again; change the location, or list in `hosts` the registry's own hosts, without `cdn.example`",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\"]\ncheck_redirects = \"fix\"",
        "line 5, column 19: origin-option-invalid: origin.check_redirects: `fix` is not one of `repair`, `report` and `off`",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\"]\nnext_backend_timeout = \"soon\"",
        "line 5, column 24: origin-option-invalid: origin.next_backend_timeout: `soon` is not a time from 1ms to 2m; write one such as \"30s\"",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\"]\nnext_backend_timeout = \"0s\"",
        "line 5, column 24: origin-option-invalid: origin.next_backend_timeout: `0s` is not a time from 1ms to 2m; write one such as \"30s\"",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\"]\nnext_backend_timeout = \"31s\"",
        "line 5, column 24: origin-option-invalid: origin.next_backend_timeout: it is longer than 30s, when clients have given up; with the time that a backend may take, the platform would end the execution: write `30s` or less",
    ),
    (
        "backends = [\"origin\"]",
        "backends = [\"origin\"]\nnext_backend_timeout = \"121s\"",
        "line 5, column 24: origin-option-invalid: origin.next_backend_timeout: `121s` is not a time from 1ms to 2m; write one such as \"30s\"",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoint = \"edge:log\"",
        "line 10, column 12: log-endpoint-invalid: log.endpoint: `edge:log` is not the name of a log endpoint: printable ASCII without colons, and neither stdout nor stderr",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoint = \"stdout\"",
        "line 10, column 12: log-endpoint-invalid: log.endpoint: `stdout` is not the name of a log endpoint: printable ASCII without colons, and neither stdout nor stderr",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoint = \"edge-log\"\nendpoints = [\"a\"]",
        "line 10, column 12: log-endpoint-invalid: log.endpoint: `endpoints` is there as well; leave one of the two out",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoints = []",
        "line 10, column 1: log-endpoint-invalid: log.endpoints: `log.endpoints` is empty; name at least one Fastly log endpoint",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoints = [\"a\", \"edge:log\", \"a\"]",
        "line 10, column 19: log-endpoint-invalid: log.endpoints[1]: `edge:log` is not the name of a log endpoint: printable ASCII without colons, and neither stdout nor stderr\nline 10, column 31: log-endpoint-invalid: log.endpoints[2]: `a` is named twice, so each line would come twice",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoints = \"s3\"",
        "line 10, column 13: syntax-invalid: log.endpoints: `log.endpoints` is a list such as [\"s3\", \"datadog\"]; for one write `endpoint`; found the text \"s3\"",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoint = \"edge-log\"\nservice_endpoint = \"edge-log\"",
        "line 11, column 20: log-endpoint-invalid: log.service_endpoint: `edge-log` gets the log lines, and what the edge says besides is not JSON; name another endpoint",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoint = \"edge-log\"\nservice_endpoint = \"stderr\"",
        "line 11, column 20: log-endpoint-invalid: log.service_endpoint: `stderr` is not the name of a log endpoint: printable ASCII without colons, and neither stdout nor stderr",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoint = \"edge-log\"\nfields = \"x\"",
        "line 11, column 10: syntax-invalid: log.fields: `log.fields` is a table, begun by [log.fields]; found the text \"x\"",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoint = \"edge-log\"\n[log.fields]\nservice = 3",
        "line 12, column 11: syntax-invalid: log.fields.service: `log.fields.service` is a text in quotation marks; found the number 3",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoint = \"edge-log\"\n[log.fields]\n1st = \"x\"\nhost = \"x\"\nservice = \" x\"\nddtags = \"a\\nb\"",
        "line 12, column 7: log-field-invalid: log.fields.1st: `1st` is not the name of a field: a letter, then letters, digits, `_`, `-` and `.`, at most 64\nline 13, column 8: log-field-invalid: log.fields.host: every line has its own `host`; choose another name, or leave it out\nline 14, column 11: log-field-invalid: log.fields.service: ` x` is not the value of a field: printable ASCII, not empty, without spaces around it\nline 15, column 10: log-field-invalid: log.fields.ddtags: `a\\nb` is not the value of a field: printable ASCII, not empty, without spaces around it",
    ),
    (
        "endpoint = \"edge-log\"",
        "endpoint = \"edge-log\"\nclient_ip = \"some\"",
        "line 11, column 13: client-ip-invalid: log.client_ip: `some` is not one of `full`, `truncated` and `none`",
    ),
    (
        "[targets.cdn]\nbase = \"https://cdn.example\"\n",
        "",
        "line 1, column 1: key-missing: targets: `targets` is missing; add a table such as [targets.static] with the base of a CDN\nline 13, column 10: target-unknown: routes[0].target: there is no [targets.cdn]; name a target that is configured",
    ),
    (
        "[origin]",
        "[routes]\n[origin]",
        "line 13, column 3: syntax-invalid: duplicate key",
    ),
    (
        "backends = [\"origin\"]",
        "\"bäckends\" = [\"origin\"]",
        "line 3, column 2: key-missing: origin.backends: `origin.backends` is missing; name the origin's Fastly backends in the order to try them\nline 4, column 1: key-unknown: origin.bäckends: `origin.bäckends` is not a key of the configuration; did you mean `backends`?",
    ),
    (
        "[origin]\nbackends = [\"origin\"]\n",
        "origin = [[]]\n",
        "line 3, column 1: backend-invalid: origin.backends: `origin.backends` is empty; name at least one Fastly backend",
    ),
    (
        "[\"cdn.example\"]",
        "[\"cdn.example\", \"b.example\"]",
        "line 1, column 33: allowed-host-unused: allowed_hosts[1]: no base has the host `b.example`, so no redirect needs it; leave it out, or correct the base that should have it",
    ),
    (
        "[\"cdn.example\"]",
        "[\"cdn.example\", \"cdn.examplefiles\"]\ntargets.other.base = \"cdn.examplefiles\"",
        "line 1, column 33: allowed-host-mistyped: allowed_hosts[1]: `cdn.examplefiles` is `cdn.example` with something glued on, as when a prefix and a path are joined without a slash; leave it out if it is not a host of its own\nline 1, column 33: host-unknown: allowed_hosts[1]: `cdn.examplefiles` ends in `examplefiles`, and there is no such top-level domain; correct it, or if it is a name of your own network, list its end in `private_suffixes`\nline 2, column 9: target-unused: targets.other: no route names `other`, so nothing is sent there; add it to the `targets` of a route, or leave it out",
    ),
    (
        "[\"cdn.example\"]\n",
        "[\"cdn.example\", \"wwwcdn.example\", \"b.example\"]\ntargets.other.base = \"wwwcdn.example\"\ntargets.b.base = \"b.example\"\n[[routes]]\nname = \"b\"\npath = \"/b/{file:segment}\"\ntarget = \"b\"\nlocation = \"/{file}\"\nexamples = [{ request = \"/b/a\", location = \"https://b.example/a\" }]\n",
        "line 1, column 33: allowed-host-mistyped: allowed_hosts[1]: `wwwcdn.example` is `cdn.example` with something glued on, as when a prefix and a path are joined without a slash; leave it out if it is not a host of its own\nline 2, column 9: target-unused: targets.other: no route names `other`, so nothing is sent there; add it to the `targets` of a route, or leave it out",
    ),
    (
        "[\"cdn.example\"]",
        "[\"wwwcdn.example\", \"cdn.example\"]\ntargets.other.base = \"wwwcdn.example\"",
        "line 1, column 18: allowed-host-mistyped: allowed_hosts[0]: `wwwcdn.example` is `cdn.example` with something glued on, as when a prefix and a path are joined without a slash; leave it out if it is not a host of its own\nline 2, column 9: target-unused: targets.other: no route names `other`, so nothing is sent there; add it to the `targets` of a route, or leave it out",
    ),
    (
        "[\"cdn.example\"]",
        "[\"cdn.examplefiles\"]",
        "line 1, column 18: allowed-host-unused: allowed_hosts[0]: no base has the host `cdn.examplefiles`, so no redirect needs it; leave it out, or correct the base that should have it\nline 1, column 18: host-unknown: allowed_hosts[0]: `cdn.examplefiles` ends in `examplefiles`, and there is no such top-level domain; correct it, or if it is a name of your own network, list its end in `private_suffixes`\nline 7, column 8: base-host-not-allowed: targets.cdn.base: the host `cdn.example` of the base `https://cdn.example` is not in allowed_hosts; correct the base, or add the host there if it is right",
    ),
    (
        "location = \"/{file}\"",
        "location = \"/files/{file}\"",
        "line 16, column 12: location-loops: routes[0].location: the request `/files/serde` leads to `https://cdn.example/files/serde`, which is on a route again; change the location, or list in `hosts` the registry's own hosts, without `cdn.example`\nline 20, column 12: example-fails: routes[0].examples[0].location: the request `/files/a.txt` should lead to `https://cdn.example/a.txt` by the route `file`, and leads to `https://cdn.example/files/a.txt`",
    ),
    (
        "path = \"/files/{file:segment}\"\ntarget = \"cdn\"\nlocation = \"/{file}\"",
        "path = \"/files/{file:segment}/{part:segment}\"\ntarget = \"cdn\"\nlocation = \"/{file}-{part}\"",
        "line 16, column 12: location-unprovable: routes[0].location: the request `/files/a-/a` would lead to `/a--a` below the base, which does not tell what was asked for, so it would go to the origin: it can be read in two ways: `{file}-{part}` has file=`a-` part=`a`, or file=`a` part=`-a`; write `/` between the captures, or types and literals that have no character in common\nline 20, column 12: example-fails: routes[0].examples[0].location: the request `/files/a.txt` should lead to `https://cdn.example/a.txt` by the route `file`, and goes to the origin: no-route",
    ),
    (
        "[[routes]]",
        "[[routes]]\nname = \"first\"\npath = \"/files/{name:crate}\"\ntarget = \"cdn\"\nlocation = \"/first/{name}\"\nexamples = [{ request = \"/files/a\", location = \"https://cdn.example/first/a\" }]\n[[routes]]",
        "line 20, column 8: routes-overlap: routes[1].path: `/files/serde` is on the route `file` and on `first`, which is tried first; `{file:segment}` and `{name:crate}` would tell them apart if they had different literals, or types that have no text in common",
    ),
    (
        "[[routes]]",
        "[[routes]]\nname = \"first\"\npath = \"/files/{rest:path}\"\ntarget = \"cdn\"\nlocation = \"/first/{rest}\"\nexamples = [{ request = \"/files/a/b\", location = \"https://cdn.example/first/a/b\" }]\n[[routes]]",
        "line 20, column 8: route-unreachable: routes[1].path: `file` never matches: every path of it, such as `/files/serde`, is on the route `first`, which is tried first; leave one of them out, or make the path of `first` narrower\nline 26, column 12: example-fails: routes[1].examples[0].location: the request `/files/a.txt` should lead to `https://cdn.example/a.txt` by the route `file`, and is on another route",
    ),
    (
        "base = \"https://cdn.example\"",
        "base = \"https://cdn.example\"\nloop = \"cloud front\"",
        "line 8, column 8: loop-token-invalid: targets.cdn.loop: `cloud front` is not a token: write the name that the CDN has in `CDN-Loop` or `Via`, such as `cloudfront`",
    ),
    (
        "[log]",
        "unencoded = \"@%\"\n[log]",
        "line 9, column 13: unencoded-invalid: targets.cdn.unencoded: `%` cannot stay unencoded; list some of !$&'()*+,;=:@",
    ),
    (
        "[origin]\nbackends = [\"origin\"]\n\n[targets.cdn]\nbase = \"https://cdn.example\"\n\n[log]\nendpoint = \"edge-log\"\n\n[[routes]]",
        "hosts = [\"a.example\"]\norigin.backends = [\"origin\"]\ntargets.cdn.base = \"cdn.example\"\n[[routes]]\nhosts = [\"b.example\"]",
        "line 7, column 10: route-host-unknown: routes[0].hosts[0]: `b.example` is not in the `hosts` of the configuration; add it there, or leave it out here\nline 15, column 12: example-fails: routes[0].examples[0].location: the request `/files/a.txt` should lead to `https://cdn.example/a.txt` by the route `file`, and goes to the origin: no-route",
    ),
    (
        "path = \"/files/{file:segment}\"\ntarget = \"cdn\"\nlocation = \"/{file}\"",
        "path = \"/files/{file:segment}-{version:semver}\"\ntarget = \"cdn\"\nlocation = \"/{file}/{version}\"",
        "line 14, column 8: path-ambiguous: routes[0].path: the request `/files/a-0.0.0-0.0.0` can be read in two ways: `{file:segment}-{version:semver}` has file=`a-0.0.0` version=`0.0.0`, or file=`a` version=`0.0.0-0.0.0`; write `/` between the captures, or types and literals that have no character in common\nline 20, column 12: example-fails: routes[0].examples[0].location: the request `/files/a.txt` should lead to `https://cdn.example/a.txt` by the route `file`, and goes to the origin: no-route",
    ),
    (
        "path = \"/files/{file:segment}\"",
        "path = \"/files/{image:segment}/{file:segment}\"\nunused = [\"image\"]",
        "line 15, column 1: unused-invalid: routes[0].unused: only a location with a whole sha256 or sha512 names its file without the other captures; use them all in the location, and leave `unused` out\nline 21, column 12: example-fails: routes[0].examples[0].location: the request `/files/a.txt` should lead to `https://cdn.example/a.txt` by the route `file`, and goes to the origin: no-route",
    ),
    (
        "target = \"cdn\"",
        "target = \"cdn\"\nunused = [\"fiel\"]",
        "line 16, column 11: unused-invalid: routes[0].unused[0]: the path has no capture `fiel`; did you mean `file`?",
    ),
    (
        "target = \"cdn\"",
        "target = \"cdn\"\nunused = [\"file\"]",
        "line 16, column 11: unused-invalid: routes[0].unused[0]: `file` is in the location; leave it out there, or here",
    ),
    (
        "name = \"file\"",
        "name = \"file\"\norigin = true",
        "line 15, column 8: origin-route-idle: routes[0].path: `file` keeps nothing from being redirected, because no other route has a path of it; correct its path or its hosts, or leave it out\nline 16, column 10: route-of-origin-invalid: routes[0].target: the route has `origin = true`, so nothing is redirected; leave `target` out, or `origin`\nline 17, column 12: route-of-origin-invalid: routes[0].location: the route has `origin = true`, so nothing is redirected; leave `location` out, or `origin`\nline 21, column 12: example-fails: routes[0].examples[0].location: the request must go to the origin, so it leads to no location; leave `location` out",
    ),
];

#[track_caller]
fn check((from, to, expected): (&str, &str, &str)) {
    let text = changed(from, to);
    assert_eq!(
        problems_of(&text).to_string(),
        expected,
        "{from:?} replaced by {to:?}"
    );
}

#[test]
fn each_problem_says_what_is_wrong_and_where() {
    for row in PROBLEMS {
        check(*row);
    }
}

#[test]
fn each_kind_of_problem_has_a_row() {
    let said: Vec<_> = PROBLEMS.iter().map(|(_, _, expected)| *expected).collect();
    // These are about the compiled form.
    let elsewhere = [
        ProblemCode::EntryTooLarge,
        ProblemCode::FormatUnknown,
        ProblemCode::RevisionMismatch,
    ];
    for code in ProblemCode::ALL
        .iter()
        .filter(|code| code.severity() == Severity::Error && !elsewhere.contains(code))
    {
        assert!(
            said.iter()
                .any(|said| said.contains(&format!(": {code}: "))),
            "no row gives {code}"
        );
    }
}

/// What is replaced in production's configuration, by what, and the problem: one cause misleads every
/// example of a route.
const MISLED: &[(&str, &str, &str)] = &[
    (
        "location = \"/readmes/{name}/",
        "location = \"/readmes{name}/",
        "line 73, column 12: example-fails: routes[1].location: the request `/api/v1/crates/smallvec/1.10.0/readme` should lead to `https://static.crates.io/readmes/smallvec/smallvec-1.10.0.html` by the route `readme`, and leads to `https://static.crates.io/readmessmallvec/smallvec-1.10.0.html`; 4 other examples are misled as well",
    ),
    (
        "base = \"https://static.crates.io\"",
        "base = \"https://static.crates.io/crates\"",
        "line 18, column 8: example-fails: targets.static.base: the request `/api/v1/crates/smallvec/1.10.0/download` should lead to `https://static.crates.io/crates/smallvec/smallvec-1.10.0.crate` by the route `download`, and leads to `https://static.crates.io/crates/crates/smallvec/smallvec-1.10.0.crate`; 7 other examples are misled as well",
    ),
];

#[test]
fn what_misleads_every_example_is_one_problem() {
    for (from, to, expected) in MISLED {
        let production = signpost_rows::PRODUCTION;
        assert_eq!(production.matches(from).count(), 1, "{from}");
        let problems = problems_of(&production.replacen(from, to, 1));
        assert_eq!(
            problems.to_string(),
            *expected,
            "{from:?} replaced by {to:?}"
        );
    }
    let two = changed(
        "location = \"https://cdn.example/a.txt\"\n",
        "location = \"https://cdn.example/x/a\"\n\
         [[routes.examples]]\nrequest = \"/files/b\"\nlocation = \"https://cdn.example/x/b\"\n",
    );
    let said = problems_of(&two).to_string();
    assert!(
        said.ends_with("; 1 other example is misled as well"),
        "{said}"
    );
    // If one of them is not a redirect at all, each is a problem of its own.
    let origin = two.replacen("request = \"/files/b\"", "request = \"/b\"", 1);
    assert_eq!(problems_of(&origin).iter().count(), 2);
}

#[test]
fn a_host_that_a_route_leads_to_is_meant_even_if_it_looks_mistyped() {
    let second = "[targets.second]\nbase = \"https://wwwcdn.example\"\n[[routes]]\nname = \"second\"\n\
        path = \"/second/{file:segment}\"\ntarget = \"second\"\nlocation = \"/{file}\"\n\
        examples = [{ request = \"/second/a\", location = \"https://wwwcdn.example/a\" }]\n";
    let both = changed("[\"cdn.example\"]", "[\"cdn.example\", \"wwwcdn.example\"]");
    assert_eq!(read(&format!("{both}\n{second}")).routes().len(), 2);
}

#[test]
fn a_template_whose_locations_are_all_too_long_is_a_problem() {
    let text = changed(
        "location = \"/{file}\"",
        &format!("location = \"/{}/{{file}}\"", "a".repeat(2048)),
    );
    let said = problems_of(&text).to_string();
    let expected = "location-unprovable: routes[0].location: the request `/files/serde` would go to the origin, \
        because its location fails the proof (too-long): change the location\n";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn problem_codes_are_stable_words() {
    let codes: BTreeSet<_> = ProblemCode::ALL.iter().map(|code| code.code()).collect();
    assert_eq!(codes.len(), ProblemCode::ALL.len(), "a code stands twice");
    for code in ProblemCode::ALL {
        let text = code.code();
        let is_kebab_case = text
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
        assert!(is_kebab_case, "{text} is not in kebab-case");
        assert_eq!(code.to_string(), text);
        assert!(
            code.meaning().ends_with('.'),
            "the meaning of {text} is not a sentence"
        );
    }
    let expected = "allowed-host-mistyped allowed-host-unused base-host-not-allowed base-invalid \
        backend-invalid client-ip-invalid entry-nearly-full entry-too-large example-fails \
        example-missing format-unknown header-invalid host-invalid host-unknown key-missing key-unknown \
        location-invalid location-loops location-unprovable log-endpoint-invalid log-field-invalid \
        loop-token-invalid origin-option-invalid origin-route-idle path-ambiguous path-invalid \
        permanent-redirect private-suffix-idle private-suffix-invalid retry-invalid \
        revision-mismatch route-broad route-host-unknown route-name-duplicate route-name-invalid \
        route-of-origin-invalid route-unreachable routes-overlap status-invalid syntax-invalid \
        target-unknown target-unused targets-invalid unencoded-invalid unused-invalid";
    assert_eq!(codes, expected.split_whitespace().collect());
}

#[test]
fn a_problem_can_be_asked_for_its_parts() {
    let text = changed("\"https://cdn.example\"", "\"ftp://cdn.example\"");
    let problems = problems_of(&text);
    let all: Vec<_> = problems.iter().collect();
    let [problem] = all.as_slice() else {
        panic!("{problems}");
    };
    assert_eq!(problem.code(), ProblemCode::BaseInvalid);
    let steps = ["targets", "cdn", "base"].map(|name| Step::Name(name.to_owned()));
    assert_eq!(problem.key().steps(), steps);
    assert_eq!(
        problem.message(),
        "the base `ftp://cdn.example` has the scheme ftp; write https://, or http:// for a loopback host only"
    );
    let place = problem.place().expect("a place");
    assert_eq!((place.line, place.column), (7, 8));
    assert_eq!(text.get(place.bytes.clone()), Some("\"ftp://cdn.example\""));
    let error: &dyn Error = &problems;
    assert!(error.source().is_none());
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = r#"
allowed_hosts = ["cdn.example", "https://x.example"]
hosts = []
colour = "red"

[origin]
backends = ["", "origin"]
retries = 3

[targets.cdn]
base = "https:/cdn.example"

[targets.other]
bse = "https://other.example"

[response]
hsts = ""

[log]
client_ip = "all"

[[routes]]
name = "File"
path = "files/{file:segment}"
target = "cnd"
location = "/{file}"
status = 200
cache_control = "no\ncache"

[[routes]]
name = "file"
path = "/{name:crate}/{version:semver}"
target = "cdn"
location = "/{name}"

[[routes.examples]]
request = "/libc/1.0.0"
loction = "https://cdn.example/libc"
"#;
    assert_eq!(problems_of(text).to_string(), ALL_AT_ONCE);
}

const ALL_AT_ONCE: &str = "line 2, column 33: host-invalid: allowed_hosts[1]: `https://x.example` is more than a host; write it without scheme, port and path, such as static.crates.io\n\
    line 3, column 1: host-invalid: hosts: `hosts` is empty; list at least one host\n\
    line 4, column 1: key-unknown: colour: `colour` is not a key of the configuration; correct it or leave it out\n\
    line 7, column 13: backend-invalid: origin.backends[0]: `` is not a backend name: 1 to 255 printable ASCII characters\n\
    line 8, column 1: key-unknown: origin.retries: `origin.retries` is not a key of the configuration; correct it or leave it out\n\
    line 11, column 8: base-invalid: targets.cdn.base: the base `https:/cdn.example` has a scheme without `://`; write it as https://static.crates.io\n\
    line 13, column 10: key-missing: targets.other.base: `targets.other.base` is missing; write the URL of the CDN, such as https://static.crates.io\n\
    line 14, column 1: key-unknown: targets.other.bse: `targets.other.bse` is not a key of the configuration; did you mean `base`?\n\
    line 17, column 8: header-invalid: response.hsts: the text cannot stand in a header; write printable ASCII, not empty, without spaces around it\n\
    line 19, column 2: key-missing: log.endpoint: `log.endpoint` is missing; name the Fastly log endpoint\n\
    line 20, column 13: client-ip-invalid: log.client_ip: `all` is not one of `full`, `truncated` and `none`\n\
    line 23, column 8: route-name-invalid: routes[0].name: `File` is not a route name: a lower-case letter, then lower-case letters, digits, `-` and `_`, at most 64 bytes\n\
    line 24, column 8: path-invalid: routes[0].path: `files/{file:segment}` does not start with `/`; write `/files/{file:segment}`\n\
    line 25, column 10: target-unknown: routes[0].target: there is no [targets.cnd]; name a target that is configured; did you mean `cdn`?\n\
    line 27, column 10: status-invalid: routes[0].status: 200 is not one of the redirect statuses 301, 302, 303, 307 and 308\n\
    line 28, column 17: header-invalid: routes[0].cache_control: the text cannot stand in a header; write printable ASCII, not empty, without spaces around it\n\
    line 34, column 12: location-invalid: routes[1].location: the capture `version` of the path is not in the location, so two requests could lead to one file; use `{version}`, or list it in `unused` if the location has a sha256 or sha512\n\
    line 38, column 1: key-unknown: routes[1].examples[0].loction: `routes[1].examples[0].loction` is not a key of the configuration; did you mean `location`?";

#[test]
fn up_to_three_backends_have_names_of_up_to_255_bytes() {
    let named = |length: usize| format!("[\"origin\", \"{}\"]", "b".repeat(length));
    let rows = [
        ("three", "[\"origin\", \"b\", \"c\"]".to_owned(), true),
        (
            "four",
            "[\"origin\", \"b\", \"c\", \"d\"]".to_owned(),
            false,
        ),
        ("a name of 255 bytes", named(255), true),
        ("a name of 256 bytes", named(256), false),
    ];
    for (name, backends, is_good) in rows {
        let text = changed("[\"origin\"]", &backends);
        let compiled = signpost::authoring::from_toml(&text);
        assert_eq!(compiled.is_ok(), is_good, "{name}: {compiled:?}");
    }
}

#[test]
fn an_empty_configuration_lists_all_that_it_needs() {
    assert_eq!(problems_of("").to_string(), EMPTY);
}

const EMPTY: &str = "line 1, column 1: key-missing: allowed_hosts: `allowed_hosts` is missing; list every host that a redirect may name\n\
    line 1, column 1: key-missing: origin.backends: `origin.backends` is missing; name the origin's Fastly backends in the order to try them\n\
    line 1, column 1: key-missing: targets: `targets` is missing; add a table such as [targets.static] with the base of a CDN\n\
    line 1, column 1: key-missing: routes: `routes` is missing; add a table [[routes]]";
