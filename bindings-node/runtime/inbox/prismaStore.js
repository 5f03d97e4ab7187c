'use strict';

const { errors } = require('../errors.js');
const { object } = require('../convert/json.js');
const { optionalOptions } = require('../convert/options.js');
const { SqlStore } = require('./sqlStore.js');
const { checkMethods } = require('./storeOptions.js');

const STORE_OPTIONS = new Set(['dialect', 'table', 'transaction']);

const METHODS = ['$transaction', '$executeRawUnsafe', '$queryRawUnsafe'];

/** Runs statements in interactive transactions of Prisma. */
function prismaDriver(prisma, transactionOptions) {
  return {
    connection: (run) => run(prisma),
    // A transaction that found the event handled has written nothing, so committing it is rolling it back.
    transaction: (run) => prisma.$transaction((transaction) => run(transaction), transactionOptions),
    change: (transaction, sql, values) => transaction.$executeRawUnsafe(sql, ...values),
    read: async (transaction, sql, values) => (await transaction.$queryRawUnsafe(sql, ...values))[0]?.detail,
  };
}

/** Keeps the marks in the database of a Prisma client. A handler gets the client of the transaction. */
class PrismaStore extends SqlStore {
  constructor(prisma, options) {
    const { ConfigurationError } = errors;
    const given = optionalOptions(options, STORE_OPTIONS, 'the options of a PrismaStore', ConfigurationError);
    const { dialect, table, transaction } = given;
    checkMethods(
      prisma,
      METHODS,
      'the client',
      'PrismaStore takes a client: new PrismaStore(new PrismaClient())',
    );
    if (!['postgresql', 'mysql', 'sqlite'].includes(dialect)) {
      throw new ConfigurationError('dialect must be postgresql, mysql or sqlite');
    }
    const transactionOptions =
      transaction === undefined ? undefined : object(transaction, 'transaction', ConfigurationError);
    super(prismaDriver(prisma, transactionOptions), dialect, table);
  }
}

module.exports = { PrismaStore };
