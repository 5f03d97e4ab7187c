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
