/** An OpenAPI document as a service with its routes, in the form of a file of configuration. */

import { parseDocument, stringify } from 'yaml';
import type { Json, JsonObject } from '../api/client';
import { isObject } from '../forms/values';
import { text } from '../text';

export interface Api {
  title: string;
  /** Where it says that it is; some say only a path. */
  server: string;
  operations: Operation[];
}

interface Operation {
  path: string;
  method: string;
  /** What the document calls it. */
  id?: string;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** More aliases than any person would write. */
const ALIASES = 1000;

/** What a document describes (OpenAPI 3, or 2 as Swagger has it), or why it is none. */
export function describe(source: string): Api | { fault: string } {
  let content: Json;
  try {
    const document = parseDocument(source, { prettyErrors: true });
    if (document.errors[0]) return { fault: document.errors[0].message };
    content = document.toJS({ maxAliasCount: ALIASES }) as Json;
  } catch (error) {
    return { fault: (error as Error).message };
  }
  if (!isObject(content) || !/^[23]\b/.test(String(content.openapi ?? content.swagger))) {
    return { fault: text.openApi.noDocument };
  }
  const operations = operationsOf(isObject(content.paths) ? content.paths : {});
  if (operations.length === 0) return { fault: text.openApi.noPaths };
  const title = isObject(content.info) && typeof content.info.title === 'string' ? content.info.title : 'api';
  return { title, server: serverOf(content), operations };
}

function operationsOf(paths: JsonObject): Operation[] {
  return Object.entries(paths).flatMap(([path, item]) => {
    if (!path.startsWith('/') || !isObject(item)) return [];
    return METHODS.flatMap((method): Operation[] => {
      const operation = item[method];
      if (!isObject(operation)) return [];
      const id = typeof operation.operationId === 'string' ? operation.operationId : undefined;
      return [{ path, method: method.toUpperCase(), id }];
    });
  });
}

function serverOf(content: JsonObject): string {
  const [server] = Array.isArray(content.servers) ? content.servers : [];
  if (isObject(server)) return filled(String(server.url ?? ''), server.variables);
  if (typeof content.host !== 'string') return '';
  const schemes = Array.isArray(content.schemes) ? content.schemes.map(String) : [];
  const scheme = schemes.includes('https') ? 'https' : (schemes[0] ?? 'http');
  return `${scheme}://${content.host}${typeof content.basePath === 'string' ? content.basePath : ''}`;
}

/** Variables in the address of a server have defaults. */
function filled(url: string, variables: Json | undefined): string {
  return url.replaceAll(/\{([^}]+)\}/g, (whole, name: string) => {
    const variable = isObject(variables) ? variables[name] : undefined;
    return isObject(variable) && variable.default !== undefined ? String(variable.default) : whole;
  });
}

export interface Wishes {
  name: string;
  url: string;
  /** What gets a route of its own. */
  each: 'path' | 'operation';
}

/** The file. */
export function declare({ operations }: Api, { name, url, each }: Wishes): string {
  const names = new Set<string>();
  const routes = grouped(operations, each).map((group) => routeOf(group, name, names));
  const service = { name, url: url.replace(/\/+$/, ''), routes };
  return stringify({ _format_version: '3.0', services: [service] }, { lineWidth: 0 });
}

function grouped(operations: Operation[], each: Wishes['each']): Operation[][] {
  if (each === 'operation') return operations.map((operation) => [operation]);
  const paths = new Map<string, Operation[]>();
  for (const operation of operations) {
    paths.set(operation.path, [...(paths.get(operation.path) ?? []), operation]);
  }
  return [...paths.values()];
}

function routeOf(group: Operation[], service: string, names: Set<string>): JsonObject {
  const [first] = group;
  const path = first?.path ?? '/';
  const own = group.length === 1 && first?.id ? first.id : path;
  const base = `${service}-${slug(own) || 'root'}`;
  const candidates = [base, ...group.map(({ method }) => `${base}-${method.toLowerCase()}`)];
  const free = candidates.find((name) => !names.has(name)) ?? `${base}-${names.size}`;
  names.add(free);
  return {
    name: free,
    methods: group.map(({ method }) => method),
    paths: [patternOf(path)],
    // What has fewer parameters says more exactly what is meant: /pets/mine comes before /pets/{id}.
    regex_priority: Math.max(0, 10 - [...path.matchAll(/\{/g)].length),
    strip_path: false,
  };
}

/** A path with parameters, as an expression that fits it from its start to its end. */
export function patternOf(path: string): string {
  const parts = path.split(/(\{[^}]*\})/);
  const pattern = parts.map((part) => {
    if (!part.startsWith('{')) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const name = part.slice(1, -1).replaceAll(/\W/g, '_');
    return /^[A-Za-z_]/.test(name) ? `(?<${name}>[^/]+)` : '[^/]+';
  });
  return `~${pattern.join('')}$`;
}

/** A name as records may have it. */
export function slug(words: string): string {
  return words
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll(/[^\w.~-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .toLowerCase();
}
