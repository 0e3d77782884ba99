/** A gateway of a walk's own, and a service behind it. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const BINARY = process.env.GIBBON ?? new URL('../../target/release/gibbon', import.meta.url).pathname;

export interface Gateway {
  manager: string;
  proxy: string;
  origin: { host: string; port: number };
  /** Asks the Admin API, for what a walk takes as given. */
  admin: (method: string, path: string, body?: unknown) => Promise<{ id: string }>;
  stop: () => Promise<void>;
}

/** A gateway, with more settings if a walk needs them. */
export async function startGateway(more: Record<string, string> = {}): Promise<Gateway> {
  if (!existsSync(BINARY)) throw new Error(`there is no gateway at ${BINARY}: run cargo build --release`);
  const origin = await startOrigin();
  const { process: gateway, manager, proxy, prefix } = await startProcess(more);
  return {
    manager: `http://127.0.0.1:${manager}`,
    proxy: `http://127.0.0.1:${proxy}`,
    origin: { host: '127.0.0.1', port: (origin.address() as AddressInfo).port },
    admin: (method, path, body) => askAdmin(`http://127.0.0.1:${manager}/api${path}`, method, body),
    stop: async () => {
      await ended(gateway);
      origin.close();
      rmSync(prefix, { recursive: true, force: true });
    },
  };
}

/** A port that was free may be taken before the gateway comes to it: then it ends, and is started with others. */
async function startProcess(more: Record<string, string>, tries = 3) {
  const prefix = mkdtempSync(join(tmpdir(), 'gibbon-walk-'));
  const [manager, proxy, admin] = await freePorts(3);
  const settings = {
    GIBBON_PREFIX: prefix,
    GIBBON_PROXY_LISTEN: `127.0.0.1:${proxy}`,
    GIBBON_ADMIN_LISTEN: `127.0.0.1:${admin}`,
    GIBBON_ADMIN_GUI_LISTEN: `127.0.0.1:${manager}`,
    GIBBON_STATUS_LISTEN: 'off',
    GIBBON_NGINX_WORKER_PROCESSES: '1',
    ...more,
  };
  const process = spawn(BINARY, ['start'], {
    env: { PATH: globalThis.process.env.PATH, ...settings },
    stdio: 'ignore',
  });
  const answers = async () => {
    if (process.exitCode !== null) return true;
    // One that asks for a token answers as well.
    return [200, 401].includes((await fetch(`http://127.0.0.1:${manager}/api/status`)).status);
  };
  await eventually(answers);
  if (process.exitCode === null) return { process, manager, proxy, prefix };
  rmSync(prefix, { recursive: true, force: true });
  if (tries === 1) throw new Error(`the gateway ended with ${process.exitCode}`);
  return startProcess(more, tries - 1);
}

/** An Admin token, and what the gateway is told of it. */
export function makeToken(name: string, ...more: string[]): { token: string; setting: string } {
  const words = execFileSync(BINARY, ['admin-token', 'new', '--name', name, ...more], { encoding: 'utf8' });
  const token = /gibbon_[\w-]+/.exec(words)?.[0] ?? '';
  const setting = /admin_tokens = (\S+)/.exec(words)?.[1] ?? '';
  return { token, setting };
}

async function askAdmin(url: string, method: string, body: unknown): Promise<{ id: string }> {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return text === '' ? { id: '' } : JSON.parse(text);
}

/** Says who asks, as the gateway told it. */
async function startOrigin(): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ consumer: request.headers['x-consumer-username'] ?? null, path: request.url }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

/**
 * Ports for the gateway to take: below those that the kernel gives to whoever asks for any, so that no connection of
 * the browser takes one first, and anywhere there, so that walks beside each other hardly ask for the same.
 */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(12_000, 32_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  const socket = createSocket();
  return new Promise((done) => {
    socket.once('error', () => done(false));
    socket.listen(port, '127.0.0.1', () => socket.close(() => done(true)));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((done) => child.once('exit', done));
  if (child.exitCode === null) child.kill('SIGTERM');
  if (child.exitCode === null) await gone;
}

/** Waits until something has become true. */
export async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (const began = Date.now(); Date.now() - began < 60_000; await wait(50)) {
    if (await condition().catch(() => false)) return;
  }
  throw new Error('that did not become true');
}
