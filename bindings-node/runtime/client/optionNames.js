'use strict';

/** The options of LomiClient and of Configuration, which differ only in the name of the base URL. */
const COMMON_OPTIONS = [
  'apiKey',
  'environment',
  'headers',
  'timeout',
  'attemptTimeout',
  'connectTimeout',
  'idleTimeout',
  'maxRetries',
  'maxConnections',
  'allowHttp',
  'routes',
  'userAgent',
  'apiVersion',
  'lang',
  'caFile',
  'caFiles',
  'certificateFile',
  'keyFile',
  'tlsServerName',
  'limits',
  'proxy',
  'proxyHeaders',
  'onRequest',
  'onResponse',
  'logger',
];

const CLIENT_OPTIONS = new Set([...COMMON_OPTIONS, 'baseUrl', 'record']);
const CONFIGURATION_OPTIONS = new Set([...COMMON_OPTIONS, 'apiKeyPrefix', 'basePath']);

module.exports = { CLIENT_OPTIONS, CONFIGURATION_OPTIONS };
