//! `LomiSDK\Configuration`: the documented settings, and the deadlines that were
//! missing. Keys live in Rust, where `print_r`, `var_dump` and `serialize` do not reach.

use std::cell::RefCell;

use ext_php_rs::types::{ZendObject, Zval};
use lomi::{Client, ConfigBuilder, Secret};

use crate::zend::{
    Array, Call, Class, ClassRef, Done, Thrown, call_method, handler, new_object, payload,
    payload_mut, payload_type, static_property, string_zval, update_static_property,
};

pub(crate) static CONFIGURATION: ClassRef = ClassRef::new();

/// The documented identifier of the API key: its header.
const API_KEY: &str = "X-API-KEY";
const DEFAULT: &str = "defaultConfiguration";
/// Hosts by index, as documented.
const HOSTS: &[(&str, &str)] =
    &[("https://api.lomi.africa/v1", "Live"), ("https://sandbox.api.lomi.africa/v1", "Sandbox")];

/// What a configuration holds.
#[derive(Clone, Default)]
struct Settings {
    api_keys: Vec<(String, Secret)>,
    prefixes: Vec<(String, String)>,
    access_token: Option<Secret>,
    username: Option<String>,
    password: Option<Secret>,
    host: Option<String>,
    user_agent: Option<String>,
    debug: bool,
    debug_file: Option<String>,
    temp_folder: Option<String>,
    cert_file: Option<String>,
    key_file: Option<String>,
    boolean_as_text: bool,
    timeout: Option<f64>,
    connect_timeout: Option<f64>,
    max_retries: Option<u32>,
    routes: Option<String>,
    /// The client that these settings make, kept until one of them changes.
    made: RefCell<Vec<(u32, Client)>>,
}

payload_type!(Settings);

/// What HTTP libraries of PHP's own need to know.
#[derive(Clone)]
pub(crate) struct Certificates {
    pub(crate) cert: Option<String>,
    pub(crate) key: Option<String>,
}

pub(crate) fn register() -> Result<(), String> {
    let class = Class::new("LomiSDK\\Configuration")
        .holds::<Settings>()
        .constant("BOOLEAN_FORMAT_INT", crate::errors::interned_zval("int"))
        .constant("BOOLEAN_FORMAT_STRING", crate::errors::interned_zval("string"))
        .private_static(DEFAULT)
        .method("__construct()", handler(construct))
        .method("setApiKey($apiKeyIdentifier, sensitive $key)", handler(set_api_key))
        .method("getApiKey($apiKeyIdentifier)", handler(get_api_key))
        .method("setApiKeyPrefix($apiKeyIdentifier, $prefix)", handler(set_api_key_prefix))
        .method("getApiKeyPrefix($apiKeyIdentifier)", handler(get_api_key_prefix))
        .method("getApiKeyWithPrefix($apiKeyIdentifier)", handler(get_api_key_with_prefix))
        .method("setAccessToken(sensitive $accessToken)", handler(set_access_token))
        .method("getAccessToken()", handler(|c| secret(c, |s| s.access_token.as_ref())))
        .method("setUsername($username)", handler(|c| set(c, |s, v| s.username = Some(v))))
        .method("getUsername()", handler(|c| text(c, |s| s.username.as_deref().unwrap_or(""))))
        .method("setPassword(sensitive $password)", handler(set_password))
        .method("getPassword()", handler(|c| secret(c, |s| s.password.as_ref())))
        .method("setHost($host)", handler(|c| set(c, |s, v| s.host = Some(v))))
        .method("getHost()", handler(|c| text(c, Settings::host)))
        .method("setUserAgent($userAgent)", handler(set_user_agent))
        .method("getUserAgent()", handler(|c| text(c, Settings::user_agent)))
        .method("setDebug($debug)", handler(set_debug))
        .method("getDebug()", handler(get_debug))
        .method("setDebugFile($debugFile)", handler(|c| set(c, |s, v| s.debug_file = Some(v))))
        .method("getDebugFile()", handler(|c| text(c, Settings::debug_file)))
        .method(
            "setTempFolderPath($tempFolderPath)",
            handler(|c| set(c, |s, v| s.temp_folder = Some(v))),
        )
        .method("getTempFolderPath()", handler(get_temp_folder_path))
        .method("setCertFile($certFile)", handler(|c| set(c, |s, v| s.cert_file = Some(v))))
        .method("getCertFile()", handler(|c| optional(c, |s| s.cert_file.as_deref())))
        .method("setKeyFile($keyFile)", handler(|c| set(c, |s, v| s.key_file = Some(v))))
        .method("getKeyFile()", handler(|c| optional(c, |s| s.key_file.as_deref())))
        .method("setBooleanFormatForQueryString($booleanFormat)", handler(set_boolean_format))
        .method("getBooleanFormatForQueryString()", handler(get_boolean_format))
        .method("setTimeout(?float $seconds)", handler(set_timeout))
        .method("getTimeout(): float", handler(get_timeout))
        .method("setConnectTimeout(?float $seconds)", handler(set_connect_timeout))
        .method("getConnectTimeout(): float", handler(get_connect_timeout))
        .method("setMaxRetries(int $maxRetries)", handler(set_max_retries))
        .method("getMaxRetries(): int", handler(get_max_retries))
        .method("setRoutes(string $routes)", handler(set_routes))
        .method("getRoutes(): string", handler(|c| text(c, Settings::routes)))
        .method("static getDefaultConfiguration()", handler(get_default))
        .method(
            "static setDefaultConfiguration(LomiSDK\\Configuration $config)",
            handler(set_default),
        )
        .method("static toDebugReport()", handler(to_debug_report))
        .method("getHostSettings()", handler(|c| c.give(host_settings())))
        .method(
            "static getHostString(array $hostSettings, $hostIndex, ?array $variables = null)",
            handler(get_host_string),
        )
        .method("getHostFromSettings($index, $variables = null)", handler(get_host_from_settings))
        .method("__debugInfo(): array", handler(debug_info));
    class.register(&CONFIGURATION)
}

impl Settings {
    fn host(&self) -> &str {
        self.host.as_deref().unwrap_or(HOSTS.first().map_or("", |host| host.0))
    }

    fn user_agent(&self) -> &str {
        self.user_agent.as_deref().unwrap_or(crate::USER_AGENT)
    }

    fn debug_file(&self) -> &str {
        self.debug_file.as_deref().unwrap_or("php://output")
    }

    fn routes(&self) -> &str {
        self.routes.as_deref().unwrap_or("auto")
    }

    fn key(&self, identifier: &str) -> Option<&Secret> {
        self.api_keys.iter().find(|(known, _)| known == identifier).map(|(_, key)| key)
    }

    fn prefix(&self, identifier: &str) -> Option<&str> {
        self.prefixes.iter().find(|(known, _)| known == identifier).map(|(_, p)| p.as_str())
    }

    fn build(&self, host: &str) -> Result<Client, Thrown> {
        Ok(Client::with(ConfigBuilder {
            api_key: self.key(API_KEY).cloned(),
            key_optional: true,
            api_key_prefix: self.prefix(API_KEY).map(str::to_owned),
            base_url: Some(host.to_owned()),
            user_agent: Some(self.user_agent().to_owned()),
            routes: self.routes().parse()?,
            timeout: Some(lomi::seconds("timeout", self.timeout.unwrap_or_else(default_timeout))?),
            connect_timeout: self
                .connect_timeout
                .map(|seconds| lomi::seconds("connect_timeout", seconds))
                .transpose()?,
            max_retries: self.max_retries,
            ..ConfigBuilder::default()
        })?)
    }
}

/// The deadline of a call: `lomi.timeout`, else one that ends before php-fpm's own.
pub(crate) fn default_timeout() -> f64 {
    crate::ini::timeout().unwrap_or_else(|| if crate::ini::is_web_server() { 25.0 } else { 60.0 })
}

/// The client that a configuration stands for.
pub(crate) fn client(object: &ZendObject, host_index: u32) -> Result<Client, Thrown> {
    let settings = settings(object)?;
    // A subclass in PHP may answer for itself.
    if object.ce != CONFIGURATION.raw() {
        return overridden(object, settings, host_index);
    }
    if let Some((_, made)) = settings.made.borrow().iter().find(|(index, _)| *index == host_index) {
        return Ok(made.clone());
    }
    let made = match host_index {
        0 => settings.build(settings.host())?,
        index => settings.build(host_at(index.into())?)?,
    };
    settings.made.borrow_mut().push((host_index, made.clone()));
    Ok(made)
}

fn overridden(object: &ZendObject, settings: &Settings, host_index: u32) -> Result<Client, Thrown> {
    let mut said = settings.clone();
    let ask = |name: &str, arguments: &mut [Zval]| -> Result<Option<String>, Thrown> {
        let value = call_method(object, name, arguments)?;
        if value.is_null() { Ok(None) } else { crate::zend::text_of(&value) }
    };
    let identifier = || [string_zval(API_KEY)];
    if let Some(key) = ask("getApiKey", &mut identifier())? {
        said.api_keys = vec![(API_KEY.to_owned(), Secret::new(key))];
    }
    if let Some(prefix) = ask("getApiKeyPrefix", &mut identifier())? {
        said.prefixes = vec![(API_KEY.to_owned(), prefix)];
    }
    said.user_agent = ask("getUserAgent", &mut [])?;
    let host = match host_index {
        0 => ask("getHost", &mut [])?.unwrap_or_default(),
        index => host_at(index.into())?.to_owned(),
    };
    said.build(&host)
}

/// Where the wire log of a configuration goes; nothing where it is off.
pub(crate) fn debug_file(object: &ZendObject) -> Option<String> {
    let settings = settings(object).ok()?;
    settings.debug.then(|| settings.debug_file().to_owned())
}

/// The client certificate of a configuration.
pub(crate) fn certificates(object: &ZendObject) -> Result<Certificates, Thrown> {
    let settings = settings(object)?;
    Ok(Certificates { cert: settings.cert_file.clone(), key: settings.key_file.clone() })
}

/// The default configuration of this request. It lives in a static property, which the
/// engine empties after each request: no key outlives the one that set it.
pub(crate) fn default() -> Result<Zval, Thrown> {
    let class = CONFIGURATION.get().ok_or_else(|| Thrown::defect("there is no Configuration"))?;
    let known = static_property(class, DEFAULT);
    if known.is_object() {
        return Ok(known);
    }
    let made = new_object(class)?;
    update_static_property(class, DEFAULT, made.shallow_clone());
    Ok(made)
}

fn settings(object: &ZendObject) -> Result<&Settings, Thrown> {
    payload(object).ok_or_else(|| Thrown::validation("this is no LomiSDK\\Configuration"))
}

fn change(call: &mut Call<'_>, set: impl FnOnce(&mut Settings)) -> Done {
    let settings = payload_mut::<Settings>(call.this()?)
        .ok_or_else(|| Thrown::validation("this is no LomiSDK\\Configuration"))?;
    set(settings);
    settings.made.borrow_mut().clear();
    call.give_this()
}

fn set(call: &mut Call<'_>, set: impl FnOnce(&mut Settings, String)) -> Done {
    let value = call.text(0)?;
    change(call, |settings| set(settings, value))
}

fn text(call: &mut Call<'_>, read: impl Fn(&Settings) -> &str) -> Done {
    let value = string_zval(read(settings(call.this()?)?));
    call.give(value)
}

fn optional(call: &mut Call<'_>, read: impl Fn(&Settings) -> Option<&str>) -> Done {
    let value = read(settings(call.this()?)?).map_or_else(Zval::null, string_zval);
    call.give(value)
}

fn secret(call: &mut Call<'_>, read: impl Fn(&Settings) -> Option<&Secret>) -> Done {
    let value = string_zval(read(settings(call.this()?)?).map_or("", Secret::expose));
    call.give(value)
}

/// The key of `LOMI_API_KEY` or `lomi.api_key` stands in until one is set.
fn construct(call: &mut Call<'_>) -> Done {
    let _ = call.this()?;
    Ok(())
}

fn set_api_key(call: &mut Call<'_>) -> Done {
    let identifier = call.text(0)?;
    let key = call.optional_text(1)?;
    change(call, |settings| {
        settings.api_keys.retain(|(known, _)| *known != identifier);
        if let Some(key) = key {
            settings.api_keys.push((identifier, Secret::new(key)));
        }
    })
}

fn get_api_key(call: &mut Call<'_>) -> Done {
    let identifier = call.text(0)?;
    let key = settings(call.this()?)?.key(&identifier).map(|key| string_zval(key.expose()));
    call.give(key.unwrap_or_else(Zval::null))
}

fn set_api_key_prefix(call: &mut Call<'_>) -> Done {
    let (identifier, prefix) = (call.text(0)?, call.text(1)?);
    change(call, |settings| {
        settings.prefixes.retain(|(known, _)| *known != identifier);
        settings.prefixes.push((identifier, prefix));
    })
}

fn get_api_key_prefix(call: &mut Call<'_>) -> Done {
    let identifier = call.text(0)?;
    optional(call, |settings| settings.prefix(&identifier))
}

fn get_api_key_with_prefix(call: &mut Call<'_>) -> Done {
    let identifier = call.text(0)?;
    let settings = settings(call.this()?)?;
    let key = settings.key(&identifier).map(|key| match settings.prefix(&identifier) {
        Some(prefix) => string_zval(&format!("{prefix} {}", key.expose())),
        None => string_zval(key.expose()),
    });
    call.give(key.unwrap_or_else(Zval::null))
}

fn set_access_token(call: &mut Call<'_>) -> Done {
    set(call, |settings, token| settings.access_token = Some(Secret::new(token)))
}

fn set_password(call: &mut Call<'_>) -> Done {
    set(call, |settings, password| settings.password = Some(Secret::new(password)))
}

fn set_user_agent(call: &mut Call<'_>) -> Done {
    if !call.required(0)?.is_string() {
        return Err(Thrown::invalid_argument("User-agent must be a string."));
    }
    set(call, |settings, agent| settings.user_agent = Some(agent))
}

fn set_debug(call: &mut Call<'_>) -> Done {
    let debug = call.required(0)?.coerce_to_bool();
    change(call, |settings| settings.debug = debug)
}

fn get_debug(call: &mut Call<'_>) -> Done {
    let debug = settings(call.this()?)?.debug;
    call.give_bool(debug)
}

fn get_temp_folder_path(call: &mut Call<'_>) -> Done {
    match settings(call.this()?)?.temp_folder.clone() {
        Some(folder) => call.give_text(&folder),
        None => {
            let folder = crate::zend::call_function("sys_get_temp_dir", &mut [])?;
            call.give(folder)
        }
    }
}

fn set_boolean_format(call: &mut Call<'_>) -> Done {
    set(call, |settings, format| settings.boolean_as_text = format == "string")
}

fn get_boolean_format(call: &mut Call<'_>) -> Done {
    text(call, |settings| if settings.boolean_as_text { "string" } else { "int" })
}

fn seconds_of(call: &Call<'_>, name: &str) -> Result<Option<f64>, Thrown> {
    let given = call.required(0)?;
    if given.is_null() {
        return Ok(None);
    }
    let seconds = given.coerce_to_double().unwrap_or(f64::NAN);
    lomi::seconds(name, seconds)?;
    Ok(Some(seconds))
}

fn set_timeout(call: &mut Call<'_>) -> Done {
    let seconds = seconds_of(call, "timeout")?;
    change(call, |settings| settings.timeout = seconds)
}

fn get_timeout(call: &mut Call<'_>) -> Done {
    let mut value = Zval::new();
    value.set_double(settings(call.this()?)?.timeout.unwrap_or_else(default_timeout));
    call.give(value)
}

fn set_connect_timeout(call: &mut Call<'_>) -> Done {
    let seconds = seconds_of(call, "connect_timeout")?;
    change(call, |settings| settings.connect_timeout = seconds)
}

fn get_connect_timeout(call: &mut Call<'_>) -> Done {
    let mut value = Zval::new();
    value.set_double(settings(call.this()?)?.connect_timeout.unwrap_or(10.0));
    call.give(value)
}

fn set_max_retries(call: &mut Call<'_>) -> Done {
    let retries = u32::try_from(call.integer(0)?)
        .map_err(|_| Thrown::validation("max_retries has to be 0 or more"))?;
    change(call, |settings| settings.max_retries = Some(retries))
}

fn get_max_retries(call: &mut Call<'_>) -> Done {
    let retries = settings(call.this()?)?.max_retries.unwrap_or(2);
    call.give_long(retries.into())
}

fn set_routes(call: &mut Call<'_>) -> Done {
    let routes = call.text(0)?;
    routes.parse::<lomi::RouteChoice>()?;
    change(call, |settings| settings.routes = Some(routes))
}

fn get_default(call: &mut Call<'_>) -> Done {
    let known = default()?;
    call.give(known)
}

fn set_default(call: &mut Call<'_>) -> Done {
    let given = call.required(0)?;
    let class = CONFIGURATION.get().ok_or_else(|| Thrown::defect("there is no Configuration"))?;
    if !given.object().is_some_and(|object| object.instance_of(class)) {
        return Err(call.wrong_type(0, "LomiSDK\\Configuration", given));
    }
    update_static_property(class, DEFAULT, given.shallow_clone());
    Ok(())
}

fn to_debug_report(call: &mut Call<'_>) -> Done {
    let php = crate::zend::call_function("phpversion", &mut [])?;
    let system = crate::zend::call_function("php_uname", &mut [])?;
    let known = default()?;
    let folder = match known.object() {
        Some(object) => call_method(object, "getTempFolderPath", &mut [])?,
        None => Zval::null(),
    };
    call.give_text(&format!(
        "PHP SDK (LomiSDK) Debug Report:\n    OS: {}\n    PHP Version: {}\n    \
         The version of the OpenAPI document: {}\n    SDK Package Version: {}\n    \
         Temp Folder Path: {}\n",
        system.str().unwrap_or_default(),
        php.str().unwrap_or_default(),
        crate::generated::API_VERSION,
        lomi::VERSION,
        folder.str().unwrap_or_default(),
    ))
}

fn host_settings() -> Zval {
    let mut hosts = Array::new();
    for (url, description) in HOSTS {
        let mut host = Array::new();
        host.set("url", string_zval(url));
        host.set("description", string_zval(description));
        hosts.push(host.finish());
    }
    hosts.finish()
}

fn host_at(index: i64) -> Result<&'static str, Thrown> {
    usize::try_from(index).ok().and_then(|index| HOSTS.get(index)).map(|host| host.0).ok_or_else(
        || {
            Thrown::invalid_argument(format!(
                "Invalid index {index} when selecting the host. Must be less than {}",
                HOSTS.len()
            ))
        },
    )
}

fn get_host_string(call: &mut Call<'_>) -> Done {
    let index = call.integer(1)?;
    let given = call.required(0)?;
    let hosts = given.array().ok_or_else(|| call.wrong_type(0, "array", given))?;
    let host = hosts.get_index(index).and_then(|host| host.array()?.get("url")?.string());
    match host {
        Some(url) => {
            let url = with_variables(url, call.argument(2));
            call.give_text(&url)
        }
        None => Err(Thrown::invalid_argument(format!(
            "Invalid index {index} when selecting the host. Must be less than {}",
            hosts.len()
        ))),
    }
}

/// Fills `{name}` in a host of the caller's own.
fn with_variables(mut url: String, variables: Option<&Zval>) -> String {
    for (name, value) in variables.and_then(Zval::array).into_iter().flatten() {
        if let Some(value) = value.str() {
            url = url.replace(&format!("{{{name}}}"), value);
        }
    }
    url
}

fn get_host_from_settings(call: &mut Call<'_>) -> Done {
    let host = host_at(call.integer(0)?)?;
    call.give_text(host)
}

/// What `print_r` and `var_dump` show: no key.
fn debug_info(call: &mut Call<'_>) -> Done {
    let settings = settings(call.this()?)?;
    let mut keys = Array::new();
    for (identifier, key) in &settings.api_keys {
        keys.set(identifier, string_zval(&key.masked()));
    }
    let mut timeout = Zval::new();
    timeout.set_double(settings.timeout.unwrap_or_else(default_timeout));
    let mut info = Array::new();
    info.set("apiKeys", keys.finish());
    info.set("host", string_zval(&lomi::redact(settings.host())));
    info.set("userAgent", string_zval(settings.user_agent()));
    info.set("timeout", timeout);
    call.give(info.finish())
}
