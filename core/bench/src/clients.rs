//! The clients: ours through its public API, and what a good program would write without it.

use std::error::Error;

use futures_util::StreamExt;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as LegacyClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use lomi::models::{CheckoutSessionCreate, CheckoutSessionListParams, CheckoutSessionStatus};
use reqwest::header::{HeaderMap, HeaderValue};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::tls::{RootCerts, TlsConfig};

use crate::session::{List, ORDER, Session, Status};
use crate::{Client, Done, KEY};

type Made<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The authority of the bench's server, as a file, where it is called over TLS.
fn authority() -> Option<String> {
    std::env::var("LOMI_BENCH_CA").ok()
}

/// The same with the authorities of the system, for the others: each reads as much.
fn authorities() -> Option<String> {
    std::env::var("LOMI_BENCH_BUNDLE").ok()
}

/// This SDK.
pub struct Lomi(lomi::Client);

impl Lomi {
    pub fn new(url: &str) -> Made<Self> {
        let mut client = lomi::Client::builder().api_key(KEY).base_url(format!("{url}/v1"));
        if let Some(file) = authority() {
            client = client.ca_file(file);
        }
        Ok(Self(client.routes("documented".parse()?).build()?))
    }
}

impl Client for Lomi {
    async fn create(&self) -> Done {
        let order = CheckoutSessionCreate::new()
            .amount(ORDER.amount)
            .currency_code(ORDER.currency_code)
            .title(ORDER.title)
            .success_url(ORDER.success_url)
            .cancel_url(ORDER.cancel_url);
        let session = self.0.checkout_sessions().create(order).await?.into_session()?;
        check(session.checkout_session_id.is_some())
    }

    async fn get(&self) -> Done {
        let session = self.0.checkout_sessions().get("cs_1").await?;
        check(session.status == Some(CheckoutSessionStatus::Open) && session.amount.is_some())
    }

    async fn list(&self) -> Done {
        let params = CheckoutSessionListParams::new().limit(100);
        let page = self.0.checkout_sessions().list(params).await?;
        check(page.data.len() == 100)?;
        check(page.data.iter().all(|row| row.status.is_some() && row.amount.is_some()))
    }

    async fn pages(&self, rows: usize) -> Done {
        let params = CheckoutSessionListParams::new().limit(100);
        let mut all = std::pin::pin!(self.0.checkout_sessions().list_all(params));
        let mut number = 0;
        while let Some(row) = all.next().await {
            let row = row?;
            check(row.status.is_some() && row.amount.is_some())?;
            number += 1;
        }
        check(number == rows)
    }
}

/// The client that most programs use.
pub struct Reqwest {
    client: reqwest::Client,
    sessions: String,
}

impl Reqwest {
    /// With HTTP/2, where the server offers it, or without.
    pub fn new(url: &str, http2: bool) -> Made<Self> {
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", HeaderValue::from_static(KEY));
        let mut client = reqwest::Client::builder().default_headers(headers).no_proxy();
        if let Some(file) = authorities() {
            let pem = std::fs::read(file)?;
            client = client.tls_certs_only(reqwest::Certificate::from_pem_bundle(&pem)?);
        }
        if !http2 {
            client = client.http1_only();
        }
        Ok(Self { client: client.build()?, sessions: sessions(url) })
    }
}

impl Client for Reqwest {
    async fn create(&self) -> Done {
        let sent = self.client.post(&self.sessions).json(&ORDER).send().await?;
        let session: Session = sent.error_for_status()?.json().await?;
        check(session.checkout_session_id.is_some())
    }

    async fn get(&self) -> Done {
        let sent = self.client.get(format!("{}/cs_1", self.sessions)).send().await?;
        check_session(&sent.error_for_status()?.json().await?)
    }

    async fn list(&self) -> Done {
        check_list(&self.page(0).await?)
    }

    async fn pages(&self, rows: usize) -> Done {
        for offset in (0..rows).step_by(100) {
            check_list(&self.page(offset).await?)?;
        }
        Ok(())
    }
}

impl Reqwest {
    async fn page(&self, offset: usize) -> Made<List> {
        let url = format!("{}?limit=100&offset={offset}", self.sessions);
        Ok(self.client.get(url).send().await?.error_for_status()?.json().await?)
    }
}

/// The least that still keeps connections.
pub struct Hyper {
    client: LegacyClient<HttpsConnector<HttpConnector>, Full<Bytes>>,
    sessions: String,
}

impl Hyper {
    pub fn new(url: &str) -> Made<Self> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.enforce_http(false);
        let mut roots = RootCertStore::empty();
        if let Some(file) = authorities() {
            for certificate in CertificateDer::pem_file_iter(file)? {
                roots.add(certificate?)?;
            }
        }
        let tls = rustls::ClientConfig::builder().with_root_certificates(roots);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls.with_no_client_auth())
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let client = LegacyClient::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client, sessions: sessions(url) })
    }

    async fn call(&self, method: Method, url: String, body: Vec<u8>) -> Made<Bytes> {
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header("x-api-key", KEY)
            .header("content-type", "application/json")
            .body(Full::from(body))?;
        let response = self.client.request(request).await?;
        check(response.status().is_success())?;
        Ok(response.into_body().collect().await?.to_bytes())
    }
}

impl Client for Hyper {
    async fn create(&self) -> Done {
        let body = serde_json::to_vec(&ORDER)?;
        let bytes = self.call(Method::POST, self.sessions.clone(), body).await?;
        let session: Session = serde_json::from_slice(&bytes)?;
        check(session.checkout_session_id.is_some())
    }

    async fn get(&self) -> Done {
        let url = format!("{}/cs_1", self.sessions);
        let bytes = self.call(Method::GET, url, Vec::new()).await?;
        check_session(&serde_json::from_slice(&bytes)?)
    }

    async fn list(&self) -> Done {
        self.page(0).await
    }

    async fn pages(&self, rows: usize) -> Done {
        for offset in (0..rows).step_by(100) {
            self.page(offset).await?;
        }
        Ok(())
    }
}

impl Hyper {
    async fn page(&self, offset: usize) -> Done {
        let url = format!("{}?limit=100&offset={offset}", self.sessions);
        let bytes = self.call(Method::GET, url, Vec::new()).await?;
        check_list(&serde_json::from_slice(&bytes)?)
    }
}

/// The client of programs without a runtime: it blocks.
pub struct Ureq {
    agent: ureq::Agent,
    sessions: String,
}

impl Ureq {
    pub fn new(url: &str) -> Made<Self> {
        let mut config = ureq::Agent::config_builder().proxy(None);
        if let Some(file) = authorities() {
            let pem = std::fs::read(file)?;
            let roots = ureq::tls::parse_pem(&pem).filter_map(|item| match item {
                Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            });
            let tls = TlsConfig::builder().root_certs(RootCerts::from(roots));
            config = config.tls_config(tls.build());
        }
        Ok(Self { agent: config.build().into(), sessions: sessions(url) })
    }

    fn fetch<T: serde::de::DeserializeOwned>(&self, url: String) -> Made<T> {
        Ok(self.agent.get(url).header("x-api-key", KEY).call()?.body_mut().read_json()?)
    }
}

impl Client for Ureq {
    async fn create(&self) -> Done {
        let request = self.agent.post(&self.sessions).header("x-api-key", KEY);
        let session: Session = request.send_json(&ORDER)?.body_mut().read_json()?;
        check(session.checkout_session_id.is_some())
    }

    async fn get(&self) -> Done {
        check_session(&self.fetch(format!("{}/cs_1", self.sessions))?)
    }

    async fn list(&self) -> Done {
        check_list(&self.fetch(format!("{}?limit=100", self.sessions))?)
    }

    async fn pages(&self, rows: usize) -> Done {
        for offset in (0..rows).step_by(100) {
            check_list(&self.fetch(format!("{}?limit=100&offset={offset}", self.sessions))?)?;
        }
        Ok(())
    }
}

fn sessions(url: &str) -> String {
    format!("{url}/v1/checkout_sessions")
}

fn check_session(session: &Session) -> Done {
    check(session.status == Some(Status::Open) && session.amount.is_some())
}

fn check_list(list: &List) -> Done {
    check(list.data.len() == 100)?;
    check(list.data.iter().all(|row| row.status.is_some() && row.amount.is_some()))
}

fn check(holds: bool) -> Done {
    if holds { Ok(()) } else { Err("the response is not the expected one".into()) }
}
