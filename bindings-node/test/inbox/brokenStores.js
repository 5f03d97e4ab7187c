'use strict';

// Stores with the two mistakes that the inbox exists to avoid. With them, the test of the crashes must notice lost
// payments, or payments written twice.

/** The handler's writes in a transaction of their own. */
async function apart(pool, work) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work(client);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

const nothing = async () => {};

/** The store of a shop over PostgreSQL, with another `handle`. */
function replaced({ store }, handle) {
  return {
    handle,
    createTable: () => store.createTable(),
    loadCursor: () => store.loadCursor(),
    storeCursor: (cursor) => store.storeCursor(cursor),
    deleteOld: (days) => store.deleteOld(days),
  };
}

const broken = {
  /** Commits the mark before the handler. */
  markFirst: (shop) =>
    replaced(shop, async (mark, work) => {
      if (!(await shop.store.handle(mark, nothing))) return false;
      await apart(shop.pool, work);
      return true;
    }),
  /** Commits the mark after the handler. */
  markLast: (shop) =>
    replaced(shop, async (mark, work) => {
      await apart(shop.pool, work);
      return shop.store.handle(mark, nothing);
    }),
};

module.exports = { broken };
