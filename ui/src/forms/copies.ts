/** What is in a form, as a line for the shell, as declarative configuration, and for Terraform. */

import type { Json, JsonObject } from '../api/client';
import { asYaml } from '../declared/yaml';
import { isObject } from './values';

/** What would be sent. */
export interface Sending {
  method: 'POST' | 'PATCH';
  /** From the root of the Admin API. */
  path: string;
  body: JsonObject;
}

/** The record that another one is made below. */
export interface Parent {
  /** The field that refers to it. */
  field: string;
  collection: string;
  id: string;
}

/** The name of a collection in declarative configuration and of its resource for Terraform, where they differ. */
const DECLARED: Record<string, string> = {
  'key-auth': 'keyauth_credentials',
  'basic-auth': 'basicauth_credentials',
  'hmac-auth': 'hmacauth_credentials',
  jwt: 'jwt_secrets',
  oauth2: 'oauth2_credentials',
  'key-sets': 'key_sets',
};

const RESOURCES: Record<string, string> = {
  services: 'service',
  routes: 'route',
  consumers: 'consumer',
  upstreams: 'upstream',
  targets: 'target',
  certificates: 'certificate',
  ca_certificates: 'ca_certificate',
  snis: 'sni',
  keys: 'key',
  'key-sets': 'key_set',
  vaults: 'vault',
  jwt: 'jwt',
  'key-auth': 'key_auth',
  'basic-auth': 'basic_auth',
  'hmac-auth': 'hmac_auth',
  acls: 'acl',
};

export function asCurl({ method, path, body }: Sending, adminApi: string): string {
  const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  const verb = method === 'POST' ? '' : ` -X ${method}`;
  return `curl -i${verb} '${adminApi}${path}' \\\n  -H 'Content-Type: application/json' \\\n  -d '${json}'`;
}

/** A file for decK, or for a gateway without a database. */
export function asDeclared(collection: string, whole: JsonObject, parent?: Parent): string {
  const record = withoutStamps(whole);
  const list = DECLARED[collection] ?? collection;
  if (parent) {
    const outer = { id: parent.id, [list]: [withoutParent(record, parent)] };
    return asYaml({ _format_version: '3.0', [parent.collection]: [outer] });
  }
  return asYaml({ _format_version: '3.0', [list]: [record] });
}

export function asTerraform(collection: string, whole: JsonObject, parent?: Parent): string {
  const { id: _, ...own } = withoutStamps(whole);
  const record = parent ? { ...own, [parent.field]: { id: parent.id } } : own;
  const { name, ...rest } = record;
  const isPlugin = collection === 'plugins';
  const plugin = typeof name === 'string' ? name.replaceAll('-', '_') : '';
  const kind = isPlugin ? `plugin_${plugin}` : (RESOURCES[collection] ?? collection.replaceAll('-', '_'));
  const fields = isPlugin ? rest : record;
  const label = String(record.instance_name ?? name ?? record.username ?? 'this').replaceAll(/[^A-Za-z0-9_]/g, '_');
  return `resource "kong-gateway_${kind}" "${label}" {\n${hclFields(fields, '  ')}}\n`;
}

/** When a record was made is no part of what it is. */
function withoutStamps({ created_at: _, updated_at: __, ...record }: JsonObject): JsonObject {
  return record;
}

function withoutParent(record: JsonObject, { field }: Parent): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== field));
}

function hclFields(record: JsonObject, indent: string): string {
  const names = Object.keys(record);
  const width = Math.max(0, ...names.map((name) => name.length));
  return names.map((name) => `${indent}${name.padEnd(width)} = ${hcl(record[name] ?? null, indent)}\n`).join('');
}

function hcl(value: Json, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[${value.map((element) => hcl(element, inner)).join(', ')}]`;
  if (isObject(value)) return `{\n${hclFields(value, inner)}${indent}}`;
  return JSON.stringify(value).replaceAll('${', '$${');
}
