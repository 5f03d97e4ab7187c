// The inbox: what a handler gets follows from the driver, whose types are written here as the drivers declare them.

import {
  CancelledError,
  type Event,
  Inbox,
  InboxBusyError,
  InboxLeaseLostError,
  type InboxMark,
  InboxRolledBackError,
  type InboxStore,
  inboxStores,
  type LomiClient,
  type AnyWebhookEvent,
  LomiError,
  type Transaction,
} from 'lomi';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const exactly = <_T extends true>(): void => undefined;

/** node-postgres. */
interface PoolClient {
  query<R extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<{ rows: R[] }>;
  release(error?: Error | boolean): void;
}
declare class Pool {
  connect(): Promise<PoolClient>;
  connect(callback: (error: Error | undefined, client: PoolClient | undefined) => void): void;
  query<R extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<{ rows: R[] }>;
}

/** mysql2/promise. */
interface PoolConnection {
  query<T>(sql: string, values?: unknown[]): Promise<[T, object[]]>;
  execute<T>(sql: string, values?: unknown[]): Promise<[T, object[]]>;
  release(): void;
  destroy(): void;
}
declare const mysql: { getConnection(): Promise<PoolConnection> };

/** better-sqlite3. */
declare class Database {
  constructor(file: string);
  exec(sql: string): this;
  prepare(sql: string): { run(...values: unknown[]): { changes: number } };
  close(): this;
}

/** Prisma. */
interface TransactionClient {
  $executeRawUnsafe<T = unknown>(sql: string, ...values: unknown[]): Promise<number>;
  $queryRawUnsafe<T = unknown>(sql: string, ...values: unknown[]): Promise<T>;
  payment: { create(given: { data: { id: string } }): Promise<{ id: string }> };
}
interface PrismaClient extends TransactionClient {
  $transaction<P extends Promise<unknown>[]>(queries: [...P]): Promise<unknown[]>;
  $transaction<R>(
    work: (client: TransactionClient) => Promise<R>,
    options?: { maxWait?: number; timeout?: number },
  ): Promise<R>;
}
declare const prisma: PrismaClient;

export async function drivers(event: AnyWebhookEvent): Promise<boolean[]> {
  const postgres = new Inbox(new inboxStores.PostgresStore(new Pool(), { table: 'shop.lomi_inbox' }));
  const done = postgres.handle(event, async (given, client) => {
    exactly<Equal<typeof client, PoolClient>>();
    exactly<Equal<typeof given, AnyWebhookEvent>>();
    if (given.event === 'PAYMENT_SUCCEEDED') exactly<Equal<typeof given.data, Transaction>>();
    // @ts-expect-error a method of another driver
    void client.execute;
  });
  exactly<Equal<typeof done, Promise<boolean>>>();
  const mariadb = new Inbox(new inboxStores.MySqlStore(mysql));
  await mariadb.handle(event, (_event, connection) => {
    exactly<Equal<typeof connection, PoolConnection>>();
  });
  const sqlite = new Inbox(new inboxStores.SqliteStore(() => new Database('shop.db'), { waitSeconds: 5 }));
  await sqlite.handle(event, (_event, database) => database.prepare('').run(1).changes);
  const orm = new Inbox(
    new inboxStores.PrismaStore(prisma, { dialect: 'postgresql', transaction: { timeout: 30_000 } }),
  );
  await orm.handle(event, async ({ id }, tx) => {
    exactly<Equal<typeof tx, TransactionClient>>();
    await tx.payment.create({ data: { id: id ?? '' } });
  });
  const redis = new Inbox(
    new inboxStores.RedisStore({}, { leaseSeconds: 30, keepDays: 30, prefix: 'shop:' }),
  );
  await redis.handle(event, (_event, transaction) => {
    transaction.queue('INCRBY', 'balance', 100).queue('SET', 'last', 5n);
    // @ts-expect-error neither a string nor a number
    transaction.queue('SET', 'last', Buffer.from(''));
  });
  // @ts-expect-error a client and not a pool
  new inboxStores.PostgresStore(new Database(''));
  // @ts-expect-error the dialect is needed
  new inboxStores.PrismaStore(prisma);
  // @ts-expect-error a connection and not a function that opens one
  new inboxStores.SqliteStore(new Database(''));
  // @ts-expect-error the name of the option
  new inboxStores.RedisStore({}, { lease: 5 });
  return [await done];
}

export async function catchUp(api: LomiClient, pool: Pool, signal: AbortSignal): Promise<number> {
  const inbox: Inbox<PoolClient> = new Inbox(new inboxStores.PostgresStore(pool));
  await inbox.createTable();
  const handler = async (event: Event | AnyWebhookEvent, client: PoolClient): Promise<void> =>
    void (await client.query('SELECT $1', [event.id]));
  const options = { since: new Date(), signal };
  const count = await inbox.reconcile(api, handler, options).catch((error: unknown) => {
    if (error instanceof InboxBusyError || error instanceof InboxLeaseLostError) return 0;
    if (error instanceof InboxRolledBackError)
      exactly<Equal<typeof error extends LomiError ? true : false, true>>();
    if (error instanceof CancelledError) return 0;
    throw error;
  });
  // @ts-expect-error the name of the option
  await inbox.reconcile(api, handler, { from: 'x' });
  exactly<Equal<typeof count, number>>();
  return count + (await inbox.deleteOld({ days: 90 }));
}

/** A store of one's own. */
class Memory implements InboxStore<string[]> {
  readonly #keys = new Set<string>();
  async createTable(): Promise<void> {}
  async handle({ key, detail }: InboxMark, work: (log: string[]) => Promise<void>): Promise<boolean> {
    exactly<Equal<typeof detail, 'webhook' | 'reconcile'>>();
    if (this.#keys.has(key)) return false;
    await work([]);
    this.#keys.add(key);
    return true;
  }
  async loadCursor(): Promise<null> {
    return null;
  }
  async storeCursor(_cursor: string): Promise<void> {}
  async deleteOld(_days: number): Promise<number> {
    return 0;
  }
}
void new Inbox(new Memory()).handle({} as Event, (_event, log) => log.push('x'));
