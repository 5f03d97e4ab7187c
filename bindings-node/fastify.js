'use strict';

// Webhooks in Fastify.

const { internal, webhooks } = require('./index.js');

const { SIGNATURE_HEADER, receive, refusalOf, routeOptions } = internal;

/** The names of our options, then those that Fastify's `register` passes to every plugin. */
const PLUGIN_OPTIONS = ['url', 'onEvent', 'prefix', 'logLevel', 'logSerializers'];

/**
 * A plugin with one route: `app.register(webhook, {url, secret, onEvent})`. Bodies stay raw
 * inside the plugin only; the app's other routes parse JSON as before.
 */
async function webhook(app, options) {
  const settings = routeOptions(options, options?.onEvent, PLUGIN_OPTIONS);
  const { onEvent, url = '/webhooks/lomi' } = settings;
  const bodyLimit = webhooks.MAX_BODY;
  const refuse = (request, reply, error) => {
    const logger = options.logger ?? ((line) => request.log.warn(line));
    const { status, body } = refusalOf(error, { logger });
    return reply.code(status).type('application/json').send(body);
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => {
    if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error;
    try {
      return webhooks.bodyTooLarge();
    } catch (tooLarge) {
      return refuse(request, reply, tooLarge);
    }
  });
  app.post(url, { bodyLimit }, async (request, reply) => {
    let event;
    try {
      event = await receive(
        () => request.body ?? Buffer.alloc(0),
        request.headers[SIGNATURE_HEADER],
        settings,
      );
    } catch (error) {
      return refuse(request, reply, error);
    }
    const isAnswered = watch(reply);
    await onEvent(event, request, reply);
    return isAnswered() ? reply : reply.code(200).send({ received: true });
  });
}

/** The methods of a reply that answer; `redirect` and others call `send`. */
const ANSWERS = ['send', 'hijack', 'callNotFound'];

/**
 * Tells whether the handler answers. `reply.sent` alone is false while hooks of `onSend`, serializers
 * or a stream are still at work.
 */
function watch(reply) {
  let answered = false;
  for (const name of ANSWERS) {
    const method = reply[name];
    reply[name] = function (...given) {
      const returned = method.apply(this, given);
      answered = true; // not where it throws: nothing is sent then
      return returned;
    };
  }
  return () => answered || reply.sent || reply.raw.headersSent;
}

module.exports = { webhook, default: webhook };
