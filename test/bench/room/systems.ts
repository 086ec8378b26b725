/** The three that are compared, each in a process of its own on this machine: ours, a raw Durable Object, a Node server. */
import { fork, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { WebSocket } from 'ws';
import { ROOT } from '../../../scripts/tools.mjs';

export interface System {
  name: 'ours' | 'raw' | 'node';
  url: string;
  /** Nanoseconds of processor time that its process has used. */
  cpu: () => number;
  stop: () => Promise<void>;
}

/** A mail that left, as the sender's API was given it. */
export interface SentMail {
  to: string[];
  text: string;
  reply_to?: string | string[] | undefined;
}

export interface Ours extends System {
  mails: SentMail[];
  db: Awaited<ReturnType<Miniflare['getD1Database']>>;
  /** Bytes that the Worker's isolate holds once its garbage is collected. Only with `inspect`. */
  held: () => Promise<number>;
  /** Bytes of memory that workerd as a whole has, D1 and R2 included: now, or the most since it began. */
  memory: (which: 'now' | 'most') => number;
  /** Puts a room to sleep. Its sockets stay, as in production. */
  sleep: (room: string) => Promise<void>;
  /** Bytes of a room's own database. */
  stored: (room: string) => number;
  /** Ends workerd as a power cut would (kill -9), and waits until it is up again by itself, at the same address. */
  kill: () => Promise<void>;
  /** Where D1 keeps its rows. */
  d1File: () => string;
}

/** Opens `/operator` of the bundle. */
export const OPERATOR_KEY = 'the key of whoever runs the bench, long enough';

const COMPATIBLE = { compatibilityDate: '2026-10-01', compatibilityFlags: ['nodejs_compat'] };

/** Of all threads of a process, since the main one's does not say what the others did. */
function processorTime(pid: number): number {
  let sum = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      sum += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // A thread that has just ended.
    }
  }
  return sum;
}

const workerds = (): number[] =>
  readdirSync('/proc').flatMap((pid) => {
    try {
      const [, name, parent] = /^\d+ \((.*)\) . (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return name?.startsWith('workerd') && Number(parent) === process.pid ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });

/** Starts workerd and says which process it is. */
async function started(start: () => Miniflare): Promise<{ miniflare: Miniflare; url: string; pid: number }> {
  const before = new Set(workerds());
  const miniflare = start();
  const url = (await miniflare.ready).href.replace(/\/$/, '');
  const pid = workerds().find((one) => !before.has(one));
  if (pid === undefined) throw new Error('workerd runs, but not as a child of this process');
  return { miniflare, url, pid };
}

/** The Worker as `wrangler deploy` would send it, with the side door of entry.mjs laid before it. */
export function bundle(folder: string): string {
  execFileSync('wrangler', ['deploy', '--dry-run', '--env', '', '--outdir', folder], {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  cpSync(join(import.meta.dirname, 'entry.mjs'), join(folder, 'entry.mjs'));
  return folder;
}

/** Errors of the Worker that are printed. */
const MOST_SAID = 20;

/**
 * Ours with everything on: D1, R2, the postbox, a sender that only counts. `count` adds up what D1 writes, `inspect` lets one look into
 * its isolate; neither is for timing.
 */
export async function ours(code: string, state: string, { count = false, inspect = false } = {}): Promise<Ours> {
  const mails: SentMail[] = [];
  let onRestart = () => {};
  let said = 0;
  mkdirSync(state, { recursive: true });
  const first = await started(
    () =>
      new Miniflare(
        convertV4MiniflareOptions({
          name: 'atelier',
          unsafeHandleRuntimeRestart: () => onRestart(),
          // Lines of the log would drown the figures, and writing them takes the machine's time: the first that tell of errors are said.
          handleStructuredLogs: ({ level, message }) => {
            if (level === 'error' && (said += 1) <= MOST_SAID) console.error(message.slice(0, 160));
          },
          ...COMPATIBLE,
          modulesRoot: code,
          modules: [
            { type: 'ESModule', path: join(code, 'entry.mjs') },
            { type: 'ESModule', path: join(code, 'index.js') },
          ],
          host: '127.0.0.1',
          port: 0,
          ...(inspect ? { inspectorPort: 0 } : {}),
          durableObjects: { ROOM: { className: 'Room', useSQLite: true }, POSTBOX: { className: 'Postbox', useSQLite: true } },
          resourcePersistencePath: state,
          d1Databases: { DB: 'bench' },
          r2Buckets: { FILES: 'bench' },
          bindings: {
            APP_URL: 'http://localhost',
            MAIL_FROM: 'room@atelier.bench',
            REPLY_DOMAIN: 'in.atelier.bench',
            AUTHSERV_ID: 'mx.cloudflare.net',
            RESEND_API_KEY: 're_bench',
            OPERATOR_KEY,
            ...(count ? { COUNT: true } : {}),
          },
          serviceBindings: { ASSETS: () => new Response('no files here', { status: 404 }) as never },
          outboundService: async (request) => {
            const body = (await request.json().catch(() => null)) as SentMail | SentMail[] | null;
            const sent = Array.isArray(body) ? body : body ? [body] : [];
            mails.push(...sent.map(({ to, text, reply_to }) => ({ to, text, reply_to })));
            const ids = sent.map(() => ({ id: crypto.randomUUID() }));
            return Response.json(Array.isArray(body) ? { data: ids } : ids[0]) as never;
          },
        }),
      ),
  );
  const { miniflare, url } = first;
  let { pid } = first;
  let inspector: Inspector | null = null;
  const db = await miniflare.getD1Database('DB');
  for (const name of readdirSync(join(ROOT, 'migrations'))
    .filter((one) => one.endsWith('.sql'))
    .sort()) {
    const statements = readFileSync(join(ROOT, 'migrations', name), 'utf8').split('--> statement-breakpoint');
    await db.batch(statements.filter((one) => one.trim() !== '').map((one) => db.prepare(one)));
  }
  return {
    name: 'ours',
    url,
    mails,
    db,
    held: async () => {
      inspector ??= await inspected(miniflare);
      await inspector('HeapProfiler.collectGarbage');
      return ((await inspector('Runtime.getHeapUsage')) as { usedSize: number }).usedSize;
    },
    cpu: () => processorTime(pid),
    memory: (which) =>
      1024 * Number(new RegExp(`${which === 'now' ? 'VmRSS' : 'VmHWM'}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
    stop: () => miniflare.dispose(),
    sleep: (room) => miniflare.unsafeEvictDurableObject('atelier', 'Room', { name: room, webSockets: 'hibernate' }),
    stored: (room) => {
      const size = (file: DatabaseSync) => {
        const row = file.prepare('SELECT count(*) AS n FROM event WHERE seq = 1 AND event LIKE ?').get(`%"room":"${room}"%`);
        if (row?.['n'] === 0) return undefined;
        const pragma = (name: string) => Object.values(file.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number;
        return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
      };
      return amongDatabases(state, size);
    },
    kill: async () => {
      const restarted = new Promise<void>((resolve) => (onRestart = resolve));
      const before = new Set(workerds());
      process.kill(pid, 'SIGKILL');
      await restarted;
      pid = workerds().find((one) => !before.has(one)) ?? pid;
    },
    d1File: () => amongDatabases(state, (file, path) => (file.prepare('SELECT count(*) AS n FROM room_event').get() ? path : undefined)),
  };
}

/** The first answer that any SQLite file below a folder gives; one that throws is not the one that was meant. */
function amongDatabases<T>(folder: string, ask: (file: DatabaseSync, path: string) => T | undefined): T {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.sqlite')) continue;
    const path = join(folder, name);
    const file = new DatabaseSync(path, { readOnly: true });
    try {
      const answer = ask(file, path);
      if (answer !== undefined) return answer;
    } catch {
      // It has other tables.
    } finally {
      file.close();
    }
  }
  throw new Error(`no such database in ${folder}`);
}

type Inspector = (method: string) => Promise<unknown>;

/** Asks the Worker's isolate over the protocol of Chrome's tools (Chrome DevTools Protocol). */
async function inspected(miniflare: Miniflare): Promise<Inspector> {
  const socket = new WebSocket(new URL('/core:user:atelier', await miniflare.getInspectorURL()).href);
  await once(socket, 'open');
  let last = 0;
  return (method) =>
    new Promise((resolve) => {
      last += 1;
      const id = last;
      const hear = (data: unknown) => {
        const answer = JSON.parse(String(data)) as { id?: number; result: unknown };
        if (answer.id !== id) return;
        socket.off('message', hear);
        resolve(answer.result);
      };
      socket.on('message', hear);
      socket.send(JSON.stringify({ id, method }));
    });
}

export async function raw(state: string): Promise<System> {
  mkdirSync(state, { recursive: true });
  const { miniflare, url, pid } = await started(
    () =>
      new Miniflare(
        convertV4MiniflareOptions({
          name: 'raw',
          ...COMPATIBLE,
          modules: [{ type: 'ESModule', path: join(import.meta.dirname, 'raw-worker.mjs') }],
          modulesRoot: import.meta.dirname,
          host: '127.0.0.1',
          port: 0,
          durableObjects: { ROOM: { className: 'Room', useSQLite: true } },
          resourcePersistencePath: join(state, 'raw'),
        }),
      ),
  );
  return { name: 'raw', url, cpu: () => processorTime(pid), stop: () => miniflare.dispose() };
}

export async function node(state: string): Promise<System> {
  const child = fork(join(import.meta.dirname, 'node-server.ts'), [join(state, 'node.sqlite')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve((message as { port: number }).port)));
  const pid = child.pid ?? 0;
  return {
    name: 'node',
    url: `http://127.0.0.1:${port}`,
    cpu: () => processorTime(pid),
    stop: async () => {
      child.disconnect();
      await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}
