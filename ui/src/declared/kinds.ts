/** Kinds of record as a file of configuration has them, in an order in which each comes after what it refers to. */

export interface Kind {
  /** The name of its list in a file, which is that of its schema. */
  name: string;
  /** Its collection in the Admin API; targets have none of their own. */
  collection: string;
  /** The kinds that its fields refer to. */
  refers: Record<string, string>;
  /** The kind that it may stand within, and the field that then is settled. */
  within?: Record<string, string>;
  /** Records with the same values in one of these groups of fields are the same record. */
  known: string[][];
}

const ofConsumer = { refers: { consumer: 'consumers' }, within: { consumers: 'consumer' } };

export const kinds: Kind[] = [
  { name: 'ca_certificates', collection: 'ca_certificates', refers: {}, known: [['cert']] },
  { name: 'certificates', collection: 'certificates', refers: {}, known: [['cert', 'key']] },
  {
    name: 'snis',
    collection: 'snis',
    refers: { certificate: 'certificates' },
    within: { certificates: 'certificate' },
    known: [['name']],
  },
  { name: 'vaults', collection: 'vaults', refers: {}, known: [['prefix']] },
  { name: 'key_sets', collection: 'key-sets', refers: {}, known: [['name']] },
  {
    name: 'keys',
    collection: 'keys',
    refers: { set: 'key_sets' },
    within: { key_sets: 'set' },
    known: [['name'], ['kid', 'set']],
  },
  {
    name: 'upstreams',
    collection: 'upstreams',
    refers: { client_certificate: 'certificates' },
    known: [['name']],
  },
  {
    name: 'targets',
    collection: 'targets',
    refers: { upstream: 'upstreams' },
    within: { upstreams: 'upstream' },
    known: [['upstream', 'target']],
  },
  {
    name: 'services',
    collection: 'services',
    refers: { client_certificate: 'certificates' },
    known: [['name']],
  },
  {
    name: 'routes',
    collection: 'routes',
    refers: { service: 'services' },
    within: { services: 'service' },
    known: [['name']],
  },
  { name: 'consumers', collection: 'consumers', refers: {}, known: [['username'], ['custom_id']] },
  { name: 'jwt_secrets', collection: 'jwts', ...ofConsumer, known: [['key']] },
  { name: 'keyauth_credentials', collection: 'key-auths', ...ofConsumer, known: [['key']] },
  { name: 'basicauth_credentials', collection: 'basic-auths', ...ofConsumer, known: [['username']] },
  { name: 'hmacauth_credentials', collection: 'hmac-auths', ...ofConsumer, known: [['username']] },
  { name: 'oauth2_credentials', collection: 'oauth2', ...ofConsumer, known: [['client_id'], ['consumer', 'name']] },
  { name: 'acls', collection: 'acls', ...ofConsumer, known: [['consumer', 'group']] },
  {
    name: 'plugins',
    collection: 'plugins',
    refers: { service: 'services', route: 'routes', consumer: 'consumers' },
    within: { services: 'service', routes: 'route', consumers: 'consumer' },
    known: [['name', 'service', 'route', 'consumer']],
  },
];

export function kindOf(name: string): Kind | undefined {
  return kinds.find((kind) => kind.name === name);
}

/** What may stand within records of a kind: the names of lists, and the field that each settles. */
export function within(name: string): { kind: Kind; field: string }[] {
  return kinds.flatMap((kind) => {
    const field = kind.within?.[name];
    return field ? [{ kind, field }] : [];
  });
}
