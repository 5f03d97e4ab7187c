//! Reads files of certificates and keys: PEM as editors of any system save it, or DER.

use crate::message::{Argument, Message};
use crate::messages::bindings as shared;
use crate::messages::transport as messages;
use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::Error;

/// Every certificate in a file.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let bytes = read(file)?;
    // A DER file is one certificate, and its first byte is the tag of a sequence.
    if bytes.first() == Some(&0x30) {
        let certificate = CertificateDer::from(bytes);
        return match rustls::server::ParsedCertificate::try_from(&certificate) {
            Ok(_) => Ok(vec![certificate]),
            Err(_) => Err(invalid_file(file, messages::neither_pem_nor_der())),
        };
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found = found.map_err(|e| invalid_file(file, e))?;
    match found.is_empty() {
        true => Err(invalid_file(file, missing("BEGIN CERTIFICATE", &bytes))),
        false => Ok(found),
    }
}

/// The private key in a file.
pub(super) fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let bytes = read(file)?;
    if bytes.first() == Some(&0x30) {
        return PrivateKeyDer::try_from(bytes).map_err(|e| invalid_file(file, e));
    }
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|e| match e {
        rustls::pki_types::pem::Error::NoItemsFound => {
            invalid_file(file, missing("BEGIN PRIVATE KEY", &bytes))
        }
        other => invalid_file(file, other),
    })
}

/// The bytes of a file, without a byte order mark.
fn read(file: &Path) -> Result<Vec<u8>, Error> {
    let bytes = std::fs::read(file).map_err(|e| invalid_file(file, e))?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(invalid_file(file, messages::saved_as_utf16()));
    }
    Ok(match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => rest.to_vec(),
        None => bytes,
    })
}

/// Describes what a file lacks, and what it has instead.
fn missing(expected: &str, bytes: &[u8]) -> Message {
    let text = String::from_utf8_lossy(bytes);
    let found = text.split("-----BEGIN ").nth(1).and_then(|rest| rest.split("-----").next());
    match found.filter(|label| label.len() < 40) {
        Some(label) => messages::only_another_label(expected, label),
        None if bytes.is_empty() => messages::file_empty(),
        None => messages::not_pem(expected),
    }
}

pub(super) fn invalid_file(file: &Path, why: impl Argument) -> Error {
    Error::configuration(shared::invalid_certificates(file.display(), why))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

    fn certificates_of(bytes: &[u8]) -> Result<usize, String> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("lomi-files-{}-{number}.pem", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, bytes).unwrap();
        let found = certificates(&file);
        std::fs::remove_file(&file).unwrap();
        found.map(|found| found.len()).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn files_are_read_or_refused_with_the_reason() {
        let windows = PEM.replace('\n', "\r\n");
        for (bytes, count) in [
            (PEM.as_bytes().to_vec(), 1),
            (windows.into_bytes(), 1),
            ([b"\xef\xbb\xbf", PEM.as_bytes()].concat(), 1),
            (format!("a comment\n{PEM}\n{PEM}").into_bytes(), 2),
        ] {
            assert_eq!(certificates_of(&bytes), Ok(count));
        }
        let utf_16: Vec<u8> = PEM.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, reason) in [
            ([b"\xff\xfe".to_vec(), utf_16].concat(), "UTF-16"),
            (Vec::new(), "empty"),
            (b"\x30\x03abc".to_vec(), "neither PEM nor one DER"),
            (b"no certificate".to_vec(), "not PEM"),
            (PEM.replace("CERTIFICATE", "PKCS7").into_bytes(), "only BEGIN PKCS7"),
        ] {
            let error = certificates_of(&bytes).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
