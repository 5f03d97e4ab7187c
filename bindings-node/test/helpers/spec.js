'use strict';

// The operations of core/spec, and a value for each field of what they take and return.

const fs = require('node:fs');
const path = require('node:path');

const SPEC = path.join(__dirname, '../../../core/spec');

const read = (file) => JSON.parse(fs.readFileSync(path.join(SPEC, file), 'utf8'));
const files = fs.readdirSync(path.join(SPEC, 'resources')).map((file) => read(`resources/${file}`));

const schemas = Object.assign({}, read('openapi.json').components.schemas, ...files.map((f) => f.schemas));

const schemaOf = (reference) => reference.split('/').at(-1);
const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** The name of the schema that a part of an operation refers to. */
function contentOf(part) {
  const reference = part?.content?.['application/json'].schema.$ref;
  return reference === undefined ? undefined : schemaOf(reference);
}

function readOperation(resource, method, route, entry) {
  const lomi = entry['x-lomi'];
  const successes = Object.entries(entry.responses).filter(([status]) => status < 300);
  const [status, response] = successes[0];
  const returned = contentOf(response);
  const listed = returned && schemas[returned]['x-lomi'].lists;
  return {
    class: resource.documented?.class,
    client: camel(resource.resource),
    id: lomi.operation,
    name: camel(lomi.operation),
    verb: camel(lomi.verb),
    method: method.toUpperCase(),
    status: Number(status),
    query: (entry.parameters ?? []).filter((parameter) => parameter.in === 'query'),
    ids: (route.match(/\{\w+\}/g) ?? []).length,
    body: contentOf(entry.requestBody),
    returned: listed ?? returned,
    isList: listed !== undefined,
    isAny: response.content !== undefined && returned === undefined,
    alternatives: lomi.alternatives ?? [],
    replaySafe: lomi.replaySafe === true,
    naturalKey: lomi.naturalKey,
    routes: {},
    generations: {},
    documented: false,
  };
}

/** Every operation, with its path in each route style. */
function readOperations() {
  const operations = {};
  for (const resource of files) {
    for (const [route, item] of Object.entries(resource.paths)) {
      for (const [method, entry] of Object.entries(item)) {
        if (method === 'parameters') continue;
        const operation = (operations[entry['x-lomi'].operation] ??= readOperation(
          resource,
          method,
          route,
          entry,
        ));
        const { routes, generations } = entry['x-lomi'];
        for (const style of routes ? [routes] : ['documented', 'current']) operation.routes[style] = route;
        for (const generation of generations) {
          operation.generations[generation] = (operation.generations[generation] ?? 0) + 1;
        }
        operation.documented ||= generations.includes('C');
      }
    }
  }
  // The newest API has the path of the current server where it has not renamed it.
  for (const { routes } of Object.values(operations)) routes.newest ??= routes.current;
  return Object.values(operations);
}

const TEXTS = {
  'date-time': '2126-03-04T05:06:07Z',
  uuid: '6f1c2a44-94f5-4b0c-8d63-3a3f1ce0a001',
  uri: 'https://shop.example/a',
  email: 'a@shop.example',
};

/** A valid value for a field or a parameter. */
function sample(property) {
  if (property.$ref) {
    const name = schemaOf(property.$ref);
    return schemas[name].enum?.[0] ?? sampleObject(name, () => true);
  }
  if (property.oneOf) return ['one', 'two'];
  switch (property.type) {
    case 'array':
      if (property.items.$ref) return [sample(property.items)];
      return [property.items.type === 'string' ? 'text' : { key: 'value' }];
    case 'boolean':
      return true;
    case 'integer':
      return property.minimum ?? 1;
    case 'number':
      return 25;
    case 'object':
      return { key: 'value', nested: { list: [1, 'two', null] } };
    default:
      return TEXTS[property.format] ?? 'text';
  }
}

/** An object with a value for each field of a schema that `wanted` accepts. */
function sampleObject(name, wanted) {
  const properties = Object.entries(schemas[name].properties);
  return Object.fromEntries(properties.filter(([, p]) => wanted(p)).map(([key, p]) => [key, sample(p)]));
}

/** The names of the fields of a body. */
function bodyFields(body) {
  const source = schemas[schemas[body]['x-lomi'].writes ?? body].properties;
  return Object.keys(source).filter((name) => !source[name].readOnly);
}

/** What the caller sends to an operation, in a route style: fields that keep their name in it. */
function requestBody(operation, style) {
  const source = schemas[operation.body]['x-lomi'].writes ?? operation.body;
  return sampleObject(source, (field) => !field.readOnly && field['x-lomi']?.sent?.[style] === undefined);
}

/** An object as the server returns it, with every field that it may have. */
const responseObject = (name) => sampleObject(name, (field) => !field.writeOnly);

/** The class of a schema in this package. */
const className = (name) => schemas[name]['x-lomi'].names.node;

/** Whether an object of a schema is refused without its id. */
const isStrict = (name) => {
  const { id, idOptional } = schemas[name]['x-lomi'];
  return id !== undefined && idOptional !== true;
};

/** The field that identifies a schema in place of another one. */
const marker = (name) => schemas[name]?.['x-lomi'].marker;

module.exports = {
  bodyFields,
  className,
  isStrict,
  marker,
  operations: readOperations(),
  requestBody,
  responseObject,
  sample,
};
