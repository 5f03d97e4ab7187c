import type { LomiClient, LomiClientOptions } from './index.js';

/** A running sandbox. */
export interface Sandbox {
  /** Its address, for `baseUrl`. */
  readonly url: string;
  /** A key of the test environment. */
  readonly apiKey: string;
  /** A key of the live environment. */
  readonly liveKey: string;
  /** The secret that signs its webhooks. */
  readonly webhookSecret: string;
  /** A client of its test environment; its options go before ours. */
  client(options?: LomiClientOptions): LomiClient;
  /** Pays a session, as a buyer does; gives its transaction. With Wave when left out. */
  pay(sessionId: string, options?: { provider?: string }): Promise<Record<string, unknown>>;
  /** Lets a payment be refused; the session stays open. */
  fail(sessionId: string, options?: { provider?: string }): Promise<Record<string, unknown>>;
  /** Begins a payment and leaves it waiting; `pay` or `fail` ends it. */
  pending(sessionId: string, options?: { provider?: string }): Promise<Record<string, unknown>>;
  /** Ends an open session now. */
  expire(sessionId: string): Promise<void>;
  /** Moves its clock: `'61m'`, or milliseconds. Sessions end, webhooks are sent again. */
  advanceClock(by: string | number): Promise<void>;
  /** The webhooks that were sent, newest first, each with its attempts. */
  deliveries(): Promise<Record<string, unknown>[]>;
  /** Calls its control API, for what has no method here. */
  control(method: 'GET' | 'POST' | 'DELETE', route: string, body?: object): Promise<unknown>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** The local lomi. API on a free port, for tests of your own. */
export declare function startSandbox(options?: {
  /** The program; `LOMI_SANDBOX`, else `lomi-sandbox` on the PATH, when left out. */
  binary?: string;
  /** More arguments of the program. */
  args?: string[];
}): Promise<Sandbox>;
