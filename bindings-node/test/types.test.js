'use strict';

// The declarations, compiled from CommonJS and from ES modules, with every module resolution.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, test } = require('node:test');
const { promisify } = require('node:util');

const { declarations, exported } = require('./helpers/declarations.js');
const { bodyFields, className, operations } = require('./helpers/spec.js');

const PACKAGE = path.join(__dirname, '..');
const TSC = require.resolve('typescript/bin/tsc');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lomi-types-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** A project with this package in its node_modules. */
function project(name, type, options) {
  const directory = path.join(folder, name);
  fs.mkdirSync(path.join(directory, 'node_modules/@types'), { recursive: true });
  fs.symlinkSync(PACKAGE, path.join(directory, 'node_modules/lomi'));
  fs.symlinkSync(
    path.join(PACKAGE, 'node_modules/@types/node'),
    path.join(directory, 'node_modules/@types/node'),
  );
  fs.writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ type }));
  const files = fs.readdirSync(path.join(__dirname, 'types'));
  for (const file of files) fs.copyFileSync(path.join(__dirname, 'types', file), path.join(directory, file));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: false,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: ['node'],
    ...options,
  };
  fs.writeFileSync(path.join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  return directory;
}

describe('tsc --strict', () => {
  for (const type of ['commonjs', 'module']) {
    for (const options of [
      { module: 'node16', moduleResolution: 'node16' },
      { module: 'nodenext', moduleResolution: 'nodenext' },
      { module: 'esnext', moduleResolution: 'bundler' },
    ]) {
      const name = `${type}-${options.moduleResolution}`;
      test(name, async () => {
        const directory = project(name, type, options);
        const { stdout } = await promisify(execFile)(process.execPath, [TSC, '-p', directory]).catch(
          (error) => error,
        );
        assert.equal(stdout, '');
      });
    }
  }
});

test('no any in the public surface, and less than 400 kB of it', () => {
  const files = declarations();
  assert.ok(files.size > 30);
  let size = 0;
  for (const [name, text] of files) {
    size += text.length;
    const code = text.replace(/\/\*[^]*?\*\//g, '').replace(/\/\/.*/g, '');
    assert.doesNotMatch(code, /\bany\b/, name);
  }
  assert.ok(size < 400_000, `${size} bytes`);
});

test('the declared fields of every body are those of the spec', () => {
  const text = exported();
  const declared = (name) => {
    const [, base, body] = new RegExp(
      `^export interface ${name}(?: extends (\\w+))? \\{(\\}|[^]*?^\\})`,
      'm',
    ).exec(text);
    const own = [...body.matchAll(/^ {2}(\w+)\?: /gm)].map(([, field]) => field);
    return [...own, ...(base ? declared(base) : [])].sort();
  };
  const sending = operations.filter((one) => one.body !== undefined);
  assert.ok(sending.length > 60, String(sending.length));
  for (const { id, body } of sending) {
    assert.deepEqual(declared(className(body)), bodyFields(body).sort(), id);
  }
});

test('the declared names are those at run time', async () => {
  const declared = new Set(
    [...exported().matchAll(/^export declare (?:class|const|function) (\w+)/gm)].map((m) => m[1]),
  );
  declared.add('LomiSDK');
  const common = Object.keys(require('..'));
  const { default: _, ...named } = await import('../index.mjs');
  assert.deepEqual(Object.keys(named).sort(), [...common].sort());
  assert.deepEqual(
    [...declared].filter((name) => !common.includes(name)),
    ['Model'],
  );
  assert.deepEqual(
    common.filter((name) => !declared.has(name)),
    [],
  );
});
