'use strict';

// The public object `inboxStores`.

const { defineLazy } = require('../lazy.js');

const inboxStores = {};

defineLazy(inboxStores, 'PostgresStore', () => require('./postgresStore.js').PostgresStore);
defineLazy(inboxStores, 'MySqlStore', () => require('./mySqlStore.js').MySqlStore);
defineLazy(inboxStores, 'SqliteStore', () => require('./sqliteStore.js').SqliteStore);
defineLazy(inboxStores, 'PrismaStore', () => require('./prismaStore.js').PrismaStore);
defineLazy(inboxStores, 'RedisStore', () => require('./redisStore.js').RedisStore);

module.exports = { inboxStores };
