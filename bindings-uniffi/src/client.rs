//! A client: the core's configured client, and its calls.

mod in_flight;
mod request;

pub(crate) use request::input;

use std::sync::{Arc, Mutex};

use lomi::binding::{Call, NamedOptions, Target, config_builder, run_awaited, run_blocking};
use lomi::{CallOptions, Error, ErrorKind, Input, Response};

use crate::binding::Binding;
use crate::foreign::{ForeignObserver, check};
use crate::lock::lock;
use crate::offline::Offline;
use crate::packed::{Writer, value_of};
use crate::response::{Refusal, error};
use in_flight::{Cancelled, InFlight};
use request::Request;

/// A client. Its calls are awaited or block the calling thread. An awaited call has an id, which the
/// other half chooses: see [`BridgeClient::cancelled`].
#[derive(uniffi::Object)]
pub struct BridgeClient {
    inner: lomi::Client,
    binding: &'static Binding,
    /// Warnings about the configuration and the calls, until they are taken.
    warnings: Mutex<Vec<String>>,
    cancelled: Arc<Cancelled>,
}

#[uniffi::export]
impl BridgeClient {
    /// A client with these settings. `observer` is the address of a function that takes the events
    /// of attempts, or 0.
    #[uniffi::constructor]
    pub fn new(
        settings: Vec<u8>,
        observer: u64,
        offline: Option<Arc<Offline>>,
    ) -> Result<Self, Refusal> {
        let settings = value_of(&settings)?;
        let binding = Binding::named(settings.get("binding").and_then(|name| name.as_str()))?;
        let given = NamedOptions::new(settings, ErrorKind::Configuration, &binding.style);
        let mut builder = config_builder(&given)?;
        let user_agent = || format!("lomi-{}/{}", binding.name, lomi::VERSION);
        builder.user_agent.get_or_insert_with(user_agent);
        builder.binding_logs = given.flag("binding_logs")?;
        builder.offline = offline.map(|offline| offline.inner.clone());
        if let Some(observer) = ForeignObserver::at(observer) {
            builder.observer = Some(Arc::new(observer));
        }
        let inner = lomi::Client::with(builder)?;
        let warnings = Mutex::new(inner.config().warnings.clone());
        Ok(Self { inner, binding, warnings, cancelled: Arc::default() })
    }

    /// A map of the base URL, the key with its secret part masked, and the warnings since the last
    /// time.
    pub fn about(&self) -> Vec<u8> {
        let config = self.inner.config();
        let masked = config.api_key.as_ref().map(|key| key.masked());
        let warnings = std::mem::take(&mut *lock(&self.warnings));
        let mut writer = Writer::default();
        writer.map(|map| {
            map.string("base_url", Some(&config.base_url));
            map.string("masked_key", masked.as_deref());
            map.name("warnings").list(&warnings, |writer, warning| writer.string(warning));
        });
        writer.bytes
    }

    /// Makes a call. Dropping the future cancels it and closes its connection.
    pub async fn call(&self, id: u64, call: Vec<u8>) -> Vec<u8> {
        match self.read(&call) {
            Ok(request) => {
                let result = self.awaited(id, request.target, request.input, request.options);
                request.confirms.result_of(result.await)
            }
            Err(refused) => self.refused(refused),
        }
    }

    /// Makes a call while the calling thread waits. `check_address` is the address of a function
    /// that asks whether the thread has been interrupted, or 0.
    pub fn call_blocking(&self, call: Vec<u8>, check_address: u64) -> Vec<u8> {
        match self.read(&call) {
            Ok(request) => {
                let Request { target, input, options, confirms } = request;
                confirms.result_of(self.blocking(check_address, target, input, options))
            }
            Err(refused) => self.refused(refused),
        }
    }

    /// The error of an awaited call whose future was dropped, once: it names the idempotency key.
    pub fn cancelled(&self, id: u64) -> Option<Vec<u8>> {
        self.cancelled.take(id).map(|cancelled| error(&cancelled))
    }
}

impl BridgeClient {
    /// The options of a call from bytes.
    pub(crate) fn options(&self, bytes: &[u8]) -> Result<NamedOptions, Error> {
        Ok(self.binding.options(value_of(bytes)?))
    }

    /// A result with an error, in the language of the client.
    pub(crate) fn refused(&self, refused: Error) -> Vec<u8> {
        error(&refused.or_in_language(self.inner.config().language))
    }

    pub(crate) async fn awaited(
        &self,
        id: u64,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Box<Response>, Error> {
        let mut call = self.prepare(target, input, options)?;
        let in_flight = InFlight::new(id, call.progress(), &self.cancelled);
        let result = run_awaited(call).await;
        in_flight.end();
        result
    }

    pub(crate) fn blocking(
        &self,
        check_address: u64,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Box<Response>, Error> {
        let mut call = self.prepare(target, input, options)?;
        let check = check(check_address, call.progress());
        run_blocking(call, check)
    }

    fn read(&self, call: &[u8]) -> Result<Request, Error> {
        Request::read(call, self.binding)
    }

    fn prepare(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Box<Call>, Error> {
        let call = self.inner.prepare(target, input, options)?;
        if !call.warnings().is_empty() {
            lock(&self.warnings).extend_from_slice(call.warnings());
        }
        Ok(call)
    }
}
