import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../api/client';
import { faultsOf } from './checks';
import type { Field, Schema } from './schema';

const faults = (field: Field, value: JsonObject['a'] | undefined) =>
  faultsOf({ fields: [{ a: field }] }, value === undefined ? {} : { a: value });

describe('single fields', () => {
  it.each<[string, Field, JsonObject['a'] | undefined, boolean]>([
    ['required and missing', { type: 'string', required: true }, undefined, false],
    ['required with a default', { type: 'string', required: true, default: 'http' }, undefined, true],
    ['required and automatic', { type: 'string', required: true, auto: true }, undefined, true],
    ['in range', { type: 'integer', between: [0, 65535] }, 80, true],
    ['out of range', { type: 'integer', between: [0, 65535] }, 65536, false],
    ['not whole', { type: 'integer' }, 1.5, false],
    ['not above', { type: 'number', gt: 0 }, 0, false],
    ['too short', { type: 'string', len_min: 2 }, 'a', false],
    ['one of', { type: 'string', one_of: ['a', 'b'] }, 'b', true],
    ['none of', { type: 'string', one_of: ['a', 'b'] }, 'c', false],
    ['forbidden', { type: 'string', not_one_of: ['env'] }, 'env', false],
    ['starts so', { type: 'string', starts_with: '/' }, '/a', true],
    ['starts otherwise', { type: 'string', starts_with: '/' }, 'a', false],
    ['an id', { type: 'string', uuid: true }, '5b1bd5b1-3f4b-4c1c-9c2e-0f3b8b9a8f11', true],
    ['no id', { type: 'string', uuid: true }, 'hello', false],
    ['a reference', { type: 'string', len_min: 99, referenceable: true }, '{vault://env/x}', true],
    ['subsets that differ', { type: 'set', mutually_exclusive_subsets: [['http'], ['tcp']] }, ['http', 'tcp'], false],
  ])('%s', (_, field, value, isRight) => {
    expect(Object.keys(faults(field, value))).toEqual(isRight ? [] : ['a']);
  });

  it('names elements and inner fields by their path', () => {
    const field: Field = {
      type: 'array',
      elements: { type: 'record', fields: [{ ip: { type: 'string', required: true } }] },
    };
    expect(Object.keys(faults(field, [{ ip: 'x' }, {}]))).toEqual(['a.1.ip']);
    const map: Field = { type: 'map', values: { type: 'integer' } };
    expect(Object.keys(faults(map, { x: 1, y: 'z' }))).toEqual(['a.y']);
  });

  it('gives the words of the schema', () => {
    const field: Field = { type: 'string', match_none: [{ pattern: '//', err: 'must not have empty segments' }] };
    expect(faults(field, '/a//b')).toEqual({ a: 'must not have empty segments' });
  });
});

describe('between fields', () => {
  const schema: Schema = {
    fields: [
      { algorithm: { type: 'string', default: 'HS256' } },
      {
        config: {
          type: 'record',
          required: true,
          fields: [{ claims: { type: 'set' } }, { most: { type: 'number', default: 0 } }],
        },
      },
      { low: { type: 'string' } },
      { high: { type: 'string' } },
    ],
    entity_checks: [
      {
        conditional: {
          if_field: 'config.most',
          if_match: { gt: 0 },
          then_field: 'config.claims',
          then_match: { contains: 'exp' },
        },
      },
      { mutually_required: ['low', 'high'] },
      { distinct: ['low', 'high'] },
    ],
  };

  it.each<[JsonObject, string[]]>([
    [{}, []],
    [{ config: { most: 5 } }, ['config.claims']],
    [{ config: { most: 5, claims: ['exp'] } }, []],
    [{ low: 'a' }, ['low']],
    [{ low: 'a', high: 'a' }, ['low']],
    [{ low: 'a', high: 'b' }, []],
  ])('%j', (value, expected) => {
    expect(Object.keys(faultsOf(schema, value))).toEqual(expected);
  });

  it('takes defaults for what was not filled in', () => {
    const checks = [
      {
        conditional: {
          if_field: 'algorithm',
          if_match: { one_of: ['HS256'] },
          then_field: 'low',
          then_match: { required: true },
        },
      },
    ];
    expect(Object.keys(faultsOf({ ...schema, entity_checks: checks }, {}))).toEqual(['low']);
    expect(faultsOf({ ...schema, entity_checks: checks }, { algorithm: 'RS256' })).toEqual({});
  });

  it('knows conditions by patterns', () => {
    const if_match = { match_any: { patterns: ['^RS256$'] } };
    const checks = [
      { conditional: { if_field: 'algorithm', if_match, then_field: 'low', then_match: { required: true } } },
    ];
    expect(faultsOf({ ...schema, entity_checks: checks }, {})).toEqual({});
    expect(Object.keys(faultsOf({ ...schema, entity_checks: checks }, { algorithm: 'RS256' }))).toEqual(['low']);
  });

  it('asks for one of several', () => {
    const fields: Schema['fields'] = [{ a: { type: 'string' } }, { b: { type: 'string' } }];
    const some = { fields, entity_checks: [{ at_least_one_of: ['a', 'b'] }] };
    expect(Object.keys(faultsOf(some, {}))).toEqual(['a']);
    expect(faultsOf(some, { b: 'x' })).toEqual({});
    const one = { fields, entity_checks: [{ only_one_of: ['a', 'b'] }] };
    expect(Object.keys(faultsOf(one, { a: 'x', b: 'x' }))).toEqual(['a']);
  });
});

it('what may stand in place of a field that is asked for is enough', () => {
  const conditional = {
    if_field: 'algorithm',
    if_match: { match: '^RS256$' },
    then_field: 'rsa_public_key',
    then_match: { required: true },
  };
  const names = ['algorithm', 'rsa_public_key', 'jwks_uri'];
  const schema: Schema = {
    fields: names.map((name) => ({ [name]: { type: 'string' } })),
    entity_checks: [{ conditional }],
  };
  expect(faultsOf(schema, { algorithm: 'RS256' })).toHaveProperty('rsa_public_key');
  expect(faultsOf(schema, { algorithm: 'RS256', jwks_uri: 'https://issuer.example/jwks' })).toEqual({});
});
