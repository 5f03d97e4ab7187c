//! A client: the core's configured client, and its calls.

mod request;

pub(crate) use request::input;

use std::sync::{Arc, Mutex};

use lomi::binding::{Call, NamedOptions, Target, config_builder};
use lomi::{CallOptions, Error, ErrorKind, Input, Observer, Response};

use crate::binding::Binding;
use crate::caller::{Caller, waited};
use crate::foreign::{ForeignObserver, caller};
use crate::lock::lock;
use crate::offline::Offline;
use crate::packed::{Writer, value_of};
use crate::response::{Refusal, error};
use request::Request;

/// A client.
#[derive(uniffi::Object)]
pub struct BridgeClient {
    inner: lomi::Client,
    binding: &'static Binding,
    /// Warnings about the configuration and the calls, until they are taken.
    warnings: Mutex<Vec<String>>,
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
        let observer = ForeignObserver::at(observer);
        let observer = observer.map(|observer| Arc::new(observer) as Arc<dyn Observer>);
        Ok(Self::with(&settings, observer, offline)?)
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

    /// Makes a call while the calling thread waits. `check_address` is the address of a function
    /// that asks whether the thread has been interrupted, or 0.
    pub fn call_blocking(&self, call: Vec<u8>, check_address: u64) -> Vec<u8> {
        waited(self.call(&mut caller(check_address), &call))
    }
}

impl BridgeClient {
    pub(crate) fn with(
        settings: &[u8],
        observer: Option<Arc<dyn Observer>>,
        offline: Option<Arc<Offline>>,
    ) -> Result<Self, Error> {
        let settings = value_of(settings)?;
        let binding = Binding::named(settings.get("binding").and_then(|name| name.as_str()))?;
        let given = NamedOptions::new(settings, ErrorKind::Configuration, &binding.style);
        let mut builder = config_builder(&given)?;
        let user_agent = || format!("lomi-{}/{}", binding.name, lomi::VERSION);
        builder.user_agent.get_or_insert_with(user_agent);
        builder.binding_logs = given.flag("binding_logs")?;
        builder.offline = offline.map(|offline| offline.inner.clone());
        builder.observer = observer;
        let inner = lomi::Client::with(builder)?;
        let warnings = Mutex::new(inner.config().warnings.clone());
        Ok(Self { inner, binding, warnings })
    }

    /// Makes a call.
    pub(crate) async fn call(&self, caller: &mut impl Caller, call: &[u8]) -> Vec<u8> {
        match Request::read(call, self.binding) {
            Ok(Request { target, input, options, confirms }) => {
                confirms.result_of(self.send(caller, target, input, options).await)
            }
            Err(refused) => self.refused(refused),
        }
    }

    /// The options of a call from bytes.
    pub(crate) fn options(&self, bytes: &[u8]) -> Result<NamedOptions, Error> {
        Ok(self.binding.options(value_of(bytes)?))
    }

    /// A result with an error, in the language of the client.
    pub(crate) fn refused(&self, refused: Error) -> Vec<u8> {
        error(&refused.or_in_language(self.inner.config().language))
    }

    pub(crate) async fn send(
        &self,
        caller: &mut impl Caller,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Box<Response>, Error> {
        caller.run(self.prepare(target, input, options)?).await
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
