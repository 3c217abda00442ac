//! Sends requests to the edge and to wherever it points.

pub(crate) mod answered;
pub(crate) mod cached;
pub(crate) mod certificates;
pub(crate) mod client;
pub(crate) mod connect;
pub(crate) mod edge_url;
pub(crate) mod fetch;
pub(crate) mod heard;
pub(crate) mod settle;
pub(crate) mod token;
pub(crate) mod trouble;
pub(crate) mod user_agent;
pub(crate) mod ways;
