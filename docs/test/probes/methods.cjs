// Prints, as JSON, what the npm package has: methods of resources, of the client and of the documented classes.

'use strict';

const lomi = require('lomi');

const own = (prototype) => Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');

const client = new lomi.LomiClient('lomi_sk_test_probe');
const methods = {};
const names = [];
for (const name of own(lomi.LomiClient.prototype)) {
  const value = client[name];
  if (typeof value === 'function') names.push(name);
  else for (const method of own(Object.getPrototypeOf(value))) methods[`${name}.${method}`] = {};
}
const statics = own(lomi.LomiClient).filter((name) => typeof lomi.LomiClient[name] === 'function');
const documented = {};
for (const name of Object.keys(lomi)) {
  if (name.endsWith('Api')) documented[name] = own(lomi[name].prototype);
}
process.stdout.write(JSON.stringify({ methods, client: [...names, ...statics], documented }));
