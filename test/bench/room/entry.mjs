/**
 * The deployed bundle, with a side door for the bench: rooms with a long past can't be made through the front door, which
 * takes a few commands a second from each browser. Everything that is timed passes the bundle untouched.
 */
import app, { Postbox, Room as Deployed } from './index.js';

export { Postbox };

const rows = { written: 0 };

/** D1 as it is, but what it wrote is added up. */
function counted(db) {
  const sum = (results) => {
    for (const one of results) rows.written += one.meta.rows_written;
    return results;
  };
  return new Proxy(db, {
    get: (target, name) =>
      name === 'batch' ? async (statements) => sum(await target.batch(statements)) : Reflect.get(target, name).bind(target),
  });
}

export class Room extends Deployed {
  /** Another one after each sleep. */
  #instance = crypto.randomUUID();

  constructor(ctx, env) {
    super(ctx, env.COUNT ? { ...env, DB: counted(env.DB) } : env);
  }

  instance() {
    return this.#instance;
  }
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567';
const freshId = () => Array.from(crypto.getRandomValues(new Uint8Array(26)), (byte) => letters[byte % 32]).join('');

/** A room of `people` (half of them sellers), `tasks` and so many comments that it has had `events` events in all. */
async function found(env, { room, person, workspace, people, tasks, events }) {
  const ids = Array.from({ length: people }, freshId);
  const past = [
    {
      type: 'room.opened',
      room,
      workspace,
      account: freshId(),
      opportunity: freshId(),
      accountName: 'Corp',
      workspaceName: 'Yuncang',
      name: 'A long deal',
      demo: false,
    },
  ];
  for (const [index, participant] of ids.entries()) {
    const isSeller = index % 2 === 0;
    past.push(
      {
        type: 'participant.added',
        participant,
        side: isSeller ? 'seller' : 'customer',
        name: `Person ${index}`,
        email: `person${index}.${room.slice(0, 6)}@corp.bench`,
        locale: 'en',
        zone: 'Asia/Shanghai',
        person: index === 0 ? person : isSeller ? freshId() : null,
        through: 'app',
        broughtBy: null,
      },
      { type: 'participant.joined', participant },
    );
  }
  for (let n = 0; n < tasks; n += 1) {
    past.push({
      type: 'task.added',
      task: freshId(),
      title: `Agree on part ${n} of the contract`,
      kind: 'task',
      owners: [ids[n % ids.length]],
      due: { date: '2027-01-15', time: null, zone: 'Asia/Shanghai' },
      milestone: null,
      description: '',
    });
  }
  while (past.length < events) {
    past.push({
      type: 'comment.posted',
      comment: freshId(),
      thread: 'room',
      body: `Number ${past.length}: we have looked at it and would like to talk about it on Thursday, if that suits you.`,
      mentions: [],
      files: [],
      mail: null,
    });
  }
  const chapters = [];
  for (let start = 0; start < past.length; start += 1000)
    chapters.push({ by: ids[(start / 1000) % ids.length], via: 'app', events: past.slice(start, start + 1000) });
  await env.ROOM.get(env.ROOM.idFromName(room)).found(chapters, true);
}

/**
 * D1 as it is, but each statement that is prepared counts as a query, as D1's own limit counts them. With `rows` what they read is
 * counted, too: rows without names come without that figure, so such a query is made twice, and nothing may be timed.
 */
function asked(db, count, rows) {
  const real = new WeakMap();
  const noted = (result) => {
    count.rowsRead += result.meta.rows_read;
    return result;
  };
  const counted = (statement) => {
    const own = {
      bind: (...values) => counted(statement.bind(...values)),
      run: async () => noted(await statement.run()),
      all: async () => noted(await statement.all()),
      raw: async (...how) => {
        noted(await statement.all());
        return statement.raw(...how);
      },
    };
    const proxy = new Proxy(statement, { get: (target, name) => own[name] ?? Reflect.get(target, name) });
    real.set(proxy, statement);
    return proxy;
  };
  return new Proxy(db, {
    get: (target, name) => {
      if (name === 'prepare') count.queries += 1;
      if (rows && name === 'prepare') return (text) => counted(target.prepare(text));
      if (rows && name === 'batch') return async (list) => (await target.batch(list.map((one) => real.get(one) ?? one))).map(noted);
      return Reflect.get(target, name).bind(target);
    },
  });
}

export default {
  ...app,
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === '/bench/found') {
      const asked = await request.json();
      await found(env, { ...asked, room: asked.room ?? freshId() });
      return new Response('founded');
    }
    const [, room] = /^\/bench\/instance\/(.+)/.exec(pathname) ?? [];
    if (room) return new Response(await env.ROOM.get(env.ROOM.idFromName(room)).instance());
    if (pathname === '/bench/cron') {
      const count = { queries: 0, rowsRead: 0 };
      const { searchParams } = new URL(request.url);
      const at = Number(searchParams.get('at'));
      const db = asked(env.DB, count, searchParams.has('rows'));
      await app.scheduled({ scheduledTime: at, cron: '*/15 * * * *' }, { ...env, DB: db }, context);
      return Response.json(count);
    }
    if (pathname === '/bench/put') {
      await env.FILES.put(`bench/${crypto.randomUUID()}`, request.body);
      return new Response('stored');
    }
    if (pathname === '/bench/mail') {
      const [from, to] = ['from', 'to'].map((name) => request.headers.get(`x-${name}`));
      let refused = '';
      const setReject = (why) => (refused = why);
      await app.email({ from, to, raw: request.body, rawSize: Number(request.headers.get('content-length')), setReject }, env);
      return new Response(refused || 'taken');
    }
    if (pathname === '/bench/rows') return Response.json(rows);
    return app.fetch(request, env, context);
  },
};
