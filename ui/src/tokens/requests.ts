/** A request to the gateway with a token, for the command line. */

import type { NodeInfo, RecordBody } from '../api/records';

/** Where the gateway is reached from here. */
export function proxyAddress(node: NodeInfo, host = location.hostname): string {
  const listeners = node.configuration.proxy_listeners;
  const listener = listeners.find(({ ssl }) => !ssl) ?? listeners[0];
  if (!listener) return `http://${host}`;
  const isAnywhere = ['0.0.0.0', '::', '[::]'].includes(listener.ip);
  const name = isAnywhere ? host : listener.ip.includes(':') ? `[${listener.ip.replace(/^\[|\]$/g, '')}]` : listener.ip;
  return `${listener.ssl ? 'https' : 'http'}://${name}:${listener.port}`;
}

/** A line for the shell that asks for something of a route. */
export function curlLine(base: string, route: RecordBody | undefined, token?: string): string {
  const first = (field: string) => {
    const list = route?.[field];
    return Array.isArray(list) ? list.map(String) : [];
  };
  const path = first('paths').find((other) => !other.startsWith('~')) ?? '/';
  const [method] = first('methods');
  const host = first('hosts').find((other) => !other.includes('*'));
  const parts = [
    `curl -i${method && method !== 'GET' ? ` -X ${method}` : ''} ${quoted(base + path)}`,
    ...(host ? [`-H ${quoted(`Host: ${host}`)}`] : []),
    ...(token ? [`-H ${quoted(`Authorization: Bearer ${token}`)}`] : []),
  ];
  return parts.join(' \\\n  ');
}

/** A word that the shell leaves as it is. */
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
