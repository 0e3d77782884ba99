import { expect, it } from 'vitest';
import { bodyOf, draftFor, nothing } from './tried';

it('each line is a field, and what is none is left out', () => {
  const headers = 'Accept: a/b\nnonsense\n: x\nAuthorization: Bearer a:b';
  expect(bodyOf({ ...nothing, headers }).headers).toEqual({ Accept: 'a/b', Authorization: 'Bearer a:b' });
});

it('a route says how it is asked, where it says so plainly', () => {
  const route = { paths: ['~/a/\\d+', '/b'], hosts: ['*.example'], methods: ['PUT'] };
  expect(draftFor(nothing, route)).toMatchObject({ path: '/b', host: 'any.example', method: 'PUT' });
  expect(draftFor(nothing, { paths: null })).toEqual(nothing);
});
