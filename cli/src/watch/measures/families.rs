use crate::outlets::Family;

/// The metrics of one kind of part.
///
/// Each kind has its own: the product of places, routes and targets would be a series for each of
/// several thousand combinations, and their sum would count a request once a kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct PerPart {
    pub(super) requests: Family,
    pub(super) compared: Family,
    pub(super) repeats: Family,
    /// Nothing for targets, because a target is that of a redirect.
    pub(super) not_redirected: Option<Family>,
}

pub(super) const ALL: PerPart = PerPart {
    requests: Family {
        name: "signpost_requests_total",
        labels: &["decision"],
        help: "Requests by decision: redirect, preflight, origin, or other if the line has none.",
    },
    compared: Family {
        name: "signpost_compared_requests_total",
        labels: &[],
        help: "GET requests that were compared with earlier ones, at most four of a client for a file.",
    },
    repeats: Family {
        name: "signpost_repeats_total",
        labels: &[],
        help: "Compared requests that repeat one of the same client for the same file within a minute.",
    },
    not_redirected: Some(Family {
        name: "signpost_not_redirected_total",
        labels: &[],
        help: "Requests on routes that are not redirected, though the switch would redirect them.",
    }),
};

pub(super) const EDGE_LOCATIONS: PerPart = PerPart {
    requests: Family {
        name: "signpost_edge_location_requests_total",
        labels: &["edge_location", "decision"],
        help: "Requests by point of presence and decision.",
    },
    compared: Family {
        name: "signpost_edge_location_compared_requests_total",
        labels: &["edge_location"],
        help: "Compared requests by point of presence.",
    },
    repeats: Family {
        name: "signpost_edge_location_repeats_total",
        labels: &["edge_location"],
        help: "Repeats by point of presence.",
    },
    not_redirected: Some(Family {
        name: "signpost_edge_location_not_redirected_total",
        labels: &["edge_location"],
        help: "Requests not redirected by point of presence.",
    }),
};

pub(super) const ROUTES: PerPart = PerPart {
    requests: Family {
        name: "signpost_route_requests_total",
        labels: &["route", "decision"],
        help: "Requests by route and decision.",
    },
    compared: Family {
        name: "signpost_route_compared_requests_total",
        labels: &["route"],
        help: "Compared requests by route.",
    },
    repeats: Family {
        name: "signpost_route_repeats_total",
        labels: &["route"],
        help: "Repeats by route.",
    },
    not_redirected: Some(Family {
        name: "signpost_route_not_redirected_total",
        labels: &["route"],
        help: "Requests not redirected by route.",
    }),
};

pub(super) const TARGETS: PerPart = PerPart {
    requests: Family {
        name: "signpost_target_requests_total",
        labels: &["target", "decision"],
        help: "Requests by target and decision.",
    },
    compared: Family {
        name: "signpost_target_compared_requests_total",
        labels: &["target"],
        help: "Compared requests by target.",
    },
    repeats: Family {
        name: "signpost_target_repeats_total",
        labels: &["target"],
        help: "Repeats by target.",
    },
    not_redirected: None,
};

pub(super) const SIDES: PerPart = PerPart {
    requests: Family {
        name: "signpost_side_requests_total",
        labels: &["side", "decision"],
        help: "Requests by side and decision, while next has a share.",
    },
    compared: Family {
        name: "signpost_side_compared_requests_total",
        labels: &["side"],
        help: "Compared requests by side, as `watch` compares the sides.",
    },
    repeats: Family {
        name: "signpost_side_repeats_total",
        labels: &["side"],
        help: "Repeats by the side of their file.",
    },
    not_redirected: Some(Family {
        name: "signpost_side_not_redirected_total",
        labels: &["side"],
        help: "Requests that a side does not redirect: also what next refuses or leaves to an origin route.",
    }),
};

pub(super) const NEXT_REFUSED: Family = Family {
    name: "signpost_next_refused_total",
    labels: &[],
    help: "Requests on the side of next that config answered, because next has no way for them.",
};

pub(super) const NEXT_RETRIED: Family = Family {
    name: "signpost_next_retried_total",
    labels: &[],
    help: "Repeated attempts on the side of next that config answered.",
};

pub(super) const REASONS: Family = Family {
    name: "signpost_origin_requests_total",
    labels: &["reason"],
    help: "Requests that the origin answered, by reason.",
};

pub(super) const REFUSALS: Family = Family {
    name: "signpost_refusals_total",
    labels: &[],
    help: "Requests whose location the proof refused.",
};

pub(super) const LIMIT: Family = Family {
    name: "signpost_repeat_ratio_limit",
    labels: &[],
    help: "Limit of the repeat ratio of all requests at the last window.",
};

pub(super) const LINES: Family = Family {
    name: "signpost_log_lines_total",
    labels: &[],
    help: "Log lines.",
};

pub(super) const UNREADABLE: Family = Family {
    name: "signpost_log_unreadable_lines_total",
    labels: &[],
    help: "Log lines that could not be read.",
};

pub(super) const LAST_LINE: Family = Family {
    name: "signpost_log_last_line_timestamp_seconds",
    labels: &[],
    help: "Time of the latest log line, by the log's clock; 0 before the first.",
};

pub(super) const DELAY: Family = Family {
    name: "signpost_log_delay_seconds",
    labels: &[],
    help: "Time since the latest log line by this machine's clock; since the start before the first.",
};
