use std::convert::Infallible;
use std::error::Error;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use percent_encoding::percent_decode_str;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A server on a loopback port, which ends with its connections when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<()>,
}

/// Gives a type the methods `address` and `url`.
macro_rules! listens {
    ($listener:ty, $scheme:literal, $($field:ident).+) => {
        impl $listener {
            /// Where it listens.
            pub fn address(&self) -> std::net::SocketAddr {
                self.$($field).+
            }

            /// Its URL without a path.
            #[doc = concat!("`", $scheme, "://127.0.0.1:PORT`")]
            pub fn url(&self) -> String {
                format!(concat!($scheme, "://{}"), self.address())
            }
        }
    };
}
pub(crate) use listens;

impl Server {
    /// Starts to answer HTTP/1.1 requests with `handler`.
    pub(crate) async fn start<Handler, Answer>(handler: Handler) -> Result<Self>
    where
        Handler: Fn(Request<Incoming>) -> Answer + Clone + Send + 'static,
        Answer: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        Self::accept(move |stream| serve(stream, false, handler.clone())).await
    }

    /// Starts to give each connection to `serve`.
    pub(crate) async fn accept<Served>(
        serve: impl Fn(TcpStream) -> Served + Send + 'static,
    ) -> Result<Self>
    where
        Served: Future<Output = ()> + Send + 'static,
    {
        Self::accept_at((Ipv4Addr::LOCALHOST, 0).into(), serve).await
    }

    /// The same at another address of this machine, which must be one of loopback.
    pub(crate) async fn accept_at<Served>(
        address: SocketAddr,
        serve: impl Fn(TcpStream) -> Served + Send + 'static,
    ) -> Result<Self>
    where
        Served: Future<Output = ()> + Send + 'static,
    {
        ensure!(address.ip().is_loopback(), "{address} is not of loopback");
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}"))?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                while connections.try_join_next().is_some() {}
                match listener.accept().await {
                    Ok((stream, _)) => {
                        connections.spawn(serve(stream));
                    }
                    Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                    // Any other error would come back at once. The closed port fails the test.
                    Err(_) => return,
                }
            }
        });
        Ok(Self { address, accepting })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The connections belong to this task and end with it.
        self.accepting.abort();
    }
}

/// Answers the requests of one connection.
pub(crate) async fn serve<Handler, Answer, Content>(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    is_http2: bool,
    handler: Handler,
) where
    Handler: Fn(Request<Incoming>) -> Answer,
    Answer: Future<Output = Response<Content>> + Send + 'static,
    Content: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let stream = TokioIo::new(stream);
    let service = service_fn(move |request| {
        let answer = handler(request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    // If a client goes away in the middle, its test sees that.
    let _ = if is_http2 {
        http2::Builder::new(TokioExecutor::new())
            .serve_connection(stream, service)
            .await
    } else {
        http1::Builder::new()
            .serve_connection(stream, service)
            .await
    };
}

/// An answer that says its status in plain words.
pub(crate) fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("{status}\n")));
    *response.status_mut() = status;
    response
}

/// The decoded path, under which a file is kept.
pub(crate) fn decoded_path(uri: &Uri) -> String {
    let path = percent_decode_str(uri.path());
    path.decode_utf8_lossy().into_owned()
}

/// Locks what a server and its test share, also after one of them panicked.
pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
