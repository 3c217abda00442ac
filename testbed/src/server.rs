use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// An HTTP/1.1 server on a loopback port, which ends with its connections when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Starts to answer requests with `handler`.
    pub(crate) async fn start<Handler, Answer>(handler: Handler) -> Result<Self>
    where
        Handler: Fn(Request<Incoming>) -> Answer + Clone + Send + 'static,
        Answer: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("cannot listen on 127.0.0.1")?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, handler));
        Ok(Self { address, accepting })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The connections belong to this task and end with it.
        self.accepting.abort();
    }
}

async fn accept<Handler, Answer>(listener: TcpListener, handler: Handler)
where
    Handler: Fn(Request<Incoming>) -> Answer + Clone + Send + 'static,
    Answer: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, handler.clone()));
            }
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            // Any other error would come back at once and for ever. Closed, the port says so.
            Err(_) => return,
        }
    }
}

async fn serve<Handler, Answer>(stream: TcpStream, handler: Handler)
where
    Handler: Fn(Request<Incoming>) -> Answer,
    Answer: Future<Output = Response<Full<Bytes>>>,
{
    let service = service_fn(move |request| {
        let answer = handler(request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    // A client that goes away in the middle is the client's affair: its test sees it there.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
