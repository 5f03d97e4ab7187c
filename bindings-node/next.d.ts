import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnyWebhookEvent } from './index.js';
import type { WebhookOptions } from './express.js';

/**
 * A route handler of the app directory.
 *
 * ```js
 * export const POST = webhook({ secret }, async (event) => { ... });
 * ```
 */
export declare function webhook(
  options: WebhookOptions,
  handler: (event: AnyWebhookEvent, request: Request) => unknown,
): (request: Request) => Promise<Response>;

/** A route handler of the pages directory. Its file must also `export const config = rawBody`. */
export declare function pagesWebhook(
  options: WebhookOptions,
  handler: (event: AnyWebhookEvent, request: IncomingMessage, response: ServerResponse) => unknown,
): (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The route config with which Next.js does not parse the body of a route in the pages directory. */
export declare const rawBody: { api: { bodyParser: false } };
