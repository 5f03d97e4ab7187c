'use strict';

/**
 * Runs transactions on connections that `connection(run)` lends out with a function `discard(error)`, which closes
 * a connection whose transaction may not have ended.
 */
function transactions(connection, begin) {
  return (run) =>
    connection(async (lent, discard) => {
      const query = (sql) =>
        lent.query(sql).catch((error) => {
          discard(error);
          throw error;
        });
      await query(begin);
      let done;
      try {
        done = await run(lent);
      } catch (error) {
        await query('ROLLBACK').catch(() => {}); // the error of the handler is the one to know
        throw error;
      }
      await query(done ? 'COMMIT' : 'ROLLBACK');
      return done;
    });
}

module.exports = { transactions };
