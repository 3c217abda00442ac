use std::future::pending;
use std::io;
use std::sync::Mutex;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, AGE, CONTENT_LENGTH, ETAG, HOST, IF_NONE_MATCH, LOCATION, RANGE,
    VIA,
};
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::channel::Channel;
use http_body_util::{Either, Full};
use hyper::body::{Body as _, Frame, Incoming};

use super::{Pull, Shelf, Spoil};
use crate::client;
use crate::file::{file_for, whole_for};
use crate::server::{decoded_path, lock, plain};

pub(super) type Content = Either<Full<Bytes>, Channel<Bytes, io::Error>>;

pub(super) async fn answer(
    request: &Request<Incoming>,
    shelf: &Mutex<Shelf>,
    spoil_of_all: Option<Spoil>,
) -> Response<Content> {
    let path = decoded_path(request.uri());
    let (file, spoil, pull) = {
        let mut shelf = lock(shelf);
        shelf.requests += 1;
        let authorizations = request.headers().get_all("authorization");
        shelf
            .authorizations
            .extend(authorizations.into_iter().cloned());
        (
            shelf.files.get(&path).cloned(),
            spoil_of_all.or(shelf.spoils.get(&path).copied()),
            shelf.pull.clone(),
        )
    };
    let file = file.filter(|_| pull.is_none() || request.uri().query().is_none());
    let Some(file) = file else {
        let response = match pull {
            Some(pull) => pulled(request, &pull).await,
            None => plain(StatusCode::NOT_FOUND),
        };
        return response.map(Either::Left);
    };
    let asks = |name| request.headers().contains_key::<HeaderName>(name);
    let response = match spoil {
        Some(Spoil::NoHead) if *request.method() == Method::HEAD => plain(StatusCode::FORBIDDEN),
        Some(Spoil::NoRange) if asks(RANGE) => plain(StatusCode::RANGE_NOT_SATISFIABLE),
        Some(Spoil::NoCondition) if asks(IF_NONE_MATCH) => plain(StatusCode::PRECONDITION_FAILED),
        Some(Spoil::NoPreflight) if *request.method() == Method::OPTIONS => {
            plain(StatusCode::FORBIDDEN)
        }
        Some(Spoil::WholeForRange) if asks(RANGE) => whole_for(file),
        Some(Spoil::OtherRange) if asks(RANGE) => file_for(request, other_bytes(&file)),
        Some(Spoil::NoValidator) => without(file_for(request, file), ETAG),
        Some(Spoil::FromCache) => with(file_for(request, file), AGE, "60"),
        Some(Spoil::NoCors) => without(file_for(request, file), ACCESS_CONTROL_ALLOW_ORIGIN),
        Some(Spoil::TwiceCors) => {
            let mut response = file_for(request, file);
            let all = HeaderValue::from_static("*");
            let headers = response.headers_mut();
            headers.append(ACCESS_CONTROL_ALLOW_ORIGIN, all);
            response
        }
        None
        | Some(
            Spoil::NoHead
            | Spoil::NoRange
            | Spoil::WholeForRange
            | Spoil::OtherRange
            | Spoil::NoCondition
            | Spoil::NoPreflight,
        ) => file_for(request, file),
        Some(Spoil::Missing) => plain(StatusCode::NOT_FOUND),
        Some(Spoil::Forbidden) => with(
            plain(StatusCode::FORBIDDEN),
            HeaderName::from_static("x-served-by"),
            "stand-in-1",
        ),
        Some(Spoil::OtherBytes) => file_for(request, other_bytes(&file)),
        Some(Spoil::BrokenOff) => return broken_off(file),
        Some(Spoil::Silent) => pending().await,
        Some(Spoil::RedirectToItself) => {
            with(plain(StatusCode::FOUND), LOCATION, request.uri().path())
        }
    };
    let response = if *request.method() == Method::HEAD {
        without_body(response)
    } else {
        response
    };
    response.map(Either::Left)
}

/// The answer of the server behind, as a cache passes it on.
async fn pulled(request: &Request<Incoming>, pull: &Pull) -> Response<Full<Bytes>> {
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", PathAndQuery::as_str);
    let behind = Request::builder().method(request.method()).uri(target);
    let behind = behind.header(HOST, pull.host);
    let behind = if pull.is_marked {
        behind.header(VIA, "1.1 stand-in (CloudFront)")
    } else {
        behind
    };
    let answer = match behind.body(Bytes::new()) {
        Ok(request) => client::send(pull.from, request).await.ok(),
        Err(_) => None,
    };
    let Some(mut answer) = answer else {
        return plain(StatusCode::BAD_GATEWAY);
    };
    // The others are about the connection, or nothing that a test looks at.
    let location = answer.headers_mut().remove(LOCATION);
    answer.headers_mut().clear();
    answer
        .headers_mut()
        .extend(location.map(|it| (LOCATION, it)));
    let name = HeaderName::from_static("x-cache");
    with(answer.map(Full::new), name, "Miss from stand-in")
}

/// The answer to HEAD. Over HTTP/2, hyper would send the body.
fn without_body(response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    let length = response.body().size_hint().exact().unwrap_or_default();
    let response = response.map(|_| Full::default());
    with(response, CONTENT_LENGTH, &length.to_string())
}

fn other_bytes(file: &Bytes) -> Bytes {
    file.iter().map(|byte| byte ^ 1).collect()
}

fn without<Body>(mut response: Response<Body>, name: HeaderName) -> Response<Body> {
    response.headers_mut().remove(name);
    response
}

fn with<Body>(mut response: Response<Body>, name: HeaderName, value: &str) -> Response<Body> {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// A body that ends one byte before its `Content-Length`.
fn broken_off(file: Bytes) -> Response<Content> {
    let length = (file.len() + 1).to_string();
    let (mut sender, body) = Channel::new(1);
    // The channel has room for one frame.
    let _ = sender.try_send(Frame::data(file));
    sender.abort(io::ErrorKind::UnexpectedEof.into());
    with(Response::new(Either::Right(body)), CONTENT_LENGTH, &length)
}
