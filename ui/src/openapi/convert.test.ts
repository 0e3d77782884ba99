import { expect, describe as group, it } from 'vitest';
import { parse } from 'yaml';
import { type Api, declare, patternOf, slug } from './convert';
import { describe } from './describe';

const PETS = `openapi: 3.1.0
info: {title: The Pet Store}
servers:
- url: https://{env}.example/v1/
  variables: {env: {default: pets}}
paths:
  /pets:
    get: {operationId: listPets}
    post: {operationId: createPet}
  /pets/{pet-id}:
    parameters: []
    get: {}
  /pets/mine:
    get: {}
`;

const routes = (each: 'path' | 'operation') => {
  const api = describe(PETS) as Api;
  return parse(declare(api, { name: slug(api.title), url: api.server, each })).services[0];
};

group('an OpenAPI document', () => {
  it('becomes a service with a route for each path', () => {
    expect(routes('path')).toMatchObject({
      name: 'the-pet-store',
      url: 'https://pets.example/v1',
      routes: [
        { name: 'the-pet-store-pets', methods: ['GET', 'POST'], paths: ['~/pets$'], regex_priority: 10 },
        { name: 'the-pet-store-pets-pet-id', paths: ['~/pets/(?<pet_id>[^/]+)$'], regex_priority: 9 },
        { name: 'the-pet-store-pets-mine', strip_path: false },
      ],
    });
  });

  it('or with one for each operation, by the names that it has', () => {
    const names = routes('operation').routes.map(({ name }: { name: string }) => name);
    expect(names).toEqual([
      'the-pet-store-list-pets',
      'the-pet-store-create-pet',
      'the-pet-store-pets-pet-id',
      'the-pet-store-pets-mine',
    ]);
  });

  it('gives no name twice', () => {
    const source = '{"openapi":"3.0.0","paths":{"/a":{"get":{},"put":{}},"/a/":{"get":{}}}}';
    const file = declare(describe(source) as Api, { name: 's', url: 'http://h', each: 'operation' });
    const names = parse(file).services[0].routes.map(({ name }: { name: string }) => name);
    expect(new Set(names).size).toBe(3);
  });

  it('may be one of Swagger 2', () => {
    const source =
      '{"swagger":"2.0","host":"a.example","basePath":"/v2","schemes":["http","https"],"paths":{"/":{"get":{}}}}';
    expect(describe(source)).toMatchObject({
      server: 'https://a.example/v2',
      operations: [{ path: '/', method: 'GET' }],
    });
  });

  it.each(['', 'a: [', 'openapi: 4.0.0', 'openapi: 3.0.0\npaths: {}', '[]', 'openapi: 3.0.0\npaths: {x: 1, /y: 2}'])(
    'that is none is told: %j',
    (source) => {
      expect(describe(source)).toHaveProperty('fault');
    },
  );
});

it.each([
  ['/a.b', '~/a\\.b$'],
  ['/{1x}/{y}', '~/[^/]+/(?<y>[^/]+)$'],
  ['/f(x)', '~/f\\(x\\)$'],
])('a path is matched from start to end: %s', (path, pattern) => {
  expect(patternOf(path)).toBe(pattern);
});
