'use strict';

// The linter of workflows finds what is wrong, in each of several files: node .ci/workflows/test.js

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const WORKFLOW = `on: push
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "\${{ github.ref_name }}"
`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lomi-workflows-'));
try {
  const lint = (...texts) => {
    const files = texts.map((text, index) => path.join(folder, `${index}.yml`));
    files.forEach((file, index) => fs.writeFileSync(file, texts[index]));
    const { status, stdout } = spawnSync(process.execPath, [path.join(__dirname, 'lint.js'), ...files]);
    return [status, String(stdout)];
  };
  assert.deepEqual(lint(WORKFLOW, WORKFLOW), [0, '']);
  for (const [right, wrong, message] of [
    ['ref_name', 'ref_nam', /property "ref_nam" is not defined/],
    ['ubuntu-24.04', 'ubuntu-42.04', /label "ubuntu-42\.04" is unknown/],
    ['runs-on', 'needs: b\n    runs-on', /needs job "b" which does not exist/],
  ]) {
    const [status, printed] = lint(WORKFLOW, WORKFLOW.replace(right, wrong));
    assert.equal(status, 1, printed);
    assert.match(printed, message);
  }
} finally {
  fs.rmSync(folder, { recursive: true });
}
