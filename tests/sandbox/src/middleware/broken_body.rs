//! Answers that do not arrive as they should.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>\
    <body><h1>Sign in to the Wi-Fi</h1></body></html>\n";

/// Marks an answer whose body is not to be read on the way out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoiled;

/// A web page where JSON is expected.
pub(crate) fn page(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response()
}

async fn split(response: Response) -> (axum::http::response::Parts, Bytes) {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map(|b| b.to_bytes()).unwrap_or_default();
    (parts, bytes)
}

/// The headers promise the whole body; half of it comes.
pub(crate) async fn truncated(response: Response) -> Response {
    let (mut parts, bytes) = split(response).await;
    parts.extensions.insert(Spoiled);
    // The half must have left before the end: what is still in the buffer goes with the
    // connection.
    let flush = Box::pin(sleep_until(Instant::now() + Duration::from_millis(50)));
    let half = bytes.slice(..bytes.len() / 2);
    let body = Half { left: Some(half), flush, promised: bytes.len() as u64 };
    Response::from_parts(parts, Body::new(body))
}

struct Half {
    left: Option<Bytes>,
    flush: Pin<Box<Sleep>>,
    promised: u64,
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(half) = self.left.take().filter(|b| !b.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        // An error in the middle of a body is what makes the server drop the connection.
        let cut = || Some(Err(io::Error::other("cut on purpose")));
        self.flush.as_mut().poll(context).map(|()| cut())
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

/// One byte at a time.
pub(crate) async fn dripping(response: Response, pause: Duration) -> Response {
    let (mut parts, bytes) = split(response).await;
    parts.extensions.insert(Spoiled);
    let sleep = Box::pin(sleep_until(Instant::now() + pause));
    Response::from_parts(parts, Body::new(Drip { bytes, pause, sleep }))
}

struct Drip {
    bytes: Bytes,
    pause: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl hyper::body::Body for Drip {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.bytes.is_empty() {
            return Poll::Ready(None);
        }
        if self.sleep.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        let next = Instant::now() + self.pause;
        self.sleep.as_mut().reset(next);
        Poll::Ready(Some(Ok(Frame::data(self.bytes.split_to(1)))))
    }
}
