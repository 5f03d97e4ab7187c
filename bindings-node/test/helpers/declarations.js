'use strict';

const fs = require('node:fs');
const path = require('node:path');

const PACKAGE = path.join(__dirname, '../..');

/** The declaration files of the package, by their path in it. */
function declarations() {
  const folders = ['', 'types/'].map((folder) =>
    fs.readdirSync(path.join(PACKAGE, folder)).map((name) => folder + name),
  );
  const names = folders.flat().filter((name) => /\.d\.m?ts$/.test(name));
  return new Map(names.map((name) => [name, fs.readFileSync(path.join(PACKAGE, name), 'utf8')]));
}

/** The text of all files that index.d.ts exports. */
function exported() {
  const files = declarations();
  const names = [...files.get('index.d.ts').matchAll(/^export \* from '\.\/(.*)\.js';$/gm)];
  return names.map(([, name]) => files.get(`${name}.d.ts`)).join('\n');
}

module.exports = { declarations, exported };
