'use strict';

// The program of every language, and a function that runs it.

const { spawn } = require('node:child_process');
const path = require('node:path');

const ROOT = path.join(__dirname, '../../..');
const BUILT = path.join(ROOT, 'target/debug');
const SANDBOX = process.env.LOMI_SANDBOX ?? path.join(BUILT, 'lomi-sandbox');
const program = (name) => path.join(__dirname, '../programs', name);

// The class path and the native library, which .ci/build-jvm writes to a file.
const java = (name) => ['java', `@${path.join(ROOT, 'bindings-uniffi/kotlin/target/runner.args')}`, name];
const ruby = (name) => ['ruby', '-I', path.join(ROOT, 'bindings-uniffi/ruby/lib'), program(name)];

const LANGUAGES = {
  python: [path.join(ROOT, '.venv/bin/python'), program('shop.py')],
  node: [process.execPath, program('shop.mjs')],
  php: ['php', '-d', `extension=${path.join(BUILT, 'liblomi_php.so')}`, program('shop.php')],
  rust: [path.join(BUILT, 'lomi-e2e')],
  java: java('Shop'),
  ruby: ruby('shop.rb'),
};

// Programs that pay out for each line that they read.
const PAYOUTS = {
  python: [LANGUAGES.python[0], program('payouts.py')],
  'python async': [LANGUAGES.python[0], program('payouts.py'), 'async'],
  node: [process.execPath, program('payouts.mjs')],
  php: [...LANGUAGES.php.slice(0, -1), program('payouts.php')],
  rust: [...LANGUAGES.rust, 'payouts', '-'],
  kotlin: java('PayoutsKt'),
  ruby: ruby('payouts.rb'),
};

/** The environment of a program: the sandbox's keys, and its address below which routes are. */
function environment(sandbox, version = '/v1') {
  return {
    ...process.env,
    LOMI_BASE_URL: sandbox.url + version,
    LOMI_API_KEY: sandbox.apiKey,
    LOMI_WEBHOOK_SECRET: sandbox.webhookSecret,
    PYTHONPATH: path.join(ROOT, 'bindings-python/python'),
  };
}

/** Runs a language's program with the sandbox's keys. Resolves to its output. */
function run(language, sandbox, command, argument, input = '') {
  const [file, ...first] = LANGUAGES[language];
  const env = environment(sandbox);
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...first, command, argument], { env });
    let printed = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (printed += chunk));
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(printed));
      else reject(new Error(`${language} ${command} ended with ${code}: ${errors}${printed}`));
    });
    child.stdin.on('error', () => {}); // a program that does not read its input may have ended
    child.stdin.end(input);
  });
}

module.exports = { LANGUAGES, PAYOUTS, BUILT, SANDBOX, environment, run };
