use strum::{IntoStaticStr, VariantArray};

use crate::request::Method;

/// Why a backend gave no answer, as the error types of RFC 9209, section 2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Failure {
    /// `dns_timeout`: the address of the backend was not found in time.
    DnsTimeout,
    /// `dns_error`: the address of the backend was not found.
    DnsError,
    /// `destination_not_found`: no such backend exists.
    DestinationNotFound,
    /// `destination_unavailable`: the backend is known to be down, such as by its health check.
    DestinationUnavailable,
    /// `destination_ip_unroutable`: no network leads to the backend's address.
    DestinationIpUnroutable,
    /// `connection_refused`: the backend refused the connection.
    ConnectionRefused,
    /// `connection_terminated`: the connection was closed before the whole answer came.
    ConnectionTerminated,
    /// `connection_timeout`: the connection was not open in time.
    ConnectionTimeout,
    /// `connection_limit_reached`: as many connections to the backend are open as may be.
    ConnectionLimitReached,
    /// `tls_protocol_error`: TLS failed, in the handshake or later.
    TlsProtocolError,
    /// `tls_certificate_error`: the backend's certificate is not accepted.
    TlsCertificateError,
    /// `tls_alert_received`: the backend ended TLS with an alert, in the handshake or later.
    TlsAlertReceived,
    /// `http_response_incomplete`: the answer ended too early.
    HttpResponseIncomplete,
    /// `http_response_header_section_size`: the answer's fields are too large.
    HttpResponseHeaderSectionSize,
    /// `http_response_body_size`: the answer's body is too large.
    HttpResponseBodySize,
    /// `http_response_timeout`: the answer did not come in time.
    HttpResponseTimeout,
    /// `http_upgrade_failed`: the change to another protocol failed.
    HttpUpgradeFailed,
    /// `http_protocol_error`: the answer is not HTTP.
    HttpProtocolError,
    /// `proxy_configuration_error`: the backend cannot be used as it is configured.
    ProxyConfigurationError,
    /// `proxy_internal_error`: any other cause, or one that the platform does not tell.
    ProxyInternalError,
}

impl Failure {
    /// Every one.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name of the error type.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The value of `Proxy-Status`, a structured field (RFC 9651).
    pub fn proxy_status(self) -> String {
        format!("signpost;error={}", self.code())
    }

    /// The status that the client gets.
    pub fn status(self, method: Method) -> u16 {
        match self {
            Self::HttpResponseTimeout => 504,
            _ if self.may_be_repeated(method) => 503,
            _ => 502,
        }
    }

    /// Whether the client may be asked to repeat its request: it is safe to, or no backend received it.
    pub fn may_be_repeated(self, method: Method) -> bool {
        method.is_safe() || self.is_before_sending()
    }

    /// Whether the request was certainly not sent. TLS can fail after it was, too, but for its
    /// certificate.
    fn is_before_sending(self) -> bool {
        matches!(
            self,
            Self::DnsTimeout
                | Self::DnsError
                | Self::DestinationNotFound
                | Self::DestinationUnavailable
                | Self::DestinationIpUnroutable
                | Self::ConnectionRefused
                | Self::ConnectionTimeout
                | Self::ConnectionLimitReached
                | Self::TlsCertificateError
                | Self::ProxyConfigurationError
        )
    }
}
