//! One response while Guzzle reads it: counted, timed, and aborted beyond the core's limits.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use ext_php_rs::types::Zval;
use lomi::binding::{self as core, RawResponse, TransportError, messages};
use lomi::{ErrorKind, Limits, Message, Outcome};

use super::{installed, response};
use crate::zend::{
    Array, AsObject, Call, Class, ClassRef, Done, Object, Thrown, call_function, call_method,
    call_value, class_named, handler, long, new_object, payload, payload_mut, payload_type,
    string_zval,
};

static TRANSFER: ClassRef = ClassRef::new();

const STREAMS: &str = "GuzzleHttp\\Psr7\\FnStream";

/// The transfer of one response. Guzzle's callbacks and the caller share it.
#[derive(Clone, Default)]
pub(super) struct Transfer(Rc<RefCell<State>>);

payload_type!(Transfer, |transfer, visit| {
    // While a request is in flight, the caller is a second owner.
    if Rc::strong_count(&transfer.0) == 1
        && let Ok(state) = transfer.0.try_borrow()
    {
        state.file.iter().chain(&state.on_headers).chain(&state.progress).for_each(visit);
    }
});

#[derive(Default)]
struct State {
    limits: Limits,
    idle: Duration,
    /// The stream `php://temp` with the body: in memory, or in a file if it is long.
    file: Option<Zval>,
    /// The client's callback `on_headers` callback, which is called as well.
    on_headers: Option<Zval>,
    progress: Option<Zval>,
    /// A callback of ours was called.
    touched: bool,
    received: usize,
    last_sizes: (i64, i64),
    last_progress: Option<Instant>,
    /// The head of a response was received. Before it the idle timeout does not apply: the server
    /// may still work.
    head_received: bool,
    /// Number of 1xx responses.
    interim: usize,
    /// Head of a response that is an error. Its status is enough where the body exceeds the
    /// limits.
    failure: Option<RawResponse>,
    refused: Option<TransportError>,
}

impl State {
    fn only_interim(&self, failure: &TransportError) -> bool {
        failure.kind == ErrorKind::ResponseTooLarge && self.interim > 1 && !self.head_received
    }
}

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\Internal\\Transfer")
        .sealed()
        .with_payload::<Transfer>()
        .method("headers(object $response): void", handler(headers))
        .method("write(string $string): int", handler(write))
        .method(
            "progress($handle, int $size, int $down, int $upSize, int $up): int",
            handler(|call: &mut Call<'_>| progress(call, 1)),
        )
        .method(
            "progressOfGuzzle(int $size, int $down, int $upSize, int $up): int",
            handler(|call: &mut Call<'_>| progress(call, 0)),
        )
        .register(&TRANSFER)
}

impl Transfer {
    pub(super) fn new(prepared: &core::Call, on_headers: Zval, progress: Zval) -> Self {
        let given = |value: Zval| Some(value).filter(|value| !value.is_null());
        Self(Rc::new(RefCell::new(State {
            limits: prepared.limits_in_memory(),
            idle: prepared.idle_timeout(),
            on_headers: given(on_headers),
            progress: given(progress),
            ..State::default()
        })))
    }

    /// Whether the client has shown nothing of the transfer: no progress, and no response.
    pub(super) fn untouched(&self) -> bool {
        !self.0.borrow().touched
    }

    /// Why the transfer was aborted, if it was.
    pub(super) fn refused(&self) -> Option<TransportError> {
        self.0.borrow().refused.clone()
    }

    /// The result for the core. Our reason for aborting is more precise than the client's
    /// exception; an error response that is too large keeps its status.
    pub(super) fn settle(
        &self,
        result: Result<RawResponse, TransportError>,
    ) -> Result<RawResponse, TransportError> {
        let mut state = self.0.borrow_mut();
        match (state.refused.take(), result) {
            (Some(refused), _) => {
                let too_large = refused.kind == ErrorKind::ResponseTooLarge;
                state.failure.take().filter(|_| too_large).ok_or(refused)
            }
            // curl counts 1xx responses among the headers and aborts; no response came.
            (None, Err(failure)) if state.only_interim(&failure) => Err(TransportError::new(
                ErrorKind::Timeout,
                Outcome::Unknown,
                messages::only_interim_responses(state.interim, failure.message),
            )),
            (None, result) => result,
        }
    }

    /// Sets the callbacks of a request.
    pub(super) fn install(&self, options: &mut Array, curl: &mut Array) -> Result<(), Thrown> {
        let class = TRANSFER.get().ok_or_else(|| Thrown::defect("there is no Transfer"))?;
        let mut object = new_object(class)?;
        if let Some(payload) = object.object_mut().and_then(payload_mut::<Self>) {
            *payload = self.clone();
        }
        let method = |name: &str| {
            [object.shallow_clone(), string_zval(name)].into_iter().collect::<Array>().finish()
        };
        options.set("on_headers", method("headers"));
        if installed::major_version() >= 8 {
            // It refuses curl's options for this, and its own can abort, as those of 7 cannot.
            options.set("progress", method("progressOfGuzzle"));
        } else {
            curl.set(NO_PROGRESS, long(0));
            curl.set(PROGRESS, method("progress"));
        }
        if class_named(STREAMS).is_some() {
            let names = &mut [string_zval("php://temp"), string_zval("w+")];
            let file = call_function("fopen", names)?;
            let stream = &mut [file.shallow_clone()];
            let stream = call_function("GuzzleHttp\\Psr7\\Utils::streamFor", stream)?;
            let mut methods = Array::new();
            methods.set("write", method("write"));
            let decorated = &mut [stream, methods.finish()];
            let sink = call_function("GuzzleHttp\\Psr7\\FnStream::decorate", decorated)?;
            self.0.borrow_mut().file = Some(file);
            options.set("sink", sink);
        }
        Ok(())
    }

    fn refuse(&self, kind: ErrorKind, outcome: Outcome, message: Message) {
        self.0.borrow_mut().refused.get_or_insert(TransportError::new(kind, outcome, message));
    }

    fn too_large(&self, message: Message) {
        self.refuse(ErrorKind::ResponseTooLarge, Outcome::Final, message);
    }
}

/// curl's `CURLOPT_NOPROGRESS` and `CURLOPT_PROGRESSFUNCTION`.
const NO_PROGRESS: &str = "43";
const PROGRESS: &str = "20056";

fn transfer(call: &mut Call<'_>) -> Result<Transfer, Thrown> {
    payload::<Transfer>(call.handle()?).cloned().ok_or_else(|| Thrown::defect("no Transfer"))
}

/// The head of a response; it comes again where the client's middleware repeats a request.
fn headers(call: &mut Call<'_>) -> Done {
    let transfer = transfer(call)?;
    let response = call.required(0)?.shallow_clone();
    let status = match response.handle() {
        Some(response) => call_method(response, "getStatusCode", &mut [])?.long(),
        None => None,
    };
    let status = status.and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
    let (file, callback, limits) = {
        let mut state = transfer.0.borrow_mut();
        state.touched = true;
        state.received = 0;
        state.last_progress = None;
        state.head_received = status >= 200;
        state.interim += usize::from(status < 200);
        state.failure = None;
        let copy = |value: &Option<Zval>| value.as_ref().map(Zval::shallow_clone);
        (copy(&state.file), copy(&state.on_headers), state.limits)
    };
    if let Some(file) = file {
        call_function("ftruncate", &mut [file.shallow_clone(), long(0)])?;
        call_function("rewind", &mut [file])?;
    }
    if let Some(callback) = callback {
        call_value(&callback, &mut [response.shallow_clone()])?;
    }
    let Some(response) = response.handle() else { return Ok(()) };
    if size_of_headers(response)? > limits.headers {
        transfer.too_large(messages::headers_too_long(limits.headers));
    }
    let name = &mut [string_zval("Content-Length")];
    let announced = call_method(response, "getHeaderLine", name)?;
    let announced = announced.str().and_then(|length| length.trim().parse::<usize>().ok());
    if status >= 300 && transfer.refused().is_none() {
        let headers = response::headers(response)?;
        let failure = RawResponse { status, headers, body: Default::default() };
        transfer.0.borrow_mut().failure = Some(failure);
    }
    if announced.is_some_and(|length| length > limits.body) {
        transfer.too_large(messages::body_too_large(limits.body));
    }
    match transfer.refused() {
        // Guzzle aborts the transfer where this throws.
        Some(refused) => Err(Thrown::validation(refused.message)),
        None => Ok(()),
    }
}

fn size_of_headers(response: Object<'_>) -> Result<usize, Thrown> {
    let headers = call_method(response, "getHeaders", &mut [])?;
    let mut size = 0;
    for (name, values) in crate::zend::pairs_of(&headers) {
        let name = name.to_string().len();
        let values = values.array().into_iter().flat_map(crate::zend::values);
        size += values.map(|value| name + value.str().map_or(0, str::len)).sum::<usize>();
    }
    Ok(size)
}

/// The next bytes of a body. Returning 0 makes the client abort.
fn write(call: &mut Call<'_>) -> Done {
    let transfer = transfer(call)?;
    let chunk = call.required(0)?.shallow_clone();
    let length = chunk.zend_str().map_or(0, |text| text.as_bytes().len());
    let (file, over, most) = {
        let mut state = transfer.0.borrow_mut();
        state.touched = true;
        state.received += length;
        state.last_progress = None;
        let over = state.received > state.limits.body;
        (state.file.as_ref().map(Zval::shallow_clone), over, state.limits.body)
    };
    if over {
        transfer.too_large(messages::body_too_large(most));
        return call.give_long(0);
    }
    let Some(file) = file else { return call.give_long(0) };
    let written = call_function("fwrite", &mut [file, chunk])?;
    call.give_long(written.long().unwrap_or_default())
}

/// curl calls this at least once a second. Anything but 0 ends the request. The sizes start at
/// argument `first`.
fn progress(call: &mut Call<'_>, first: usize) -> Done {
    let transfer = transfer(call)?;
    let size = |position| call.integer(first + position);
    let sizes = [size(0)?, size(1)?, size(2)?, size(3)?];
    transfer.0.borrow_mut().touched = true;
    let callback = transfer.0.borrow().progress.as_ref().map(Zval::shallow_clone);
    if let Some(callback) = callback {
        call_value(&callback, &mut sizes.map(long))?;
    }
    let [_, down, _, up] = sizes;
    let silent = {
        let mut state = transfer.0.borrow_mut();
        if state.last_sizes != (down, up) {
            state.last_sizes = (down, up);
            state.last_progress = None;
        }
        let idle = state.idle;
        let last_progress = *state.last_progress.get_or_insert_with(Instant::now);
        Some(idle).filter(|idle| state.head_received && last_progress.elapsed() > *idle)
    };
    if let Some(idle) = silent {
        let message = messages::part_of_response(format!("{:.1}", idle.as_secs_f64()));
        transfer.refuse(ErrorKind::Timeout, Outcome::Unknown, message);
    }
    call.give_long(transfer.refused().is_some().into())
}
