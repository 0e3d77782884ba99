/** An OpenAPI document as a service with its routes, in the form of a file of configuration. */

import type { JsonObject } from '../api/client';
import { asYaml } from '../declared/yaml';

export interface Api {
  title: string;
  /** Where it says that it is; some say only a path. */
  server: string;
  operations: Operation[];
}

export interface Operation {
  path: string;
  method: string;
  /** What the document calls it. */
  id?: string;
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
  return asYaml({ _format_version: '3.0', services: [service] });
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
