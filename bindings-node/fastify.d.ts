import type { AnyWebhookEvent } from './index.js';
import type { WebhookOptions } from './express.js';

/** Set-up of the plugin. */
export interface WebhookPluginOptions<Request = unknown, Reply = unknown> extends WebhookOptions {
  /** The route; `/webhooks/lomi` when left out. */
  url?: string;
  /** Called for each proven delivery. What it throws makes lomi. deliver again. */
  onEvent: (event: AnyWebhookEvent, request: Request, reply: Reply) => unknown;
}

/** A plugin with one route: `app.register(webhook, {url, secret, onEvent})`. */
export declare function webhook<App extends object>(app: App, options: WebhookPluginOptions): Promise<void>;
export default webhook;
