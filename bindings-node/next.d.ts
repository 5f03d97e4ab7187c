import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnyWebhookEvent } from './index.js';
import type { WebhookOptions } from './express.js';

/**
 * A route of the app directory.
 *
 * ```js
 * export const POST = webhook({ secret }, async (event) => { ... });
 * ```
 */
export declare function webhook(
  options: WebhookOptions,
  handler: (event: AnyWebhookEvent, request: Request) => unknown,
): (request: Request) => Promise<Response>;

/** A route of the pages directory; it needs `export const config = rawBody` beside it. */
export declare function pagesWebhook(
  options: WebhookOptions,
  handler: (event: AnyWebhookEvent, request: IncomingMessage, response: ServerResponse) => unknown,
): (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Tells Next to leave the body of a route in the pages directory alone. */
export declare const rawBody: { api: { bodyParser: false } };
