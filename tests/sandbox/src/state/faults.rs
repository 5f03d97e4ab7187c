//! Injected faults: delays, resets, truncated bodies, error statuses.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::Method;
use serde_json::{Map, Value, json};

/// One kind of fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `latency=MS`: a delay before the request is handled.
    Latency(Duration),
    /// `latency-inside=MS`: a delay while its Idempotency-Key is reserved and nothing is stored.
    LatencyInside(Duration),
    /// `latency-after=MS`: a delay after the request was handled and stored.
    LatencyAfter(Duration),
    /// `reset-before`: the connection is reset before the request is handled.
    ResetBefore,
    /// `reset-after`: the request is handled, then the connection is reset.
    ResetAfter,
    /// `truncate`: half of the body is sent, then the connection is closed.
    Truncate,
    /// `drip=MS`: one byte of the body every MS milliseconds.
    Drip(Duration),
    /// `html` or `html=502`: an HTML page, as from a captive portal or a proxy.
    Html(u16),
    /// `empty` or `empty=500`: no body.
    Empty(u16),
    /// `503`: that status with the API's error body; the request is not handled.
    Status(u16),
    /// `503-after`: the request is handled, then that status is sent.
    StatusAfter(u16),
    /// `429=SECONDS`: 429 with Retry-After.
    RateLimited(u32),
}

impl Fault {
    /// Parses the notation given with each variant.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (name, value) = match text.trim().split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (text.trim(), None),
        };
        let millis = |default: u64| {
            value.map_or(Some(default), |v| v.parse().ok()).map(Duration::from_millis)
        };
        let status = |default: u16| value.map_or(Some(default), parse_status);
        match name {
            "latency" => millis(1_000).map(Self::Latency),
            "latency-inside" => millis(1_000).map(Self::LatencyInside),
            "latency-after" => millis(1_000).map(Self::LatencyAfter),
            "drip" => millis(100).map(Self::Drip),
            "reset-before" => Some(Self::ResetBefore),
            "reset-after" => Some(Self::ResetAfter),
            "truncate" => Some(Self::Truncate),
            "html" => status(200).map(Self::Html),
            "empty" => status(200).map(Self::Empty),
            "429" => value.map_or(Some(60), |v| v.parse().ok()).map(Self::RateLimited),
            _ => match name.strip_suffix("-after") {
                Some(code) => parse_status(code).map(Self::StatusAfter),
                None => parse_status(name).map(Self::Status),
            },
        }
    }
}

fn parse_status(text: &str) -> Option<u16> {
    text.parse().ok().filter(|code| (200..=599).contains(code))
}

/// A fault for the next matching requests.
#[derive(Clone, Debug)]
pub(crate) struct FaultRule {
    text: String,
    fault: Fault,
    left: u64,
    method: Option<String>,
    path: Option<String>,
}

impl FaultRule {
    /// Parses `{"fault": "503", "count": 3, "method": "POST", "path": "/checkout-sessions"}`.
    pub(crate) fn parse(body: &Map<String, Value>) -> Result<Self, String> {
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let fault = text("fault").ok_or("Send {\"fault\": \"503\", \"count\": 3}")?;
        let count = match body.get("count") {
            None | Some(Value::Null) => 1,
            Some(Value::String(count)) => count.parse().map_err(|_| "count must be a number")?,
            Some(count) => count.as_u64().ok_or("count must be a number")?,
        };
        Ok(Self {
            fault: Fault::parse(&fault).ok_or_else(|| format!("No fault is called {fault}"))?,
            text: fault,
            left: count,
            method: text("method").map(|m| m.to_ascii_uppercase()),
            path: text("path"),
        })
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        self.method.as_deref().is_none_or(|m| m == method.as_str())
            && self.path.as_deref().is_none_or(|p| path.starts_with(p))
    }
}

/// The configured faults.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<FaultRule>,
    /// Number of uses of each `X-Sandbox-Fault` header with a count.
    header_uses: HashMap<String, u64>,
}

impl Faults {
    /// The fault of a request: that of its header, else that of the first matching rule.
    pub(crate) fn take(
        &mut self,
        method: &Method,
        path: &str,
        header: Option<&str>,
    ) -> Option<Fault> {
        if let Some(header) = header {
            return self.by_header(header);
        }
        let at = self.rules.iter().position(|r| r.matches(method, path))?;
        let rule = self.rules.get_mut(at)?;
        rule.left = rule.left.saturating_sub(1);
        let fault = rule.fault.clone();
        if rule.left == 0 {
            self.rules.remove(at);
        }
        Some(fault)
    }

    /// `503; count=2; id=any`: a retry carries the same header, so uses are counted per header
    /// value.
    fn by_header(&mut self, header: &str) -> Option<Fault> {
        let mut parts = header.split(';');
        let fault = Fault::parse(parts.next()?)?;
        let count = parts.find_map(|p| p.trim().strip_prefix("count=")?.parse::<u64>().ok());
        if let Some(count) = count {
            if self.header_uses.len() > 10_000 {
                self.header_uses.clear();
            }
            let uses = self.header_uses.entry(header.to_owned()).or_default();
            if *uses >= count {
                return None;
            }
            *uses += 1;
        }
        Some(fault)
    }

    /// Adds a rule after the present ones.
    pub(crate) fn add(&mut self, rule: FaultRule) {
        if rule.left > 0 {
            self.rules.push(rule);
        }
    }

    /// Removes all rules.
    pub(crate) fn clear(&mut self) {
        self.rules.clear();
        self.header_uses.clear();
    }

    /// Whether there is no rule.
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules, for the control API.
    pub(crate) fn describe(&self) -> Vec<Value> {
        let row = |r: &FaultRule| json!({"fault": r.text, "count": r.left, "method": r.method, "path": r.path});
        self.rules.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notation() {
        let millis = Duration::from_millis;
        assert_eq!(Fault::parse("latency=20"), Some(Fault::Latency(millis(20))));
        assert_eq!(Fault::parse("503"), Some(Fault::Status(503)));
        assert_eq!(Fault::parse("503-after"), Some(Fault::StatusAfter(503)));
        assert_eq!(Fault::parse("429=900"), Some(Fault::RateLimited(900)));
        assert_eq!(Fault::parse("html=502"), Some(Fault::Html(502)));
        for wrong in ["", "x", "latency=x", "99", "600", "700-after"] {
            assert_eq!(Fault::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_header_with_a_count_is_applied_that_often() {
        let mut faults = Faults::default();
        let mut take = |h| faults.take(&Method::GET, "/", Some(h)).is_some();
        assert_eq!(
            [take("503;count=2;id=a"), take("503;count=2;id=a"), take("503;count=2;id=a")],
            [true, true, false]
        );
        assert!(take("503;count=2;id=b") && take("503") && take("503"));
    }
}
