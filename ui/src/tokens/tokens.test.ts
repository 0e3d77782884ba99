import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { meaningOfClaim, meaningOfHeader } from './claims';
import { type Credential, rulesOf } from './credential';
import { type Decoded, decode } from './decode';
import { curlLine, proxyAddress } from './requests';
import { makePair, mint } from './signatures';
import { verdict } from './verdict';

const NOW = 1_800_000_000;
const SECRET = 'a-secret-that-is-long-enough-for-hs256';

const credential: Credential = {
  id: '1',
  key: 'ann',
  algorithm: 'HS256',
  secret: SECRET,
  publicKey: '',
  published: '',
  consumer: 'c',
};
const rules = rulesOf();
const strict = rulesOf({ id: 'p', config: { claims_to_verify: ['exp', 'nbf'], maximum_expiration: 600 } });

const made = async (claims: Record<string, string | number>, by = credential, privateKey = '') =>
  decode(await mint({ credential: by, secretIsBase64: false, privateKey, claims })) as Decoded;

const outcomes = async (decoded: Decoded, by = rules, credentialOrNone: Credential | undefined = credential) =>
  (await verdict(decoded, by, credentialOrNone, NOW)).map(({ what, outcome }) => `${what}: ${outcome}`);

describe('a token that is pasted', () => {
  it('is read with and without the header that it came in', async () => {
    const { token } = await made({ iss: 'ann' });
    for (const pasted of [token, ` ${token}\n`, `Bearer ${token}`, `authorization: bearer ${token}`]) {
      expect(decode(pasted)).toMatchObject({ claims: { iss: 'ann' }, header: { alg: 'HS256' }, token });
    }
  });

  it.each(['a', 'a.b', 'a.b.c', 'a.b.c.d.e', 'e30.W10.', 'e30.e30.?', '{}.{}.'])(
    'that is none is told: %s',
    (pasted) => {
      expect(decode(pasted)).toHaveProperty('fault');
    },
  );
});

describe('a claim', () => {
  it.each([
    ['exp', NOW - 720, 'Expired 12 minutes ago', true],
    ['exp', NOW, 'Expired 0 seconds ago', true],
    ['exp', NOW + 7200, 'Good for another 2 hours', false],
    ['nbf', NOW + 86_400, 'Not good for another 1 day', true],
    ['nbf', NOW - 1, 'Good since 1 second', false],
    ['iat', NOW - 60, 'Made 1 minute ago', false],
    ['exp', 'soon', 'This has to be a number: seconds since 1970.', true],
  ])('%s of %s: %s', (name, value, words, isBad) => {
    expect(meaningOfClaim(name, value, NOW)).toEqual({ words, isBad });
  });

  it('that no standard knows is not an error', () => {
    expect(meaningOfClaim('colour', 'red', NOW).isBad).toBeUndefined();
    expect(meaningOfHeader('alg', 'none').isBad).toBe(true);
  });
});

describe('a verdict', () => {
  it('is good for what the credential has signed', async () => {
    const token = await made({ iss: 'ann', exp: NOW + 60, nbf: NOW });
    expect(await outcomes(token, strict)).toEqual([
      'Credential: passed',
      'Algorithm: passed',
      'Signature: passed',
      'exp: passed',
      'nbf: passed',
      'Maximum expiration: passed',
    ]);
  });

  it('stops where the gateway stops', async () => {
    expect(await outcomes(await made({ sub: 'ann' }))).toEqual(['Name of the credential: failed']);
    const token = await made({ iss: 'ann' });
    expect(await verdict(token, rules, undefined, NOW)).toMatchObject([{ what: 'Credential', outcome: 'failed' }]);
    const other = { ...credential, algorithm: 'RS256' };
    expect(await outcomes(token, rules, other)).toEqual(['Credential: passed', 'Algorithm: failed']);
  });

  it('knows a forged signature', async () => {
    const token = await made({ iss: 'ann' });
    expect(await outcomes(token, rules, { ...credential, secret: `${SECRET}!` })).toContain('Signature: failed');
  });

  it('takes secrets that are base64url', async () => {
    const base64 = { ...credential, secret: btoa(SECRET).replaceAll('=', '') };
    const by = rulesOf({ id: 'p', config: { secret_is_base64: true } });
    expect(await outcomes(await made({ iss: 'ann' }), by, base64)).toContain('Signature: passed');
  });

  it('looks at times only where the plugin does', async () => {
    const late = await made({ iss: 'ann', exp: NOW - 1 });
    expect(await outcomes(late)).toContain('exp: noted');
    expect(await outcomes(late, strict)).toContain('exp: failed');
    expect(await outcomes(await made({ iss: 'ann' }), strict)).toContain('nbf: failed');
    expect(await outcomes(await made({ iss: 'ann', exp: NOW + 601 }), strict)).toContain('Maximum expiration: failed');
  });

  it('allows for clocks that differ, and says what it cannot look at', async () => {
    const by = rulesOf({ id: 'p', config: { claims_to_verify: ['exp'], leeway: 5, audiences: ['api'], scopes: null } });
    const late = await made({ iss: 'ann', exp: NOW - 4 });
    expect(await outcomes(late, by)).toContain('exp: passed');
    expect(await outcomes(await made({ iss: 'ann', exp: NOW - 5 }), by)).toContain('exp: failed');
    expect((await verdict(late, by, credential, NOW)).at(-1)?.why).toMatch(/audiences\.$/);
  });

  it('leaves keys that issuers publish to the gateway', async () => {
    const token = await made({ iss: 'ann' });
    const published = { ...credential, published: 'https://issuer.example/jwks' };
    expect(await outcomes(token, rules, published)).toContain('Signature: noted');
    const by = rulesOf({ id: 'p', config: { issuers: [{ issuer: 'ann' }] } });
    expect(await verdict(token, by, undefined, NOW)).toMatchObject([{ what: 'Credential', outcome: 'noted' }]);
  });

  it.each(['RS256', 'PS384', 'ES256', 'ES512', 'EdDSA'])('verifies %s with the public key', async (algorithm) => {
    const { publicKey, privateKey } = await makePair(algorithm);
    const by = { ...credential, algorithm, publicKey };
    const token = await made({ iss: 'ann' }, by, privateKey);
    expect(await outcomes(token, rules, by)).toContain('Signature: passed');
    const { publicKey: another } = await makePair(algorithm);
    expect(await outcomes(token, rules, { ...by, publicKey: another })).toContain('Signature: failed');
  });

  it('says why a key cannot be used', async () => {
    const { privateKey } = await makePair('RS256');
    const by = { ...credential, algorithm: 'RS256', publicKey: 'not a key' };
    const steps = await verdict(await made({ iss: 'ann' }, by, privateKey), rules, by, NOW);
    expect(steps.at(-1)?.why).toMatch(/^The key of the credential cannot be used: ./);
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' });
    const weak = await verdict(
      await made({ iss: 'ann' }, by, privateKey),
      rules,
      { ...by, publicKey: String(short) },
      NOW,
    );
    expect(weak.find(({ what }) => what === 'Signature')?.why).toMatch(/2048/);
  });
});

describe('a line of curl', () => {
  const node = (ip: string, ssl = false) =>
    ({ configuration: { proxy_listeners: [{ ip, port: 8000, ssl }] } }) as Parameters<typeof proxyAddress>[0];

  it('asks where the gateway listens', () => {
    expect(proxyAddress(node('0.0.0.0'), 'gw.example')).toBe('http://gw.example:8000');
    expect(proxyAddress(node('127.0.0.1', true), 'gw.example')).toBe('https://127.0.0.1:8000');
    expect(proxyAddress(node('::1'), 'gw.example')).toBe('http://[::1]:8000');
  });

  it('fits the route', () => {
    const route = { id: 'r', paths: ['~/x', "/it's"], hosts: ['*.example', 'a.example'], methods: ['POST'] };
    expect(curlLine('http://g:1', route, 't')).toBe(
      "curl -i -X POST 'http://g:1/it'\\''s' \\\n  -H 'Host: a.example' \\\n  -H 'Authorization: Bearer t'",
    );
    expect(curlLine('http://g:1', undefined)).toBe("curl -i 'http://g:1/'");
  });
});
