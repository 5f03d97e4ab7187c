import type { AnyWebhookEvent } from './index.js';
import type { WebhookOptions } from './express.js';

/** Options of the plugin. An unknown name is a `ConfigurationError`. */
export interface WebhookPluginOptions<Request = unknown, Reply = unknown> extends WebhookOptions {
  /** The path of the route. Default: `/webhooks/lomi`. */
  url?: string;
  /**
   * Called for each verified delivery. The response is 200 when it has returned, unless it answers itself.
   * If it throws, lomi. repeats the delivery.
   */
  onEvent: (event: AnyWebhookEvent, request: Request, reply: Reply) => unknown;
}

/** A plugin with one route: `app.register(webhook, {url, secret, onEvent})`. */
export declare function webhook<App extends object>(app: App, options: WebhookPluginOptions): Promise<void>;
export default webhook;
