import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnyWebhookEvent } from './index.js';

/** Options of a webhook route. An unknown name is a `ConfigurationError`. */
export interface WebhookOptions {
  /** The endpoint's secret, or several (also as `"new,old"`). Default: `LOMI_WEBHOOK_SECRET`. */
  secret?: string | readonly string[];
  /** Maximum age of a delivery, in seconds. Default: no limit. */
  maxAge?: number;
  /** Called with the reason when a delivery is refused. Default: `console.warn`, or Fastify's log. */
  logger?: (line: string) => unknown;
}

/**
 * A route handler that calls `handler` for each verified delivery. The response is 200 when `handler`
 * has returned, unless it answers itself; 400 for an invalid signature, and 413 for a body beyond 1 MiB. An error of `handler` goes
 * to `next`, so that lomi. repeats the delivery.
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

/** For `express.json({verify: keepRawBody})`: stores the raw body of a request beside the parsed one. */
export declare function keepRawBody(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void;
