'use strict';

// Webhooks in Fastify.

const { HEADER, check, receive } = require('./runtime/receive.js');

/**
 * A plugin with one route: `app.register(webhook, {url, secret, onEvent})`. Bodies stay
 * raw within the plugin only; the app's other routes parse JSON as before.
 */
async function webhook(app, options) {
  const settings = check(options, options?.onEvent);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post(options.url ?? '/webhooks/lomi', async (request, reply) => {
    const payload = request.body ?? Buffer.alloc(0);
    const { event, error, status } = receive(payload, request.headers[HEADER], settings);
    if (event === undefined) {
      if (status === 500) throw error;
      return reply.code(status).send({ error: error.message });
    }
    await options.onEvent(event, request, reply);
    return reply.sent ? reply : reply.code(200).send({ received: true });
  });
}

module.exports = { webhook, default: webhook };
