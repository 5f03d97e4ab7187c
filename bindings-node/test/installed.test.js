'use strict';

// The packed tarballs, installed into an empty project: every way of using them creates a session
// and verifies a webhook.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, test } = require('node:test');
const { promisify } = require('node:util');

const lomi = require('..');
const { sandbox } = require('./helpers/sandbox.js');

const run = promisify(execFile);
const PACKAGE = path.join(__dirname, '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lomi-installed-'));
after(() => fs.rmSync(folder, { recursive: true }));
const project = path.join(folder, 'project');
let env;

const npm = (cwd, ...args) => run('npm', ['--silent', '--ignore-scripts', ...args], { cwd });

/** Packs a folder; returns the tarball's path. */
async function pack(directory) {
  const { stdout } = await npm(folder, 'pack', directory);
  return path.join(folder, stdout.trim().split('\n').at(-1));
}

before(async () => {
  const copy = path.join(folder, 'package');
  for (const part of fs.readdirSync(PACKAGE)) {
    if (['node_modules', 'test', 'src', 'bench', 'lomi.node'].includes(part)) continue;
    fs.cpSync(path.join(PACKAGE, part), path.join(copy, part), { recursive: true });
  }
  fs.symlinkSync(path.join(PACKAGE, 'node_modules'), path.join(copy, 'node_modules'));
  await run(process.execPath, [path.join(copy, 'scripts/ship.js'), 'ship']);
  const native = await new Promise((resolve) => {
    run(process.execPath, ['-e', `require(${JSON.stringify(copy)})`]).catch((error) =>
      resolve(error.stderr.match(/the package lomi-([\w-]+)/)[1]),
    );
  });
  const platform = path.join(copy, 'npm', native);
  fs.copyFileSync(path.join(PACKAGE, 'lomi.node'), path.join(platform, `lomi.${native}.node`));
  const tarballs = [await pack(platform), await pack(copy)];

  fs.mkdirSync(project);
  fs.writeFileSync(path.join(project, 'package.json'), '{"private":true}');
  await npm(project, 'install', '--offline', '--no-audit', '--no-fund', ...tarballs);
  for (const name of ['express', 'fastify', 'typescript', '@types']) {
    fs.symlinkSync(path.join(PACKAGE, 'node_modules', name), path.join(project, 'node_modules', name));
  }
  const { url, test_key } = await sandbox();
  env = { ...process.env, LOMI_BASE_URL: url, LOMI_API_KEY: test_key, LOMI_WEBHOOK_SECRET: 'whsec_1' };
});

const CREATE = `
  const api = new LomiClient();
  const session = await api.checkoutSessions.create({ amount: 5000, currency_code: 'XOF', title: 'Coffee' });
  const body = JSON.stringify({ id: session.checkout_session_id, event: 'PAYMENT_SUCCEEDED', data: {} });
`;
const PROVE = `
  const event = webhooks.constructEvent(body, webhooks.sign(body));
  const named = api.constructor.name === 'LomiClient' && session.constructor.name === 'CheckoutSession';
  console.log(named && event.id === session.checkout_session_id && session.url ? 'proven' : 'not proven');
`;
const DELIVER = `
  const headers = { 'content-type': 'application/json', 'x-lomi-signature': webhooks.sign(body) };
  const response = await fetch(address, { method: 'POST', body, headers });
  console.log(response.status === 200 && seen === session.checkout_session_id ? 'proven' : 'not proven');
  process.exit();
`;

const PROGRAMS = {
  'common.cjs': `const { LomiClient, webhooks } = require('lomi'); (async () => { ${CREATE} ${PROVE} })();`,
  'module.mjs': `import { LomiClient, webhooks } from 'lomi'; ${CREATE} ${PROVE}`,
  'express.cjs': `
    const { LomiClient, webhooks } = require('lomi');
    const { webhook } = require('lomi/express');
    const app = require('express')();
    let seen;
    app.post('/hook', webhook({}, (event) => { seen = event.id; }));
    const server = app.listen(0, '127.0.0.1', async () => {
      const address = 'http://127.0.0.1:' + server.address().port + '/hook';
      ${CREATE} ${DELIVER}
    });`,
  'fastify.mjs': `
    import { LomiClient, webhooks } from 'lomi';
    import fastify from 'fastify';
    import { webhook } from 'lomi/fastify';
    let seen;
    const app = fastify();
    app.register(webhook, { url: '/hook', onEvent: (event) => { seen = event.id; } });
    const address = (await app.listen({ port: 0, host: '127.0.0.1' })) + '/hook';
    ${CREATE} ${DELIVER}`,
  'next.mjs': `
    import { LomiClient, webhooks } from 'lomi';
    import { webhook } from 'lomi/next';
    let seen;
    const POST = webhook({}, (event) => { seen = event.id; });
    const address = 'http://localhost/hook';
    const fetch = (url, options) => POST(new Request(url, options));
    ${CREATE} ${DELIVER}`,
};

describe('installed from its tarballs', () => {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    test(name, async () => {
      fs.writeFileSync(path.join(project, name), program);
      const { stdout } = await run(process.execPath, [name], { cwd: project, env });
      assert.equal(stdout, 'proven\n');
    });
  }

  test('bundled.js: a bundle with only the native package beside it', async () => {
    const { build } = require('esbuild');
    const bundle = path.join(folder, 'bundle');
    const native = fs.readdirSync(path.join(project, 'node_modules')).find((n) => n.startsWith('lomi-'));
    const target = path.join(bundle, 'node_modules', native);
    fs.cpSync(path.join(project, 'node_modules', native), target, { recursive: true });
    for (const [name, format] of [
      ['common.cjs', 'cjs'],
      ['express.cjs', 'cjs'],
      ['next.mjs', 'cjs'],
    ]) {
      // A bundle is CommonJS, which has no top-level await.
      const program = PROGRAMS[name];
      const [imports, rest] = program.split(/(?<=from 'lomi\/next';)/);
      const source = rest === undefined ? program : `${imports}\n(async () => {${rest}})();`;
      fs.writeFileSync(path.join(project, `to-bundle-${name}`), source);
      const outfile = path.join(bundle, `${name}.js`);
      await build({
        entryPoints: [path.join(project, `to-bundle-${name}`)],
        bundle: true,
        platform: 'node',
        format,
        outfile,
        external: ['*.node', 'lomi-*'],
        logLevel: 'error',
      });
      const { stdout } = await run(process.execPath, [outfile], { cwd: bundle, env });
      assert.equal(stdout, 'proven\n', name);
    }
  });

  test('typescript.ts, compiled and run', async () => {
    const source = `import { LomiClient, webhooks } from 'lomi';\nasync function main() { ${CREATE} ${PROVE} }\nmain();\n`;
    fs.writeFileSync(path.join(project, 'typescript.ts'), source);
    const options = [
      '--strict',
      '--module',
      'node16',
      '--target',
      'es2022',
      '--types',
      'node',
      'typescript.ts',
    ];
    await run(process.execPath, ['node_modules/typescript/bin/tsc', ...options], { cwd: project }).catch(
      (error) => assert.fail(error.stdout),
    );
    const { stdout } = await run(process.execPath, ['typescript.js'], { cwd: project, env });
    assert.equal(stdout, 'proven\n');
  });

  test('the installation runs no script and adds no other package', () => {
    const installed = fs
      .readdirSync(path.join(project, 'node_modules'))
      .filter((name) => name.startsWith('lomi'));
    assert.equal(installed.length, 2);
    const manifest = JSON.parse(
      fs.readFileSync(path.join(project, 'node_modules/lomi/package.json'), 'utf8'),
    );
    assert.equal(Object.keys(manifest.optionalDependencies).length, 7);
    assert.ok(Object.values(manifest.optionalDependencies).every((version) => version === lomi.VERSION));
    for (const file of ['LICENSE', 'README.md', 'index.mjs', 'express.d.ts', 'testing.js']) {
      assert.ok(fs.existsSync(path.join(project, 'node_modules/lomi', file)), file);
    }
    assert.ok(!fs.existsSync(path.join(project, 'node_modules/lomi/test')));
  });
});
