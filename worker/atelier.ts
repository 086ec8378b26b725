/** The services behind pages and API, wired to the bindings. The only implementation of services.ts. */
import * as v from 'valibot';
import { email, name } from '#core/commands.ts';
import { defaultRule } from '#core/deal.ts';
import { ID_PATTERN, type RoomId } from '#core/ids.ts';
import { mailWishes } from '#core/people.ts';
import { done, refuse, tooOften } from '#core/refusal.ts';
import { deviceSecret, roomActor } from './access/actor.ts';
import { Members } from './access/members.ts';
import { Passkeys } from './access/passkeys.ts';
import { read, Sellers } from './access/sellers.ts';
import { Sessions } from './access/sessions.ts';
import { auditOf, note } from './directory/audit.ts';
import { hashOf, readToken } from './access/tokens.ts';
import { tried } from './access/limits.ts';
import { Accounts } from './directory/accounts.ts';
import { takeCopy } from './copy/archive.ts';
import { importCopy } from './copy/import.ts';
import { findAnswers } from './directory/answers.ts';
import { summariesIn } from './mail/digest.ts';
import { Rooms } from './directory/rooms.ts';
import { Operations } from './directory/operations.ts';
import { People } from './directory/people.ts';
import { Shelf } from './directory/shelf.ts';
import { OwnTemplates } from './directory/own-templates.ts';
import { templatesIn, type RoomTemplate } from './directory/templates.ts';
import type { Env } from './env.ts';
import { fileKey, storeFile } from './files/store.ts';
import { commandOfForm, taskFromLine, timesFromWords } from './room/form.ts';
import type { Deed } from './directory/deeds.ts';
import { soon } from './patience.ts';
import { type Actor, asSeller, type Seller, type Services } from './services.ts';
import { roomStub } from './room/stub.ts';

const introducing = v.object({ name, email });

export function createServices(env: Env): Services {
  const sellers = new Sellers(env);
  const sessions = new Sessions(env);
  const passkeys = new Passkeys(env);
  const members = new Members(env);
  const noted = (seller: Seller, deed: Deed) => note(env, seller, deed);
  const rooms = new Rooms(env);
  const people = new People(env);
  const operations = new Operations(env);
  const shelf = new Shelf(env);
  const templates = new OwnTemplates(env);
  const accounts = new Accounts(env);
  const stub = (room: RoomId) => roomStub(env, room);
  const isRoom = (room: string): room is RoomId => ID_PATTERN.test(room);

  /** The room and hash behind a token of a link; a token that can't be one opens nothing. */
  async function behind(kind: 'enter' | 'wishes', token: string) {
    const parsed = readToken(token);
    return parsed && { room: stub(parsed.room), hash: await hashOf(kind, parsed.secret) };
  }

  async function device(cookie: string | undefined) {
    const secret = deviceSecret(cookie);
    return { secret, hash: await hashOf('device', secret) };
  }

  /** Runs one step at the door, where tries are counted by address of origin. D1 down does not shut the door. */
  async function atDoor<T>(ip: string, token: string, step: (room: ReturnType<typeof stub>, hash: string) => Promise<T>) {
    const wait = await soon(() => tried(env.DB, 'doorFrom', ip)).catch(() => 0);
    if (wait > 0) return tooOften(wait);
    const door = await behind('enter', token);
    return door ? step(door.room, door.hash) : refuse('not_found', 'link_unknown');
  }

  const enterWithCode: Services['access']['enterWithCode'] = async (token, cookie, code, from) => {
    const own = await device(cookie);
    return atDoor(from.ip, token, (room, hash) => room.enterWithCode(hash, own.hash, own.secret, code, from.userAgent));
  };

  const submit: Services['rooms']['submit'] = async (actor, room, input) => {
    if (!isRoom(room)) return refuse('forbidden', 'not_a_participant');
    return stub(room).submit(await roomActor(actor), 'app', input);
  };

  const upload: Services['rooms']['upload'] = async (actor, room, file) => {
    if (!isRoom(room)) return refuse('forbidden', 'not_a_participant');
    const who = await roomActor(actor);
    // Asked before a byte is stored: a stranger fills no bucket.
    const may = await stub(room).mayUpload(who, file.size ?? 0);
    if (!may.ok) return may;
    const stored = await storeFile(env.FILES, room, file);
    if (!stored.ok) return stored;
    const { id } = stored.value;
    const forget = () => env.FILES.delete(fileKey(room, id));
    const staged = await stub(room)
      .stage(who, stored.value)
      .catch(async (error: unknown) => {
        await forget();
        throw error;
      });
    // Removed while the bytes came: what nobody may name is not kept.
    if (!staged.ok) await forget();
    return staged;
  };

  return {
    access: {
      seller: (cookie, renew) => sessions.of(cookie, renew),
      remembered: async (cookie, room) => (isRoom(room) ? sessions.remembered(cookie, room) : null),
      sessions: (seller) => sessions.list(seller),
      endSession: (seller, which) => sessions.end(seller, which),
      workspaces: (seller) => sessions.workspaces(seller),
      switchTo: (seller, workspace) => sessions.switchTo(seller, workspace),
      passkeys: (seller) => passkeys.list(seller),
      offerPasskey: (seller) => passkeys.offer(seller),
      addPasskey: (seller, answer, userAgent) => passkeys.add(seller, answer, userAgent),
      removePasskey: (seller, id) => passkeys.remove(seller, id),
      askForPasskey: (ip) => passkeys.ask(ip),
      signInWithPasskey: (answer, from) => passkeys.signIn(answer, from),
      members: (seller) => members.list(seller),
      removeMember: (seller, person) => members.remove(seller, person),
      setRole: (seller, person, role) => members.setRole(seller, person, role),
      audit: async (seller, before, most) =>
        seller.role === 'owner' ? done({ rows: await auditOf(env, seller.workspace, before, most) }) : refuse('forbidden', 'owners_only'),
      start: (input, from) => sellers.start(input, from),
      askToSignIn: (input, from) => sellers.ask(input, from),
      lookAtSignIn: (token) => sellers.look(token),
      signIn: (token, userAgent, opened) => sellers.signIn(token, userAgent, opened),
      signOut: (cookie) => sessions.endByCookie(cookie),
      describe: (seller, input) => sellers.describe(seller, input),
      look: async (token, cookie) => {
        const door = await behind('enter', token);
        if (!door) return refuse('not_found', 'link_unknown');
        return door.room.look(door.hash, cookie ? await hashOf('device', cookie) : null);
      },
      enter: async (token, cookie, from) => {
        const own = await device(cookie);
        return atDoor(from.ip, token, (room, hash) => room.enter(hash, own.hash, own.secret, from.userAgent));
      },
      enterWithCode,
      introduce: async (token, cookie, input, from) => {
        const asked = read(introducing, input);
        if (!asked.ok) return asked;
        const own = await device(cookie);
        return atDoor(from.ip, token, (room, hash) => room.introduce(hash, own.hash, own.secret, asked.value));
      },
      // The code remembers whom it was mailed to, so both ways in end alike.
      introduceWithCode: enterWithCode,
      leave: async (room, cookie) => {
        if (isRoom(room) && cookie) await stub(room).leave(await hashOf('device', cookie));
      },
      lookAtUnsubscribe: async (token) => {
        const door = await behind('wishes', token);
        return door ? door.room.lookAtWishes(door.hash) : refuse('not_found', 'link_unknown');
      },
      unsubscribe: async (token, wish) => {
        const door = await behind('wishes', token);
        const wished = mailWishes.find((one) => one === wish);
        if (!wished) return refuse('invalid', 'malformed');
        return door ? door.room.wish(door.hash, wished) : refuse('not_found', 'link_unknown');
      },
    },
    directory: {
      rooms: (seller) => rooms.list(seller),
      templates: async (seller, locale) => {
        const brief = (own: boolean) => (one: RoomTemplate) => ({ key: one.key, name: one.name, summary: one.summary, own });
        return [...(await templates.list(seller)).map(brief(true)), ...templatesIn(locale).map(brief(false))];
      },
      saveTemplate: async (seller, room, input) => {
        if (!isRoom(room)) return refuse('forbidden', 'not_a_participant');
        const who = await roomActor(asSeller(seller));
        const opened = await stub(room).view(who, []);
        if (!opened.ok) return opened;
        const own = await stub(room).ownWords(who);
        if (!own.ok) return own;
        const saved = await templates.save(seller, opened.value.view, own.value, input);
        if (saved.ok) await noted(seller, { type: 'template.saved', name: saved.value.name });
        return saved;
      },
      removeTemplate: async (seller, key) => {
        const removed = await templates.remove(seller, key);
        if (removed) await noted(seller, { type: 'template.removed', name: removed });
      },
      accounts: (seller) => rooms.accounts(seller),
      open: (seller, input) => rooms.open(seller, input),
      importCopy: async (seller, archive) => {
        const brought = await importCopy(env, rooms, seller, archive);
        if (brought.ok) await noted(seller, { type: 'copy.brought', room: brought.value.room });
        return brought;
      },
      answers: (seller, text, near) => findAnswers(env.DB, seller.workspace, text, near),
      removeDemo: async (seller) => {
        await rooms.removeDemo(seller);
        await noted(seller, { type: 'demo.removed' });
      },
      shelf: (seller) => shelf.page(seller),
      shelve: async (seller, id, input) => (isRoom(id) ? shelf.move(seller, id, input) : refuse('not_found', 'no_such_room')),
      retain: (seller, input) => shelf.retain(seller, input),
      qualification: async (seller) => (await rooms.qualification(seller.workspace)) ?? defaultRule,
      setQualification: async (seller, input) => {
        const changed = await rooms.setQualification(seller, input);
        if (changed.ok) await noted(seller, { type: 'qualification.changed' });
        return changed;
      },
      colleagues: (seller) => sellers.colleagues(seller.workspace),
      inviteColleague: (seller, input) => sellers.inviteColleague(seller, input),
    },
    accounts: {
      list: (seller, search) => accounts.list(seller, search),
      page: (seller, id) => accounts.page(seller, id),
      match: (seller, address, called) => accounts.match(seller, address, called),
      rename: (seller, id, input) => accounts.rename(seller, id, input),
      merge: (seller, id, input) => accounts.merge(seller, id, input),
      separate: (seller, id) => accounts.separate(seller, id),
      addDomain: (seller, id, input) => accounts.addDomain(seller, id, input),
      removeDomain: (seller, id, domain) => accounts.removeDomain(seller, id, domain),
    },
    operations: {
      status: (seller) => operations.status(seller),
      again: (seller, input) => operations.again(seller, input),
    },
    people: {
      at: (seller, input) => people.at(seller, input),
      data: (seller, input) => people.data(seller, input),
      erase: (seller, input) => people.erase(seller, input),
    },
    rooms: {
      open: async (actor, room, threads, at = null) => {
        if (!isRoom(room)) return refuse('forbidden', 'not_a_participant');
        const opened = await stub(room).view(await roomActor(actor), threads, at);
        if (!opened.ok) return opened;
        const { view, pages } = opened.value;
        const me = view.state.people[view.me];
        // A seller's list of colleagues is a convenience: the room opens without it when D1 is down.
        const workspace = me?.person ? view.state.room?.workspace : undefined;
        const colleagues = workspace ? await soon(() => sellers.colleagues(workspace)).catch(() => []) : [];
        return done({ view, pages, colleagues });
      },
      thread: async (actor, room, thread, where) =>
        isRoom(room) ? stub(room).thread(await roomActor(actor), thread, where) : refuse('forbidden', 'not_a_participant'),
      wordings: async (actor, room, comment) =>
        isRoom(room) ? stub(room).wordings(await roomActor(actor), comment) : refuse('forbidden', 'not_a_participant'),
      history: async (actor, room, task) =>
        isRoom(room) ? stub(room).taskHistory(await roomActor(actor), task) : refuse('forbidden', 'not_a_participant'),
      submit,
      submitForm: async (actor, room, form) => {
        const made = commandOfForm(form);
        if (!made.ok) return made;
        const { submission, files, line, words } = made.value;
        let asked = submission;
        if (line !== null || words !== null) {
          const opened = isRoom(room) ? await stub(room).view(await roomActor(actor), []) : refuse('forbidden', 'not_a_participant');
          if (!opened.ok) return opened;
          const { view } = opened.value;
          asked = line !== null ? taskFromLine(submission, line, view) : timesFromWords(submission, words ?? '', view);
        }
        if (files.length > 0 && asked.command['type'] === 'comment.post') {
          const ids: string[] = [];
          for (const file of files) {
            const stored = await upload(actor, room, { name: file.name, type: file.type, body: file.stream(), size: file.size });
            if (!stored.ok) return stored;
            ids.push(stored.value.id);
          }
          asked = { ...asked, command: { ...asked.command, files: ids } };
        }
        const [file] = files;
        if (file && (asked.command['type'] === 'material.add' || asked.command['type'] === 'material.version')) {
          const stored = await upload(actor, room, { name: file.name, type: file.type, body: file.stream(), size: file.size });
          if (!stored.ok) return stored;
          asked = { ...asked, command: { ...asked.command, file: stored.value.id } };
        }
        return submit(actor, room, asked);
      },
      upload,
      looked: async (actor, room, input) =>
        isRoom(room) ? stub(room).looked(await roomActor(actor), input) : refuse('forbidden', 'not_a_participant'),
      openings: async (actor, room) =>
        isRoom(room) ? stub(room).openings(await roomActor(actor)) : refuse('forbidden', 'not_a_participant'),
      takeCopy: async (actor, room) => (isRoom(room) ? takeCopy(env, actor, room) : refuse('forbidden', 'not_a_participant')),
      ledger: async (actor, room, asCustomer = false) =>
        isRoom(room) ? stub(room).ledger(await roomActor(actor), asCustomer) : refuse('forbidden', 'not_a_participant'),
      whereabouts: async (actor, room) => {
        if (!isRoom(room)) return refuse('forbidden', 'not_a_participant');
        const heard = await stub(room).whereabouts(await roomActor(actor));
        if (!heard.ok || actor.kind !== 'seller') return heard;
        // Without D1 nobody knows of summaries; who was heard of is told all the same.
        const summaries = await soon(() => summariesIn(env, room)).catch(() => []);
        const people = { ...heard.value.people };
        for (const { participant, ...summary } of summaries) {
          const one = people[participant];
          if (one) people[participant] = { ...one, summary };
        }
        return done({ people });
      },
      eraseMe: async (actor, room) =>
        isRoom(room) ? stub(room).eraseMe(await roomActor(actor)) : refuse('forbidden', 'not_a_participant'),
      retrospective: async (actor, room) =>
        isRoom(room) ? stub(room).retrospective(await roomActor(actor)) : refuse('forbidden', 'not_a_participant'),
      customerSide: async (actor, room) =>
        isRoom(room) ? stub(room).customerSide(await roomActor(actor)) : refuse('forbidden', 'not_a_participant'),
      previewInvitation: async (actor, room, participant, note) =>
        isRoom(room) ? stub(room).previewInvitation(await roomActor(actor), participant, note) : refuse('forbidden', 'not_a_participant'),
      seen: async (actor: Actor, room, thread, seq) => {
        if (isRoom(room)) await stub(room).seen(await roomActor(actor), thread, seq);
      },
    },
  };
}
