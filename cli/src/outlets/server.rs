//! Serves figures over HTTP.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout};

use super::figures::Figures;
use crate::output::{Failure, as_error, print_error};

const PATH: &str = "/metrics";

/// The most connections at once. Others wait.
const MOST_CONNECTIONS: usize = 16;

/// The most time for a connection, which has one request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait when the process has too many open files.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Server {
    listener: TcpListener,
    figures: Arc<Figures>,
}

impl Server {
    /// Listens, and says where.
    ///
    /// # Errors
    ///
    /// Why it cannot listen there.
    pub(super) fn bind(address: SocketAddr, figures: Arc<Figures>) -> Result<Self, Failure> {
        let bound = TcpListener::bind(address).and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        });
        let (address, listener) = bound
            .map_err(|error| Failure::new(format!("cannot serve metrics at {address}: {error}")))?;
        print_error(format!("metrics are at http://{address}{PATH}\n"));
        Ok(Self { listener, figures })
    }

    /// Answers requests for ever.
    pub(super) async fn serve(self) {
        let listener = match tokio::net::TcpListener::from_std(self.listener) {
            Ok(listener) => listener,
            Err(error) => {
                let failure = Failure::new(format!("cannot serve metrics: {error}"));
                print_error(format!("{}\n", as_error(&failure)));
                return;
            }
        };
        let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
            let Ok((stream, _)) = listener.accept().await else {
                sleep_until(Instant::now() + PAUSE).await;
                continue;
            };
            let figures = Arc::clone(&self.figures);
            tokio::spawn(async move {
                let service = service_fn(|request: Request<Incoming>| {
                    let response = answer(request.method(), request.uri().path(), &figures);
                    async { Ok::<_, Infallible>(response) }
                });
                let connection = http1::Builder::new()
                    .keep_alive(false)
                    .serve_connection(TokioIo::new(stream), service);
                // Drops clients that disconnect or take too long.
                let _ = timeout(TIMEOUT, connection).await;
                drop(slot);
            });
        }
    }
}

fn answer(method: &Method, path: &str, figures: &Figures) -> Response<Full<Bytes>> {
    let (status, text) = if path != PATH {
        (StatusCode::NOT_FOUND, format!("metrics are at {PATH}\n"))
    } else if !matches!(*method, Method::GET | Method::HEAD) {
        let words = format!("{PATH} accepts only GET and HEAD\n");
        (StatusCode::METHOD_NOT_ALLOWED, words)
    } else {
        match figures.to_text() {
            Ok(text) => (StatusCode::OK, text),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
        }
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let text = "text/plain; version=0.0.4; charset=utf-8";
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(text));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}
