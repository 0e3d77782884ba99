/** What a schema does not say of its fields: how they are best filled in. */

/** Texts of several lines, by the last name of their path. */
const LONG = [
  'cert',
  'cert_alt',
  'key_pem',
  'rsa_public_key',
  'public_key',
  'private_key',
  'jwk',
  'body',
  'expression',
];

/** The same, where the name alone would not tell. */
const LONG_PATHS = ['certificates.key', 'certificates.key_alt'];

/** Lists of code, whose elements have several lines. */
const CODE = ['certificate', 'rewrite', 'access', 'header_filter', 'body_filter', 'log'];

const CODE_PLUGINS = ['pre-function', 'post-function'];

export function isLong(schema: string, path: string): boolean {
  const name = path.split('.').at(-1) ?? '';
  return LONG.includes(name) || LONG_PATHS.includes(`${schema}.${path}`);
}

export function isCode(schema: string, path: string): boolean {
  return CODE_PLUGINS.some((plugin) => schema === `plugins/${plugin}`) && CODE.includes(path.replace('config.', ''));
}

/** What opens doors, though its schema does not say so. */
const SECRETS = [
  'keyauth_credentials.key',
  'certificates.key',
  'certificates.key_alt',
  'keys.jwk',
  'keys.pem.private_key',
];

/** Whether a text is not to be read over a shoulder. */
export function isSecret(schema: string, path: string): boolean {
  return SECRETS.includes(`${schema}.${path}`) || /(^|[._])(password|secret)$/.test(path);
}

/** Lists of ids of records of another kind. */
const IDS: Record<string, string> = { 'services.ca_certificates': 'ca_certificates' };

export function idsOf(schema: string, path: string): string | undefined {
  return IDS[`${schema}.${path}`];
}

/** Fields that come first in the form of a kind of record; the others are behind "More settings". */
const FIRST: Record<string, string[]> = {
  services: ['name', 'protocol', 'host', 'port', 'path', 'enabled', 'tags'],
  routes: ['name', 'service', 'paths', 'hosts', 'methods', 'protocols', 'strip_path', 'preserve_host', 'tags'],
  upstreams: ['name', 'algorithm', 'hash_on', 'slots', 'tags'],
  consumers: ['username', 'custom_id', 'tags'],
};

/** The place of a field among those that come first; `undefined` for the others. */
export function placeOf(schema: string, name: string): number | undefined {
  const first = FIRST[schema];
  if (!first) return 0;
  const place = first.indexOf(name);
  return place < 0 ? undefined : place;
}

/** What may be filled in in place of a field that a rule asks for. */
const INSTEAD: Record<string, string[]> = { rsa_public_key: ['jwks_uri', 'issuer_discovery'] };

export const insteadOf = (name: string): string[] => INSTEAD[name] ?? [];
