'use strict';

// Webhooks in Fastify.

const { webhooks } = require('./index.js');
const { HEADER, check, receive, refuse } = require('./runtime/webhooks/receive.js');

/**
 * A plugin with one route: `app.register(webhook, {url, secret, onEvent})`. Bodies stay
 * raw within the plugin only; the app's other routes parse JSON as before.
 */
async function webhook(app, options) {
  const { secret, maxAge, logger, onEvent, url = '/webhooks/lomi' } = options ?? {};
  const settings = check({ secret, maxAge, logger }, onEvent);
  const bodyLimit = webhooks.MAX_BODY;
  const refused = (request, reply, error) => {
    const own = logger ?? ((line) => request.log.warn(line));
    const { status, body } = refuse(error, { ...settings, logger: own });
    return reply.code(status).type('application/json').send(body);
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => {
    if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error;
    try {
      return webhooks.bodyTooLarge();
    } catch (own) {
      return refused(request, reply, own);
    }
  });
  app.post(url, { bodyLimit }, async (request, reply) => {
    let event;
    try {
      event = await receive(() => request.body ?? Buffer.alloc(0), request.headers[HEADER], settings);
    } catch (error) {
      return refused(request, reply, error);
    }
    await onEvent(event, request, reply);
    return reply.sent ? reply : reply.code(200).send({ received: true });
  });
}

module.exports = { webhook, default: webhook };
