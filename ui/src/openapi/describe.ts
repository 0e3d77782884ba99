/** What an OpenAPI document says. */

import { parseDocument } from 'yaml';
import type { Json, JsonObject } from '../api/client';
import { isObject } from '../forms/values';
import { text } from '../text';
import type { Api, Operation } from './convert';

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
