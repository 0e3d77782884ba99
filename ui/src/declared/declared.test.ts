import { describe, expect, it } from 'vitest';
import type { RecordBody } from '../api/records';
import type { Schema } from '../forms/schema';
import { compare, type Others } from './compare';
import { read } from './document';
import type { State } from './state';
import { write } from './write';

const ID = 'a0000000-0000-4000-8000-000000000001';
const ANOTHER = 'a0000000-0000-4000-8000-000000000002';

const SERVICES: Schema = {
  fields: [
    { id: { type: 'string', auto: true } },
    { name: { type: 'string' } },
    { host: { type: 'string', required: true } },
    { port: { type: 'integer', default: 80 } },
    { protocol: { type: 'string', default: 'http' } },
    { path: { type: 'string' } },
    { retries: { type: 'integer', default: 5 } },
    { tags: { type: 'set', elements: { type: 'string' } } },
  ],
};
const ROUTES: Schema = {
  fields: [
    { id: { type: 'string', auto: true } },
    { name: { type: 'string' } },
    { paths: { type: 'array', elements: { type: 'string' } } },
    { service: { type: 'foreign', reference: 'services' } },
  ],
};
const JWTS: Schema = {
  fields: [
    { id: { type: 'string', auto: true } },
    { consumer: { type: 'foreign', reference: 'consumers' } },
    { key: { type: 'string', auto: true } },
    { secret: { type: 'string', auto: true } },
  ],
};
const schemas = (kind: string) => ({ services: SERVICES, routes: ROUTES, jwt_secrets: JWTS })[kind];

const orders = { id: ID, name: 'orders', host: 'a', port: 80, protocol: 'http', path: null, retries: 5, tags: null };
const stateOf = (lists: Record<string, RecordBody[]>): State => new Map(Object.entries(lists));
const plan = (file: string, state: State, others: Others = 'keep') => compare(read(file), state, schemas, others);
const V = '_format_version: "3.0"\n';

describe('a file', () => {
  it('has records within others, and the line of each', () => {
    const { entries, faults } = read(`${V}services:\n- name: a\n  host: h\n  routes:\n  - name: r\n    paths: [/a]\n`);
    expect(faults).toEqual([]);
    expect(entries.map(({ kind, record }) => [kind.name, record.name])).toEqual([
      ['services', 'a'],
      ['routes', 'r'],
    ]);
    expect(entries[1]?.lineOf(['paths', 0])).toBe(7);
    expect(entries[1]?.parent?.entry).toBe(entries[0]);
  });

  it.each([
    ['services: [', 1],
    [`${V}services:\n- name: a\n host: b\n`, 4],
    [`${V}servicse:\n- name: a\n`, 2],
    [`${V}services:\n  name: a\n`, 2],
    [`${V}services:\n- a\n`, 3],
    ['services: []\n', 1],
    ['just a text', 1],
    [`${V}services:\n- name: a\n  url: nowhere\n`, 4],
  ])('that is wrong is told by its line: %j', (file, line) => {
    expect(read(file).faults[0]?.line).toBe(line);
  });

  it('may give a service by its address', () => {
    const { entries } = read(`${V}services:\n- url: https://h.example/x\n- url: http://[::1]:81\n`);
    expect(entries.map(({ record }) => record)).toEqual([
      { protocol: 'https', host: 'h.example', port: 443, path: '/x' },
      { protocol: 'http', host: '[::1]', port: 81, path: null },
    ]);
  });

  it('may be JSON', () => {
    expect(read('{"_format_version": "3.0", "services": [{"name": "a"}]}').entries).toHaveLength(1);
  });
});

describe('a comparison', () => {
  it('of what is there finds nothing, whatever is left to defaults', () => {
    const found = plan(`${V}services:\n- name: orders\n  url: http://a\n`, stateOf({ services: [orders] }));
    expect(found).toMatchObject({ steps: [], faults: [], same: 1 });
  });

  it('sends what is different, and takes back what is not said any more', () => {
    const state = stateOf({ services: [{ ...orders, retries: 9, tags: ['x', 'y'] }] });
    const found = plan(`${V}services:\n- name: orders\n  host: b\n  tags: [y, x]\n`, state);
    expect(found.steps.map(({ act, id, body }) => [act, id, body])).toEqual([
      ['change', ID, { host: 'b', retries: 5 }],
    ]);
  });

  it('makes what is new, with references to what is new as well', () => {
    const found = plan(`${V}routes:\n- name: r\n  service: s\nservices:\n- name: s\n  host: h\n`, stateOf({}));
    const [service, route] = found.steps;
    expect([service?.kind, route?.kind]).toEqual(['services', 'routes']);
    expect(route?.body.service).toEqual({ id: service?.id });
  });

  it('knows records by what is unique, and keeps what the gateway made', () => {
    const state = stateOf({
      consumers: [{ id: ANOTHER, username: 'ann' }],
      jwt_secrets: [{ id: ID, consumer: { id: ANOTHER }, key: 'k', secret: 'made' }],
    });
    const found = plan(`${V}consumers:\n- username: ann\n  jwt_secrets:\n  - key: k\n`, state);
    expect(found).toMatchObject({ steps: [], same: 2 });
  });

  it('deletes what is not named only when that is wanted, what belongs to others first', () => {
    const state = stateOf({ services: [orders], routes: [{ id: ANOTHER, service: { id: ID } }] });
    expect(plan(V, state).steps).toEqual([]);
    expect(plan(V, state, 'delete').steps.map(({ act, kind }) => [act, kind])).toEqual([
      ['delete', 'routes'],
      ['delete', 'services'],
    ]);
  });

  it('tells what is there twice, and what refers to nothing', () => {
    const found = plan(`${V}services:\n- name: a\n- name: a\nroutes:\n- name: r\n  service: nobody\n`, stateOf({}));
    expect(found.faults.map(({ line }) => line)).toEqual([4, 7]);
  });

  it('does not take a digest for a password', () => {
    const file = `${V}_transform: false\nconsumers:\n- username: ann\n  basicauth_credentials:\n  - username: ann\n    password: 5f\n`;
    expect(plan(file, stateOf({})).faults.map(({ line }) => line)).toEqual([7]);
    expect(plan(file.replace('_transform: false\n', ''), stateOf({})).faults).toEqual([]);
  });
});

describe('a file that is written', () => {
  const state = stateOf({
    services: [orders],
    routes: [{ id: ANOTHER, name: 'r', paths: ['/a'], service: { id: ID } }],
  });

  it('has records within what they belong to, and says nothing that goes without saying', () => {
    expect(write(state, schemas, { notation: 'yaml', ids: 'without' })).toBe(
      `${V}_transform: false\nservices:\n  - name: orders\n    host: a\n    port: 80\n    protocol: http\n    retries: 5\n` +
        '    routes:\n      - name: r\n        paths:\n          - /a\n',
    );
  });

  it.each(['with', 'without'] as const)('%s ids is what there is when it is read again', (ids) => {
    for (const notation of ['yaml', 'json'] as const) {
      const file = write(state, schemas, { notation, ids });
      expect(plan(file, state, 'delete')).toMatchObject({ steps: [], faults: [], same: 2 });
    }
  });
});
