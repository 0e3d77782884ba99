/** Every kind of record that has pages. */

import type { JsonObject } from '../api/client';
import type { Column, Entity } from './entity';

const name: Column = { field: 'name', look: 'text' };
const tags: Column = { field: 'tags', look: 'tags' };
const created: Column = { field: 'created_at', look: 'time' };
const enabled: Column = { field: 'enabled', look: 'enabled' };
const reference = (field: string, to: string): Column => ({ field, look: { reference: to } });

export const plugins: Entity = {
  collection: 'plugins',
  schema: 'plugins',
  titles: ['instance_name', 'name'],
  canBeDisabled: true,
  columns: [name, { field: 'instance_name', look: 'text' }, { field: 'scope', look: 'scope' }, enabled, tags, created],
};

export const routes: Entity = {
  collection: 'routes',
  schema: 'routes',
  titles: ['name'],
  columns: [
    name,
    { field: 'methods', look: 'list' },
    { field: 'hosts', look: 'list' },
    { field: 'paths', look: 'list' },
    reference('service', 'services'),
    tags,
  ],
  children: [{ entity: plugins, path: 'plugins', foreign: 'route' }],
};

export const services: Entity = {
  collection: 'services',
  schema: 'services',
  titles: ['name', 'host'],
  canBeDisabled: true,
  columns: [name, { field: 'host', look: 'address' }, enabled, tags, created],
  children: [
    { entity: routes, path: 'routes', foreign: 'service' },
    { entity: plugins, path: 'plugins', foreign: 'service' },
  ],
};

export const keyAuths: Entity = {
  collection: 'key-auth',
  schema: 'keyauth_credentials',
  titles: ['id'],
  columns: [{ field: 'id', look: 'code' }, tags, created],
};

export const basicAuths: Entity = {
  collection: 'basic-auth',
  schema: 'basicauth_credentials',
  titles: ['username'],
  columns: [{ field: 'username', look: 'text' }, tags, created],
};

export const jwts: Entity = {
  collection: 'jwt',
  schema: 'jwt_secrets',
  titles: ['key'],
  columns: [{ field: 'key', look: 'code' }, { field: 'algorithm', look: 'text' }, tags, created],
};

export const hmacAuths: Entity = {
  collection: 'hmac-auth',
  schema: 'hmacauth_credentials',
  titles: ['username'],
  columns: [{ field: 'username', look: 'text' }, tags, created],
};

export const acls: Entity = {
  collection: 'acls',
  schema: 'acls',
  titles: ['group'],
  columns: [{ field: 'group', look: 'text' }, tags, created],
};

export const oauth2: Entity = {
  collection: 'oauth2',
  schema: 'oauth2_credentials',
  titles: ['name', 'client_id'],
  columns: [name, { field: 'client_id', look: 'code' }, { field: 'redirect_uris', look: 'list' }, tags, created],
};

/** In the order in which they are offered. */
export const credentials: Entity[] = [jwts, keyAuths, basicAuths, hmacAuths, oauth2, acls];

export const consumers: Entity = {
  collection: 'consumers',
  schema: 'consumers',
  titles: ['username', 'custom_id'],
  columns: [{ field: 'username', look: 'text' }, { field: 'custom_id', look: 'text' }, tags, created],
  children: [
    ...credentials.map((entity) => ({ entity, path: entity.collection })),
    { entity: plugins, path: 'plugins', foreign: 'consumer' },
  ],
};

export const targets: Entity = {
  collection: 'targets',
  schema: 'targets',
  titles: ['target'],
  columns: [{ field: 'target', look: 'code' }, { field: 'weight', look: 'text' }, tags, created],
};

export const upstreams: Entity = {
  collection: 'upstreams',
  schema: 'upstreams',
  titles: ['name'],
  columns: [name, { field: 'algorithm', look: 'text' }, { field: 'slots', look: 'text' }, tags, created],
  children: [{ entity: targets, path: 'targets' }],
};

export const snis: Entity = {
  collection: 'snis',
  schema: 'snis',
  titles: ['name'],
  columns: [name, reference('certificate', 'certificates'), tags, created],
};

export const certificates: Entity = {
  collection: 'certificates',
  schema: 'certificates',
  titles: ['snis', 'id'],
  columns: [{ field: 'snis', look: 'list' }, { field: 'id', look: 'code' }, tags, created],
  children: [{ entity: snis, path: 'snis', foreign: 'certificate' }],
};

export const caCertificates: Entity = {
  collection: 'ca_certificates',
  schema: 'ca_certificates',
  titles: ['id'],
  columns: [{ field: 'id', look: 'code' }, { field: 'cert_digest', look: 'code' }, tags, created],
};

export const keys: Entity = {
  collection: 'keys',
  schema: 'keys',
  titles: ['name', 'kid'],
  columns: [name, { field: 'kid', look: 'code' }, reference('set', 'key-sets'), tags, created],
};

export const keySets: Entity = {
  collection: 'key-sets',
  schema: 'key_sets',
  titles: ['name'],
  columns: [name, tags, created],
  children: [{ entity: keys, path: 'keys', foreign: 'set' }],
};

export const vaults: Entity = {
  collection: 'vaults',
  schema: 'vaults',
  titles: ['prefix'],
  columns: [{ field: 'prefix', look: 'code' }, name, { field: 'description', look: 'text' }, tags, created],
};

/** Those that have pages of their own, in the order in which they are listed. */
export const entities: Entity[] = [
  services,
  routes,
  consumers,
  plugins,
  upstreams,
  certificates,
  caCertificates,
  snis,
  keys,
  keySets,
  vaults,
];

/** The collection of records of a schema. */
export function collectionOf(schema: string): string {
  const all = [...entities, ...credentials, targets];
  return all.find((entity) => entity.schema === schema)?.collection ?? schema;
}

/** What a record of a collection is called. */
export function titleOf(collection: string, record: JsonObject): string {
  const entity = entities.find((other) => other.collection === collection);
  return titleBy(entity?.titles ?? ['name'], record);
}

/** What a record of this kind is called. */
export function titleFor(entity: Entity, record: JsonObject): string {
  return titleBy(entity.titles, record);
}

function titleBy(fields: string[], record: JsonObject): string {
  const values = fields.map((field) => record[field]).map((value) => (Array.isArray(value) ? value.join(', ') : value));
  const first = values.find((value) => typeof value === 'string' && value !== '');
  return String(first ?? record.id ?? '');
}
