//! `LomiSDK\Configuration`: the documented settings, and the deadlines that were
//! missing. Keys live in Rust, where `print_r`, `var_dump` and `serialize` do not reach.

use ext_php_rs::types::Zval;
use lomi::Secret;
use lomi::binding::messages;

use crate::config::ini::default_timeout;
use crate::convert::option::flag;
use crate::documented::settings::{Settings, change, settings};
use crate::documented::{hooks, hosts, network};
use crate::send::psr18::Certificates;
use crate::zend::{
    Array, AsObject, Call, Class, ClassRef, Done, Object, Thrown, call_enabled, call_method,
    double, handler, interned_zval, new_object, static_property, string_zval,
    update_static_property,
};

pub(crate) static CONFIGURATION: ClassRef = ClassRef::new();

const DEFAULT: &str = "defaultConfiguration";

pub(crate) fn register() -> Result<(), String> {
    let class = Class::new("LomiSDK\\Configuration")
        .with_payload::<Settings>()
        .constant("BOOLEAN_FORMAT_INT", interned_zval("int"))
        .constant("BOOLEAN_FORMAT_STRING", interned_zval("string"))
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
        .method("getUsername()", handler(|c| string(c, |s| s.username.as_deref().unwrap_or(""))))
        .method("setPassword(sensitive $password)", handler(set_password))
        .method("getPassword()", handler(|c| secret(c, |s| s.password.as_ref())))
        .method("setHost($host)", handler(|c| set(c, |s, v| s.host = Some(v))))
        .method("getHost()", handler(|c| string(c, Settings::host)))
        .method("setUserAgent($userAgent)", handler(set_user_agent))
        .method("getUserAgent()", handler(|c| string(c, Settings::user_agent)))
        .method("setDebug($debug)", handler(set_debug))
        .method("getDebug()", handler(get_debug))
        .method("setDebugFile($debugFile)", handler(|c| set(c, |s, v| s.debug_file = Some(v))))
        .method("getDebugFile()", handler(|c| string(c, Settings::debug_file)))
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
        .method("setAttemptTimeout(?float $seconds)", handler(set_attempt_timeout))
        .method("getAttemptTimeout(): ?float", handler(|c| seconds(c, |s| s.attempt_timeout)))
        .method("setIdleTimeout(?float $seconds)", handler(set_idle_timeout))
        .method("getIdleTimeout(): ?float", handler(|c| seconds(c, |s| s.idle_timeout)))
        .method("setMaxConnections(int $maxConnections)", handler(network::set_max_connections))
        .method("getMaxConnections(): ?int", handler(network::get_max_connections))
        .method("setHeaders(sensitive array $headers)", handler(network::set_headers))
        .method("getHeaders(): array", handler(network::get_headers))
        .method("setCaFile(?string $caFile)", handler(network::set_ca_file))
        .method("getCaFile(): ?string", handler(|c| optional(c, |s| s.ca_file.as_deref())))
        .method("setCaFiles(array $caFiles)", handler(network::set_ca_files))
        .method("getCaFiles(): array", handler(network::get_ca_files))
        .method("setTlsServerName(?string $tlsServerName)", handler(network::set_tls_server_name))
        .method(
            "getTlsServerName(): ?string",
            handler(|c| optional(c, |s| s.tls_server_name.as_deref())),
        )
        .method("setLimits(array $limits)", handler(network::set_limits))
        .method("getLimits(): array", handler(network::get_limits))
        .method(
            "setProxyHeaders(sensitive array $proxyHeaders)",
            handler(network::set_proxy_headers),
        )
        .method("getProxyHeaders(): array", handler(network::get_proxy_headers))
        .method("setProxy(sensitive ?string $proxy)", handler(network::set_proxy))
        .method(
            "getProxy(): ?string",
            handler(|c| optional(c, |s| s.proxy.as_ref().map(Secret::expose))),
        )
        .method("setMaxRetries(int $maxRetries)", handler(set_max_retries))
        .method("getMaxRetries(): int", handler(get_max_retries))
        .method("setAllowHttp(bool $allowHttp)", handler(set_allow_http))
        .method("getAllowHttp(): bool", handler(get_allow_http))
        .method("setRoutes(string $routes)", handler(set_routes))
        .method("getRoutes(): string", handler(|c| string(c, Settings::routes)))
        .method("setOnRequest(?callable $onRequest)", handler(hooks::set_on_request))
        .method("getOnRequest(): ?callable", handler(hooks::get_on_request))
        .method("setOnResponse(?callable $onResponse)", handler(hooks::set_on_response))
        .method("getOnResponse(): ?callable", handler(hooks::get_on_response))
        .method("static getDefaultConfiguration()", handler(get_default))
        .method(
            "static setDefaultConfiguration(LomiSDK\\Configuration $config)",
            handler(set_default),
        )
        .method("static toDebugReport()", handler(to_debug_report))
        .method("getHostSettings()", handler(|c| c.give(hosts::settings())))
        .method(
            "static getHostString(array $hostSettings, $hostIndex, ?array $variables = null)",
            handler(hosts::get_host_string),
        )
        .method(
            "getHostFromSettings($index, $variables = null)",
            handler(hosts::get_host_from_settings),
        )
        .method("__debugInfo(): array", handler(debug_info));
    class.register(&CONFIGURATION)
}

/// The client certificate of a configuration.
pub(crate) fn certificates(object: Object<'_>) -> Result<Certificates, Thrown> {
    let settings = settings(object)?;
    Ok(Certificates { cert: settings.cert_file.clone(), key: settings.key_file.clone() })
}

/// The default configuration of this request. It lives in a static property, which the
/// engine empties after each request: no key outlives the one that set it.
pub(crate) fn default() -> Result<Zval, Thrown> {
    let class = CONFIGURATION.get().ok_or_else(|| Thrown::defect("there is no Configuration"))?;
    let current = static_property(class, DEFAULT);
    if current.is_object() {
        return Ok(current);
    }
    let made = new_object(class)?;
    update_static_property(class, DEFAULT, made.shallow_clone());
    Ok(made)
}

fn set(call: &mut Call<'_>, set: impl FnOnce(&mut Settings, String)) -> Done {
    let value = call.string(0)?;
    change(call, |settings| set(settings, value))
}

fn string(call: &mut Call<'_>, read: impl Fn(&Settings) -> &str) -> Done {
    let value = string_zval(read(settings(call.handle()?)?));
    call.give(value)
}

fn optional(call: &mut Call<'_>, read: impl Fn(&Settings) -> Option<&str>) -> Done {
    let value = read(settings(call.handle()?)?).map_or_else(Zval::null, string_zval);
    call.give(value)
}

fn secret(call: &mut Call<'_>, read: impl Fn(&Settings) -> Option<&Secret>) -> Done {
    let value = string_zval(read(settings(call.handle()?)?).map_or("", Secret::expose));
    call.give(value)
}

/// Without a key, `LOMI_API_KEY` or `lomi.api_key` is used.
fn construct(call: &mut Call<'_>) -> Done {
    let _ = call.this()?;
    Ok(())
}

fn set_api_key(call: &mut Call<'_>) -> Done {
    let identifier = call.string(0)?;
    let key = call.optional_string(1)?;
    change(call, |settings| {
        settings.api_keys.retain(|(name, _)| *name != identifier);
        if let Some(key) = key {
            settings.api_keys.push((identifier, Secret::new(key)));
        }
    })
}

fn get_api_key(call: &mut Call<'_>) -> Done {
    let identifier = call.string(0)?;
    let key = settings(call.handle()?)?.key(&identifier).map(|key| string_zval(key.expose()));
    call.give(key.unwrap_or_else(Zval::null))
}

fn set_api_key_prefix(call: &mut Call<'_>) -> Done {
    let (identifier, prefix) = (call.string(0)?, call.string(1)?);
    change(call, |settings| {
        settings.prefixes.retain(|(name, _)| *name != identifier);
        settings.prefixes.push((identifier, prefix));
    })
}

fn get_api_key_prefix(call: &mut Call<'_>) -> Done {
    let identifier = call.string(0)?;
    optional(call, |settings| settings.prefix(&identifier))
}

fn get_api_key_with_prefix(call: &mut Call<'_>) -> Done {
    let identifier = call.string(0)?;
    let settings = settings(call.handle()?)?;
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
    let debug = settings(call.handle()?)?.debug;
    call.give_bool(debug)
}

fn get_temp_folder_path(call: &mut Call<'_>) -> Done {
    match settings(call.handle()?)?.temp_folder.clone() {
        Some(folder) => call.give_string(&folder),
        None => {
            let folder = match call_enabled("sys_get_temp_dir", &mut [])? {
                Some(folder) => folder,
                None => string_zval(&std::env::temp_dir().to_string_lossy()),
            };
            call.give(folder)
        }
    }
}

fn set_boolean_format(call: &mut Call<'_>) -> Done {
    set(call, |settings, format| settings.boolean_as_text = format == "string")
}

fn get_boolean_format(call: &mut Call<'_>) -> Done {
    string(call, |settings| if settings.boolean_as_text { "string" } else { "int" })
}

fn seconds_of(call: &Call<'_>, name: &str) -> Result<Option<f64>, Thrown> {
    let given = call.required(0)?;
    if given.is_null() {
        return Ok(None);
    }
    let seconds = given.coerce_to_double().unwrap_or(f64::NAN);
    lomi::binding::seconds(name, seconds)?;
    Ok(Some(seconds))
}

fn set_timeout(call: &mut Call<'_>) -> Done {
    let seconds = seconds_of(call, "timeout")?;
    change(call, |settings| settings.timeout = seconds)
}

fn get_timeout(call: &mut Call<'_>) -> Done {
    let seconds = settings(call.handle()?)?.timeout.unwrap_or_else(default_timeout);
    call.give(double(seconds))
}

fn set_connect_timeout(call: &mut Call<'_>) -> Done {
    let seconds = seconds_of(call, "connect_timeout")?;
    change(call, |settings| settings.connect_timeout = seconds)
}

fn get_connect_timeout(call: &mut Call<'_>) -> Done {
    let seconds = settings(call.handle()?)?.connect_timeout.unwrap_or(10.0);
    call.give(double(seconds))
}

fn set_attempt_timeout(call: &mut Call<'_>) -> Done {
    let seconds = seconds_of(call, "attempt_timeout")?;
    change(call, |settings| settings.attempt_timeout = seconds)
}

fn set_idle_timeout(call: &mut Call<'_>) -> Done {
    let seconds = seconds_of(call, "idle_timeout")?;
    change(call, |settings| settings.idle_timeout = seconds)
}

fn seconds(call: &mut Call<'_>, read: impl Fn(&Settings) -> Option<f64>) -> Done {
    let value = read(settings(call.handle()?)?).map_or_else(Zval::null, double);
    call.give(value)
}

fn set_max_retries(call: &mut Call<'_>) -> Done {
    let given = call.integer(0)?;
    let retries = u32::try_from(given)
        .map_err(|_| Thrown::validation(messages::not_a_count("max_retries", given)))?;
    change(call, |settings| settings.max_retries = Some(retries))
}

fn get_max_retries(call: &mut Call<'_>) -> Done {
    let retries = settings(call.handle()?)?.max_retries.unwrap_or(2);
    call.give_long(retries.into())
}

fn set_allow_http(call: &mut Call<'_>) -> Done {
    let allow = flag("allow_http", call.required(0)?)?;
    change(call, |settings| settings.allow_http = allow)
}

fn get_allow_http(call: &mut Call<'_>) -> Done {
    let allow = settings(call.handle()?)?.allow_http;
    call.give_bool(allow)
}

fn set_routes(call: &mut Call<'_>) -> Done {
    let routes = call.string(0)?;
    routes.parse::<lomi::RouteChoice>()?;
    change(call, |settings| settings.routes = Some(routes))
}

fn get_default(call: &mut Call<'_>) -> Done {
    let current = default()?;
    call.give(current)
}

fn set_default(call: &mut Call<'_>) -> Done {
    let given = call.required(0)?;
    let class = CONFIGURATION.get().ok_or_else(|| Thrown::defect("there is no Configuration"))?;
    if !given.handle().is_some_and(|object| object.instance_of(class)) {
        return Err(call.wrong_type(0, "LomiSDK\\Configuration", given));
    }
    update_static_property(class, DEFAULT, given.shallow_clone());
    Ok(())
}

fn to_debug_report(call: &mut Call<'_>) -> Done {
    let php = call_enabled("phpversion", &mut [])?;
    let system = call_enabled("php_uname", &mut [])?;
    let text = |value: Option<&Zval>| value.and_then(Zval::str).unwrap_or("unknown").to_owned();
    let current = default()?;
    let folder = match current.handle() {
        Some(object) => call_method(object, "getTempFolderPath", &mut [])?,
        None => Zval::null(),
    };
    call.give_string(&format!(
        "PHP SDK (LomiSDK) Debug Report:\n    OS: {}\n    PHP Version: {}\n    \
         The version of the OpenAPI document: {}\n    SDK Package Version: {}\n    \
         Temp Folder Path: {}\n",
        text(system.as_ref()),
        text(php.as_ref()),
        crate::table::API_VERSION,
        lomi::VERSION,
        folder.str().unwrap_or_default(),
    ))
}

/// What `print_r` and `var_dump` show: no key.
fn debug_info(call: &mut Call<'_>) -> Done {
    let settings = settings(call.handle()?)?;
    let mut keys = Array::new();
    for (identifier, key) in &settings.api_keys {
        keys.set(identifier, string_zval(&key.masked()));
    }
    let timeout = double(settings.timeout.unwrap_or_else(default_timeout));
    let mut info = Array::new();
    info.set("apiKeys", keys.finish());
    info.set("host", string_zval(&lomi::binding::redact(settings.host())));
    info.set("userAgent", string_zval(settings.user_agent()));
    info.set("timeout", timeout);
    call.give(info.finish())
}
