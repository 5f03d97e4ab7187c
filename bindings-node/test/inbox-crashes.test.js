'use strict';

// Every payment's effect exactly once, over each database, although the shop is killed again and again.

const assert = require('node:assert/strict');
const { randomInt } = require('node:crypto');
const { before, describe, test } = require('node:test');

const { databases } = require('./helpers/databases.js');
const { sandbox } = require('./helpers/sandbox.js');
const { crash, differences } = require('./inbox/crashes.js');
const { KINDS } = require('./inbox/shops.js');

const KILLS = Number(process.env.LOMI_KILLS ?? 100);
const SEED = Number(process.env.LOMI_SEED ?? randomInt(2 ** 31));

let servers;
before(async () => {
  servers = await databases();
});

const NOTHING = { lost: 0, doubled: 0, unknown: 0, balance: 0 };

const sqlite = ['better-sqlite3', 'node:sqlite'].find((kind) => KINDS[kind].skip === undefined);

/** Two programs at the same time, each with two shops: most of a kill is the start of the next program. */
const programs = [
  ['postgresql', 'ioredis'],
  ['mariadb', ...(sqlite ? [sqlite] : [])],
];

describe('kill -9', () => {
  let found;
  let seconds;
  before(async () => {
    const started = Date.now();
    const settings = { servers, kills: KILLS, name: 'crashed' };
    const crashed = programs.map(async (kinds, at) =>
      crash({ ...settings, kinds, seed: SEED + at, sandbox: await sandbox() }),
    );
    found = Object.assign({}, ...(await Promise.all(crashed)));
    seconds = Math.round((Date.now() - started) / 1000);
  });

  for (const kind of programs.flat()) {
    test(`${kind}: nothing is lost or written twice`, (t) => {
      const { states, paid } = found[kind];
      const summary =
        `${KILLS} kills in ${seconds} s, LOMI_SEED=${SEED}: ${states.before} before a handler had written, ` +
        `${states.within} within a transaction, ${states.after} after one; ${paid.length} payments`;
      t.diagnostic(summary);
      assert.deepEqual(differences(found[kind]), NOTHING, summary);
      assert.equal(paid.length, 2 * KILLS);
      if (KILLS < 100) return; // too few to be sure of kills in every state
      for (const [state, count] of Object.entries(states)) assert.ok(count > 0, `${state}: ${summary}`);
    });
  }
  if (!sqlite)
    test('SQLite', { skip: 'this Node has no node:sqlite, and better-sqlite3 was not built for it' });
});

describe('the same with a broken store', { concurrency: true }, () => {
  for (const [breakage, expected] of Object.entries({ markFirst: 'lost', markLast: 'doubled' })) {
    test(`${breakage}: it is noticed that payments are ${expected}`, async (t) => {
      const settings = { kinds: ['postgresql'], servers, seed: SEED, kills: 16, breakage };
      const name = `broken_${expected}`;
      const found = await crash({ ...settings, name, sandbox: await sandbox() });
      const noticed = differences(found.postgresql);
      const summary = `LOMI_SEED=${SEED}: ${JSON.stringify({ ...noticed, ...found.postgresql.states })}`;
      t.diagnostic(summary);
      assert.ok(noticed[expected] > 0, summary);
      assert.notEqual(noticed.balance, 0, summary);
    });
  }
});
