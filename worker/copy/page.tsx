/** The page of a copy: the whole room to read without a network, a server or a script. */
import { raw } from 'hono/html';
import type { FC } from 'hono/jsx';
import * as m from '#messages';
import { audienceOfThread, internalOf, ROOM_THREAD } from '#core/audience.ts';
import type { Comment, FileFact } from '#core/discussion.ts';
import { sayDue } from '#core/due.ts';
import type { FileId, ParticipantId, ThreadId } from '#core/ids.ts';
import type { Participant } from '#core/people.ts';
import { tasksOf, type Task } from '#core/plan.ts';
import type { RoomState } from '#core/room.ts';
import { richText } from '../room/rich-text.ts';
import { type Manifest, pathOf, type Reader } from './archive.ts';

interface Facts {
  state: RoomState;
  threads: Map<ThreadId, Comment[]>;
  files: Map<FileId, FileFact>;
  mails: Set<string>;
  reader: Reader;
  manifest: Manifest;
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:52rem;margin:0 auto;padding:2rem 1rem 4rem}h1{font-size:1.6rem;line-height:1.25;margin:0}h2{margin:2.5rem 0 .5rem;font-size:1.2rem}h3{margin:1.5rem 0 .25rem;font-size:1rem}p{margin:.25rem 0}small,.soft{color:#666}ol,ul{padding-left:1.25rem}li{margin:.35rem 0}s{opacity:.7}article{border-left:3px solid #8884;padding:.1rem 0 .1rem .9rem;margin:.75rem 0;overflow-wrap:anywhere}.team{border-color:#b45309;background:#f59e0b18}details{margin:.25rem 0 .5rem}summary{cursor:pointer}.plain{white-space:pre-wrap}table{border-collapse:collapse}td,th{border:1px solid #8886;padding:.2rem .6rem;text-align:left}code{font-size:.85em;overflow-wrap:anywhere}pre{overflow-x:auto}@media(prefers-color-scheme:dark){small,.soft{color:#aaa}}@media print{details{display:block}}`;

const Said: FC<{ comment: Comment; facts: Facts }> = ({ comment, facts: { state, files, mails, reader } }) => {
  const { locale } = reader;
  const zone = state.people[reader.id as ParticipantId]?.zone ?? 'UTC';
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(Date.parse(comment.at));
  const team = audienceOfThread(comment.thread) === 'seller';
  const html = richText(comment.body);
  return (
    <article class={team ? 'team' : undefined} id={comment.id}>
      <p>
        <strong>{state.people[comment.by]?.name ?? ''}</strong> <small>{when}</small>
        {team && <small> · {m.internal({}, { locale })}</small>}
        {comment.mail && mails.has(comment.mail) && (
          <small>
            {' · '}
            <a href={`mails/${comment.mail}.eml`}>{m.copy_by_mail({}, { locale })}</a>
          </small>
        )}
      </p>
      {comment.deletedAt !== null ? (
        <p class="soft">{m.copy_deleted({}, { locale })}</p>
      ) : html ? (
        <div>{raw(html)}</div>
      ) : (
        <div class="plain">{comment.body}</div>
      )}
      {comment.files.map((file) =>
        files.has(file.id) ? (
          <p>
            <a href={encodeURI(pathOf(file))}>{file.name}</a>
          </p>
        ) : (
          ''
        ),
      )}
    </article>
  );
};

const Talk: FC<{ thread: ThreadId; facts: Facts }> = ({ thread, facts }) => {
  const said = [...(facts.threads.get(thread) ?? []), ...(facts.threads.get(internalOf(thread)) ?? [])].sort((a, b) => a.seq - b.seq);
  return (
    <>
      {said.map((comment) => (
        <Said comment={comment} facts={facts} />
      ))}
    </>
  );
};

const One: FC<{ task: Task; facts: Facts }> = ({ task, facts }) => {
  const { state, reader, threads } = facts;
  const { locale } = reader;
  const zone = state.people[reader.id as ParticipantId]?.zone ?? 'UTC';
  const thread = task.id as string as ThreadId;
  const talk = (threads.get(thread)?.length ?? 0) + (threads.get(internalOf(thread))?.length ?? 0);
  const owners = task.owners.flatMap((id) => state.people[id]?.name ?? []).join(', ');
  return (
    <li>
      {task.completedAt ? '☑ ' : '☐ '}
      {task.completedAt ? <s>{task.title}</s> : <strong>{task.title}</strong>}{' '}
      <small>{[task.due && sayDue(task.due, { locale, zone }), owners].filter(Boolean).join(' · ')}</small>
      {task.description && <div class="plain">{task.description}</div>}
      {talk > 0 && (
        <details>
          <summary>
            <small>{m.copy_talk({ count: talk }, { locale })}</small>
          </summary>
          <Talk thread={thread} facts={facts} />
        </details>
      )}
    </li>
  );
};

const Names: FC<{ people: Participant[] }> = ({ people }) => (
  <ul>
    {people.map((one) => (
      <li>
        {one.name} <small>{one.email}</small>
      </li>
    ))}
  </ul>
);

/** The whole document. It names nothing outside its own folder. */
export function offlinePage(facts: Facts): string {
  const { state, files, reader, manifest, threads } = facts;
  const { locale } = reader;
  const tasks = tasksOf(state.plan);
  const groups = [null, ...state.plan.milestones];
  const people = Object.values(state.people).filter((one) => one.status !== 'left');
  const known = new Set<string>([ROOM_THREAD, internalOf(ROOM_THREAD), ...Object.keys(state.plan.tasks)]);
  const others = [...threads.keys()].filter((thread) => !known.has(thread.replace(/:internal$/, '')));
  const page = (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:" />
        <title>{manifest.name}</title>
        <style>{raw(STYLE)}</style>
      </head>
      <body>
        <h1>{manifest.name}</h1>
        <p class="soft">
          {manifest.workspaceName} · {manifest.accountName}
        </p>
        <p class="soft">
          {m.copy_taken({ when: new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(Date.parse(manifest.takenAt)) }, { locale })}
          {manifest.side === 'seller' && ` ${m.copy_internal_note({}, { locale })}`}
        </p>

        <h2>{m.plan({}, { locale })}</h2>
        {groups.map((milestone) => {
          const own = tasks.filter((task) => task.milestone === (milestone?.id ?? null));
          if (own.length === 0) return '';
          return (
            <>
              {milestone && (
                <h3>
                  {milestone.title} <small>{milestone.date ?? ''}</small>
                </h3>
              )}
              <ul style="list-style:none;padding-left:0">
                {own.map((task) => (
                  <One task={task} facts={facts} />
                ))}
              </ul>
            </>
          );
        })}

        <h2>{m.discussion({}, { locale })}</h2>
        <Talk thread={ROOM_THREAD} facts={facts} />
        {others.map((thread) => (
          <>
            <h3 id={thread}>
              <code>{thread}</code>
            </h3>
            <Talk thread={thread} facts={facts} />
          </>
        ))}

        <h2>{m.files({}, { locale })}</h2>
        <ul>
          {[...files.values()].map((file) => (
            <li>
              <a href={encodeURI(pathOf(file))}>{file.name}</a> <small>{m.copy_bytes({ count: file.size }, { locale })}</small>
            </li>
          ))}
        </ul>

        <h2>{m.people({}, { locale })}</h2>
        <h3>{manifest.accountName}</h3>
        <Names people={people.filter((one) => one.side === 'customer')} />
        <h3>{manifest.workspaceName}</h3>
        <Names people={people.filter((one) => one.side === 'seller')} />

        <p class="soft">
          <small>
            events.jsonl · {manifest.events} · SHA-256 <code>{manifest.hash}</code>
          </small>
        </p>
      </body>
    </html>
  );
  return `<!doctype html>\n${page.toString()}`;
}
