import { describe, expect, it } from 'vitest';
import { refusalOf } from './faults';
import type { NamedField } from './schema';
import { changed, changes, filledIn, withValueAt } from './values';

const fields: NamedField[] = [
  { name: { type: 'string' } },
  { tags: { type: 'set' } },
  { config: { type: 'record', fields: [{ realm: { type: 'string' } }, { names: { type: 'set' } }] } },
];

describe('what is sent', () => {
  it('for a new record has only what was filled in', () => {
    expect(filledIn({ name: 'a', tags: null, path: '', config: { realm: '' }, on: false })).toEqual({
      name: 'a',
      on: false,
    });
  });

  it('for a changed record has only what is different', () => {
    const before = { name: 'a', tags: ['x'], config: { realm: 'r', names: ['a'] } };
    expect(changed({ fields }, before, before)).toEqual({});
    expect(changed({ fields }, before, { ...before, config: { realm: 'r', names: ['b'] } })).toEqual({
      config: { names: ['b'] },
    });
    expect(changed({ fields }, before, { name: 'a', config: { names: ['a'] } })).toEqual({
      tags: null,
      config: { realm: null },
    });
  });
});

describe('what is changed in a form', () => {
  it('leaves the rest as it was', () => {
    const whole = { a: [{ b: 1 }, { b: 2 }], c: 3 };
    expect(withValueAt(whole, ['a', 1, 'b'], 4)).toEqual({ a: [{ b: 1 }, { b: 4 }], c: 3 });
    expect(withValueAt(whole, ['c'], undefined)).toEqual({ a: whole.a });
    expect(withValueAt({}, ['x', 'y'], 1)).toEqual({ x: { y: 1 } });
    expect(whole.c).toBe(3);
  });

  it('is told down to single fields', () => {
    const found = changes({ a: 1, config: { b: 1, c: 2 } }, { a: 1, config: { b: 3, c: 2 }, d: 4 });
    expect(found).toEqual([
      { path: 'config.b', before: 1, after: 3 },
      { path: 'd', before: undefined, after: 4 },
    ]);
    expect(changes({ a: null }, {})).toEqual([]);
  });
});

describe('what the gateway refuses', () => {
  it('is found by the path of the field', () => {
    const refusal = refusalOf({
      host: 'required field missing',
      config: { limit: 'expected a number' },
      paths: [null, 'should start with: / (fixed path) or ~/ (regex path)'],
      '@entity': ['at least one of these fields must be non-empty: a, b'],
    } as never);
    expect(Object.keys(refusal.fields)).toEqual(['host', 'config.limit', 'paths.1']);
    expect(refusal.whole).toEqual(['at least one of these fields must be non-empty: a, b']);
  });
});
