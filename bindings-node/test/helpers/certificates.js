'use strict';

// Certificates for the servers and clients of a test, made with openssl in a folder of their own.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after } = require('node:test');

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A folder for certificates. It is removed after the tests. */
class Certificates {
  constructor() {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lomi-certificates-'));
    after(() => fs.rmSync(this.directory, { recursive: true }));
  }

  #openssl(...args) {
    execFileSync('openssl', args, { cwd: this.directory, stdio: 'ignore' });
  }

  file(name) {
    return path.join(this.directory, name);
  }

  read(name) {
    return fs.readFileSync(this.file(name));
  }

  write(name, content) {
    fs.writeFileSync(this.file(name), content);
    return this.file(name);
  }

  /** Makes an authority: `name.pem` and `name.key`. */
  authority(name) {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
    this.#openssl('req', '-x509', ...KEY, ...files, '-days', '2', '-subj', `/CN=${name}`);
  }

  /** Makes a certificate for `host` that `authority` signs: `name.pem` and `name.key`. */
  issue(name, authority, host = 'localhost') {
    this.#openssl('req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`);
    this.write(`${name}.names`, `subjectAltName=DNS:${host}\n`);
    const by = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial'];
    const out = ['-out', `${name}.pem`, '-days', '2', '-extfile', `${name}.names`];
    this.#openssl('x509', '-req', '-in', `${name}.csr`, ...by, ...out);
  }
}

module.exports = { Certificates };
