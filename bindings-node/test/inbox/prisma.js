'use strict';

// A client of Prisma over the driver of node-postgres, generated from schema.prisma.

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const MODULES = path.join(__dirname, '../../node_modules');
const FOLDER = path.join(MODULES, '.lomi-inbox'); // where the generated client finds Prisma

let generated;

async function generate() {
  fs.mkdirSync(FOLDER, { recursive: true });
  fs.copyFileSync(path.join(__dirname, 'schema.prisma'), path.join(FOLDER, 'schema.prisma'));
  const program = path.join(MODULES, 'prisma/build/index.js');
  // Generating does not use the schema engine, but Prisma would download one unless it is named.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
  await promisify(execFile)(process.execPath, [program, 'generate'], { cwd: FOLDER, env });
}

async function prismaClient({ host, port, user, password, database }) {
  await (generated ??= generate());
  const { PrismaClient } = require(path.join(FOLDER, 'client'));
  const { PrismaPg } = require('@prisma/adapter-pg');
  return new PrismaClient({ adapter: new PrismaPg({ host, port, user, password, database }) });
}

module.exports = { prismaClient };
