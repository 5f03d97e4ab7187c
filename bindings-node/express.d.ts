import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnyWebhookEvent } from './index.js';

/** Set-up of a webhook route. */
export interface WebhookOptions {
  /** The endpoint's secret, or several (`"new,old"` as well); `LOMI_WEBHOOK_SECRET` when left out. */
  secret?: string | readonly string[];
  /** Refuse a delivery that was made more seconds ago. */
  maxAge?: number;
  /** Takes a line that says why a delivery was refused; `console.warn`, or Fastify's log, when left out. */
  logger?: (line: string) => unknown;
}

/**
 * A route's handler that calls `handler` for each proven delivery: 200 when it is done, 400 for a
 * signature that is wrong, 413 for a body beyond 1 MiB, and what it throws goes to `next`, so that
 * lomi. delivers again.
 *
 * ```js
 * app.post('/webhooks/lomi', webhook({ secret }, async (event) => { ... }));
 * ```
 */
export declare function webhook<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
>(
  options: WebhookOptions,
  handler: (event: AnyWebhookEvent, request: Request, response: Response) => unknown,
): (request: Request, response: Response, next?: (error?: unknown) => void) => Promise<void>;

/** For `express.json({verify: keepRawBody})`: keeps the bytes of a body beside what was parsed of it. */
export declare function keepRawBody(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void;
