use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use bytes::Bytes;
use http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;

use crate::file::file_for;
use crate::server::{Server, decoded_path, listens, lock, plain};

/// A CDN that serves files from memory and counts the GET requests for each path.
#[derive(Debug)]
pub struct StandInCdn {
    server: Server,
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Debug, Default)]
struct Shelf {
    files: BTreeMap<String, Bytes>,
    hits: BTreeMap<String, usize>,
    credentials: usize,
}

listens!(StandInCdn, "http", server.address);

impl StandInCdn {
    /// Starts a CDN that serves `files`, each under its path, which begins with `/`.
    ///
    /// A path is written decoded: the file at `/a+b` is served for `/a+b` and for `/a%2Bb`.
    ///
    /// # Errors
    ///
    /// When no loopback port can be bound.
    pub async fn start<Name, Content>(
        files: impl IntoIterator<Item = (Name, Content)>,
    ) -> Result<Self>
    where
        Name: Into<String>,
        Content: Into<Bytes>,
    {
        let files = files.into_iter();
        let files = files.map(|(path, content)| (path.into(), content.into()));
        Self::start_with(files.collect()).await
    }

    async fn start_with(files: BTreeMap<String, Bytes>) -> Result<Self> {
        let shelf = Arc::new(Mutex::new(Shelf {
            files,
            ..Shelf::default()
        }));
        let shared = Arc::clone(&shelf);
        let server = Server::start(move |request| {
            let response = answer(&request, &mut lock(&shared));
            async { response }
        })
        .await?;
        Ok(Self { server, shelf })
    }

    /// Adds a file, or replaces the one at that path.
    pub fn insert(&self, path: impl Into<String>, content: impl Into<Bytes>) {
        lock(&self.shelf).files.insert(path.into(), content.into());
    }

    /// How often each decoded path was asked for with GET, those of no file included.
    pub fn hits(&self) -> BTreeMap<String, usize> {
        lock(&self.shelf).hits.clone()
    }

    /// How many requests came with a credential.
    pub fn credentials(&self) -> usize {
        lock(&self.shelf).credentials
    }
}

fn answer<Body>(request: &Request<Body>, shelf: &mut Shelf) -> Response<Full<Bytes>> {
    if !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED);
        let allowed = HeaderValue::from_static("GET, HEAD, OPTIONS");
        response.headers_mut().insert(ALLOW, allowed);
        return response;
    }
    if request.headers().contains_key(AUTHORIZATION) {
        shelf.credentials += 1;
    }
    let path = decoded_path(request.uri());
    let response = match shelf.files.get(&path) {
        Some(content) => {
            let mut response = file_for(request, content.clone());
            let content_type = HeaderValue::from_static(content_type(&path));
            response.headers_mut().insert(CONTENT_TYPE, content_type);
            response
        }
        None => plain(StatusCode::NOT_FOUND),
    };
    if request.method() == Method::GET {
        *shelf.hits.entry(path).or_default() += 1;
    }
    response
}

fn content_type(path: &str) -> &'static str {
    match Path::new(path).extension().and_then(|name| name.to_str()) {
        Some("crate") => "application/gzip",
        Some("html") => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    }
}
