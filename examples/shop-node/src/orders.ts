// The orders, in SQLite, and what an event of lomi. does to them.

import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { Inbox, inboxStores } from 'lomi';
import type { AnyWebhookEvent, Event, Refund, Transaction } from 'lomi';

const FILE = process.env.SHOP_DATABASE || fileURLToPath(new URL('../shop.sqlite3', import.meta.url));

export interface Order {
  id: string;
  amount: number;
  status: 'pending' | 'paid' | 'refunded';
  attempt: number;
  session_id: string | null;
  checkout_url: string | null;
  transaction_id: string | null;
  paid_count: number;
  refund: string | null; // 'asked', or what findOutcome needs if the outcome is unknown
  note: string | null;
}

export const db = new Database(FILE);
db.pragma('journal_mode = WAL'); // pages can be read while an event is written
db.exec(`CREATE TABLE IF NOT EXISTS orders (
  id TEXT PRIMARY KEY, amount INTEGER NOT NULL, status TEXT NOT NULL DEFAULT 'pending',
  attempt INTEGER NOT NULL DEFAULT 1, session_id TEXT, checkout_url TEXT, transaction_id TEXT,
  paid_count INTEGER NOT NULL DEFAULT 0, refund TEXT, note TEXT)`);

const BY_ID = db.prepare<[string], Order>('SELECT * FROM orders WHERE id = ?');
const ALL = db.prepare<[], Order>('SELECT * FROM orders ORDER BY rowid DESC');
export const findOrder = (id: string) => BY_ID.get(id);
export const allOrders = () => ALL.all();

export function update(id: string, changes: Partial<Order>): void {
  const columns = Object.keys(changes).map((name) => `${name} = @${name}`);
  db.prepare(`UPDATE orders SET ${columns.join(', ')} WHERE id = @id`).run({ ...changes, id });
}

// It opens a connection for each event, and hands it to onEvent in the transaction that marks the event.
export const inbox = new Inbox(new inboxStores.SqliteStore(() => new Database(FILE)));
await inbox.createTable();

/** Called once for each event, whether a webhook or `reconcile` brings it. */
export function onEvent({ event, data }: AnyWebhookEvent | Event, database: Database.Database): void {
  const run = (sql: string, ...values: unknown[]) => database.prepare(sql).run(...values).changes;
  if (event === 'REFUND_COMPLETED') {
    const { transaction_id: transaction, amount } = data as Refund;
    run(
      `UPDATE orders SET status = 'refunded', note = NULL WHERE transaction_id = ? AND amount = ?`,
      transaction,
      amount,
    );
  }
  if (event !== 'PAYMENT_SUCCEEDED' && event !== 'PAYMENT_FAILED') return;
  const {
    metadata,
    transaction_id: transaction,
    gross_amount: amount,
    currency_code: currency,
  } = data as Transaction;
  const id = String(metadata?.order); // an event that `reconcile` brings may lack the session's id
  const failed = event === 'PAYMENT_FAILED';
  const paid = `UPDATE orders SET status = 'paid', paid_count = paid_count + 1, transaction_id = ?, note = NULL
    WHERE id = ? AND status = 'pending' AND amount = ? AND ? = 'XOF'`;
  if (!failed && run(paid, transaction, id, amount, currency) === 1) return;
  // Another amount, or paid before: no exception, because the money is there, and a person has to decide.
  const note = failed
    ? 'The payment failed. You can try again.'
    : `Look at payment ${transaction}: ${amount} ${currency}.`;
  run(`UPDATE orders SET note = ? WHERE id = ?`, note, id);
}
