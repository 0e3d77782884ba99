import { describe, expect, it } from 'vitest';
import { matches, regexOf } from './pattern';

describe('patterns of schemas', () => {
  it.each([
    ['^%u+$', 'GET', true],
    ['^%u+$', 'get', false],
    ['^[a-z][a-z%d-]-[a-z%d]+$', 'my-vault1', true],
    ['^[a-z][a-z%d-]-[a-z%d]+$', '1vault', false],
    ['^[^*]*%*?[^*]*$', '*.example.com', true],
    ['^[^*]*%*?[^*]*$', '*.example.*', false],
    ['//', '/a//b', true],
    ['^~/', '~/a(', true],
    ['^[^:]+:.*$', 'old:new', true],
    ['%.%*$', 'example.*', true],
    ['^[Hh][Oo][Ss][Tt]$', 'Host', true],
  ])('%s on %s', (pattern, value, expected) => {
    expect(matches(value, pattern)).toBe(expected);
  });

  it('leaves what is not simple to the gateway', () => {
    for (const pattern of ['%b()', '%f[a]', '(a)%1', '[%W]']) {
      expect(regexOf(pattern)).toBeUndefined();
      expect(matches('anything', pattern)).toBe(true);
    }
  });
});
