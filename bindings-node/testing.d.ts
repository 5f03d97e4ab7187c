import type { LomiClient, LomiClientOptions } from './index.js';

/** A running sandbox. */
export interface Sandbox {
  /** The URL of the sandbox, for `baseUrl`. */
  readonly url: string;
  /** A key of the test environment. */
  readonly apiKey: string;
  /** A key of the live environment. */
  readonly liveKey: string;
  /** The secret with which the sandbox signs webhooks. */
  readonly webhookSecret: string;
  /** A client of the test environment. `options` replace the sandbox's key and URL. */
  client(options?: LomiClientOptions): LomiClient;
  /** Pays a session as a buyer and returns the transaction. The default provider is Wave. */
  pay(sessionId: string, options?: { provider?: string }): Promise<Record<string, unknown>>;
  /** Makes a payment fail. The session stays open. */
  fail(sessionId: string, options?: { provider?: string }): Promise<Record<string, unknown>>;
  /** Starts a payment that stays pending until `pay` or `fail`. */
  pending(sessionId: string, options?: { provider?: string }): Promise<Record<string, unknown>>;
  /** Expires an open session. */
  expire(sessionId: string): Promise<void>;
  /** Advances the clock by a duration such as `'61m'`, or by milliseconds. Sessions expire and webhooks are repeated. */
  advanceClock(by: string | number): Promise<void>;
  /** The webhooks that were sent, the newest first, each with its attempts. */
  deliveries(): Promise<Record<string, unknown>[]>;
  /** Calls any route of the sandbox's control API. */
  control(method: 'GET' | 'POST' | 'DELETE', route: string, body?: object): Promise<unknown>;
  /** Stops the sandbox. */
  stop(): Promise<void>;
}

/** A request that a stub has got. */
export interface StubRequest {
  /** Such as `checkout_sessions.create`. */
  operation: string;
  method: string;
  /** The path and the query. */
  path: string;
  body: unknown;
  idempotency_key: string | null;
}

/** Answers the calls of its clients with examples of what the API returns. Nothing is sent. */
export interface Stub {
  /** A client. It needs no key. */
  client(options?: LomiClientOptions): LomiClient;
  /**
   * Sets what the next call of an operation gets, such as `checkout_sessions.get`. Several are used in turn,
   * each by one call with its retries; then the example is the answer again. Default of `status`: 200.
   */
  respond(operation: string, body?: unknown, options?: { status?: number }): void;
  /** Makes the next call of an operation fail: before it was sent, or after. Default: `connection`. */
  fail(operation: string, how?: 'connection' | 'timeout'): void;
  /** The requests so far. */
  readonly requests: StubRequest[];
}

/** Makes a stub for unit tests. A call that creates or changes an object gets the fields that it has sent. */
export declare function stub(): Stub;

/** Starts the sandbox (the lomi. API on this machine) on a free port, for tests of your own. */
export declare function startSandbox(options?: {
  /** The path of the program. Default: `LOMI_SANDBOX`, or `lomi-sandbox` on the PATH. */
  binary?: string;
  /** Further arguments of the program. */
  args?: string[];
}): Promise<Sandbox>;
