//! Responses whose body is broken on purpose.

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

/// Marks a response whose body must not be read before it is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct BrokenBody;

/// An HTML page in place of JSON.
pub(super) fn page(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response()
}

async fn split(response: Response) -> (axum::http::response::Parts, Bytes) {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map(|b| b.to_bytes()).unwrap_or_default();
    (parts, bytes)
}

/// `Content-Length` of the whole body; half of it is sent.
pub(super) async fn truncated(response: Response) -> Response {
    let (mut parts, bytes) = split(response).await;
    parts.extensions.insert(BrokenBody);
    // The half must be sent before the error: closing the connection discards the buffer.
    let flush = Box::pin(sleep_until(Instant::now() + Duration::from_millis(50)));
    let half = bytes.slice(..bytes.len() / 2);
    let body = Half { half: Some(half), flush, content_length: bytes.len() as u64 };
    Response::from_parts(parts, Body::new(body))
}

struct Half {
    half: Option<Bytes>,
    flush: Pin<Box<Sleep>>,
    content_length: u64,
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(half) = self.half.take().filter(|b| !b.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        // After an error in a body, hyper closes the connection.
        let cut = || Some(Err(io::Error::other("truncated on purpose")));
        self.flush.as_mut().poll(context).map(|()| cut())
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.content_length)
    }
}

/// The body one byte at a time.
pub(super) async fn dripping(response: Response, pause: Duration) -> Response {
    let (mut parts, bytes) = split(response).await;
    parts.extensions.insert(BrokenBody);
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
