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

/** Starts the sandbox (the lomi. API on this machine) on a free port, for tests of your own. */
export declare function startSandbox(options?: {
  /** The path of the program. Default: `LOMI_SANDBOX`, or `lomi-sandbox` on the PATH. */
  binary?: string;
  /** Further arguments of the program. */
  args?: string[];
}): Promise<Sandbox>;
