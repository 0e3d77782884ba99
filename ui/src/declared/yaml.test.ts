import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../api/client';
import { asYaml } from './yaml';

const VALUES: Json[] = [
  '',
  ' ',
  'a',
  '3.0',
  '0x1f',
  '1e3',
  'yes',
  'Null',
  'on',
  '~',
  '-',
  '- a',
  'a: b',
  'a #b',
  '# a',
  '*a',
  '&a',
  '!a',
  '%a',
  '@a',
  '`a`',
  '"a"',
  "it's",
  '{a}',
  '[a]',
  '<<',
  '=',
  '/a/b',
  '~/a\\d+$',
  'ä 漢 😀',
  'a\tb',
  'a\r\nb',
  'a\u0085b\u2028c\u007f\ufeff',
  'one\ntwo',
  'one\ntwo\n',
  'one\ntwo\n\n',
  'one\n\n  two',
  ' one\ntwo',
  'one\ntwo ',
  'one \ntwo',
  '\none',
  '---\na',
  '# one\ntwo\n',
  0,
  -1.5,
  1e21,
  true,
  null,
  [],
  {},
  [[1, [2]], []],
  [{ a: 1, b: [{ c: 'one\ntwo\n' }] }, {}],
  { 'a b': 1, yes: 2, null: 3, '': 4, '7': 5, 'x-y': { z: [] } },
];

it.each(VALUES.map((value) => [value]))('%j is read again as what it was', (value) => {
  const document = { before: 1, value, list: [value, { value }, [value]], after: 'end' };
  expect(parse(asYaml(document))).toEqual(document);
  expect(parse(asYaml(document), { version: '1.1' })).toEqual(document);
});

it('is written as people write it', () => {
  const file = { _format_version: '3.0', services: [{ name: 'a', port: 80, tags: ['x'], cert: 'BEGIN\nAB\n' }] };
  expect(asYaml(file)).toBe(`_format_version: "3.0"
services:
  - name: a
    port: 80
    tags:
      - x
    cert: |
      BEGIN
      AB
`);
});
