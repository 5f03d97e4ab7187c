'use strict';

// The modules of the package in two files. Opening many small files takes longer than running them,
// and parsing what a program never uses takes as long as parsing what it does: index.js has what
// `require('lomi')` runs, later.js what it loads at first use.
//
// No bundler does this without renaming: a class whose name it changes gets it back by a call at
// every start. Here the source stays as it is, but for comments and for the names of modules.

const fs = require('node:fs');
const path = require('node:path');

const ENTRY = 'index.js';
const LATER = 'later.js';

const REQUIRE = /\brequire\('(\.[^']+)'\)/g;

/** The source of a module without its comments, in ASCII: V8 reads that in half the memory. */
function compact(source) {
  return source
    .replace(/^ *\/\*\*[^]*?\*\/\n/gm, '')
    .replace(/^ *\/\/.*\n/gm, '')
    .replace(/^'use strict';\n/, '')
    .replace(/\n{2,}/g, '\n')
    .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .trim();
}

/** All modules that the entry needs, by their paths; `early` are those that it needs at once. */
function collect(root) {
  const sources = new Map();
  const early = new Set();
  const visit = (name, isEarly) => {
    if (sources.has(name) && (early.has(name) || !isEarly)) return;
    if (isEarly) early.add(name);
    const source = compact(fs.readFileSync(path.join(root, name), 'utf8'));
    const of = (found) => path.posix.join(path.posix.dirname(name), found);
    sources.set(
      name,
      source.replace(REQUIRE, (_, found) => `bundled('${of(found)}')`),
    );
    for (const line of source.split('\n')) {
      // An indented line is inside a function, which runs later.
      for (const [, found] of line.matchAll(REQUIRE)) visit(of(found), isEarly && !line.startsWith(' '));
    }
  };
  visit(ENTRY, true);
  return { sources, early };
}

/** A module as a member of an object. V8 compiles a function in parentheses at once, others when called. */
function member(name, source, isEarly) {
  const code = `function (module, bundled) {\n${source}\n}`;
  return `'${name}': ${isEarly ? `(${code})` : code},\n`;
}

/** Writes the two files for the package in `root` into `folder`. */
function bundle(root, folder) {
  const { sources, early } = collect(root);
  const members = (isEarly) =>
    [...sources]
      .filter(([name]) => early.has(name) === isEarly)
      .map(([name, source]) => member(name, source, isEarly))
      .join('');
  const runtime = `const loaded = {};
function bundled(name) {
  let module = loaded[name];
  if (module === undefined) {
    if (modules[name] === undefined) Object.assign(modules, require('./${LATER}'));
    module = loaded[name] = { exports: {} };
    let whole = false;
    try {
      modules[name](module, bundled);
      whole = true;
    } finally {
      if (!whole) delete loaded[name];
    }
  }
  return module.exports;
}
module.exports = bundled('${ENTRY}');
`;
  fs.writeFileSync(
    path.join(folder, ENTRY),
    `'use strict';\nconst modules = {\n${members(true)}};\n${runtime}`,
  );
  fs.writeFileSync(path.join(folder, LATER), `'use strict';\nmodule.exports = {\n${members(false)}};\n`);
}

module.exports = { ENTRY, LATER, bundle };
