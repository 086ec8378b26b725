/** The page of a copy: the whole room to read without a network, a server or a script. */
import { raw } from 'hono/html';
import type { Child, FC } from 'hono/jsx';
import * as m from '#messages';
import { audienceOfThread, internalOf, ROOM_THREAD, sharedOf } from '#core/audience.ts';
import type { Comment, FileFact } from '#core/discussion.ts';
import { sayDue } from '#core/due.ts';
import type { FileId, ParticipantId, ThreadId } from '#core/ids.ts';
import { materialsOf, sectionsOf, type Material, type Version } from '#core/materials.ts';
import { type Answer, attendeesOf, isMeeting, meetingOf, saySlot, startOf, timeOf } from '#core/meetings.ts';
import { sayRange } from '#core/money.ts';
import { objectionOf, type Objection } from '#core/objections.ts';
import type { Participant } from '#core/people.ts';
import { checksOf, milestoneDate, milestonesInOrder, tasksOf, type Task } from '#core/plan.ts';
import type { RoomState } from '#core/room.ts';
import { thingOf } from '#core/things.ts';
import { costTold, linesOf, perceived, type ValueLine } from '#core/value.ts';
import { sayNumber } from '../../emails/value.tsx';
import { richText } from '../room/rich-text.ts';
import { type Manifest, pathOf } from './archive.ts';
import { stances, valueKinds } from '../../messages/value.ts';
import { calculationOf, kinds } from './words.ts';

interface Facts {
  state: RoomState;
  threads: Map<ThreadId, Comment[]>;
  files: Map<FileId, FileFact>;
  mails: Set<string>;
  reader: Participant;
  manifest: Manifest;
}

const STYLE = `:root{color-scheme:light dark;--ink:#1b2420;--soft:#56625b;--line:#dfe5df;--card:#fff;--back:#f7f8f5;--brand:#1f6f5c;--tint:#e6f1ed;--team:#fdf3dc;--team-ink:#7a4a06}
@media(prefers-color-scheme:dark){:root{--ink:#e8ede9;--soft:#a3afa8;--line:#333d38;--card:#1a211e;--back:#121816;--brand:#6fc3ab;--tint:#1d3029;--team:#33290f;--team-ink:#f0c674}}
*{box-sizing:border-box}html{background:var(--back);color:var(--ink);scroll-behavior:smooth}body{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:54rem;margin:0 auto;padding:2rem 1rem 4rem;overflow-wrap:anywhere}
h1{font-size:1.625rem;line-height:1.25;margin:0}h2{margin:2.75rem 0 .75rem;font-size:1.2rem;line-height:1.3;color:var(--brand)}h3{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;margin:1.5rem 0 .25rem;font-size:1rem}h3 small{font-weight:400}p{margin:.25rem 0}small,.soft{color:var(--soft)}small{font-size:.875rem}a{color:var(--brand)}s{color:var(--soft)}
nav{display:flex;flex-wrap:wrap;gap:0 1.25rem;margin-top:1rem;padding:.4rem 0;border-block:1px solid var(--line)}nav a{display:flex;align-items:center;min-height:2.75rem;text-decoration:none}
ul{list-style:none;margin:0;padding:0}.rows>li{margin:0;padding:.7rem 0;border-top:1px solid var(--line)}.rows>li:first-child{border-top:0}.task{display:grid;grid-template-columns:1.6rem minmax(0,1fr)}.checks{margin:.35rem 0}.checks li{display:grid;grid-template-columns:1.6rem minmax(0,1fr)}
.body ul,.body ol{list-style:revert;padding-left:1.25rem}.body>:first-child{margin-top:0}.body>:last-child{margin-bottom:0}pre,.scroll{overflow-x:auto}
article{margin:.75rem 0;padding:.6rem .9rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card)}.team,mark{background:var(--team);color:var(--team-ink)}.team{border-color:transparent}.team small{color:inherit}mark{padding:.1rem .45rem;border-radius:.3rem;font-size:.875rem}
article img{display:block;max-width:100%;max-height:24rem;margin:.4rem 0;border-radius:.4rem}details{margin:.35rem 0}summary{display:inline-flex;align-items:center;gap:.4rem;min-height:2.75rem;cursor:pointer;color:var(--brand)}summary::before{content:"▸"}details[open]>summary::before{content:"▾"}summary::-webkit-details-marker{display:none}
.plain{white-space:pre-wrap}.sums{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem 1.5rem;padding:.9rem 1.1rem;border-radius:.6rem;background:var(--tint)}.sums b{display:block;font-size:1.15rem}.num{font-weight:650;white-space:nowrap}
dl{display:grid;grid-template-columns:minmax(0,8rem) minmax(0,1fr);gap:.1rem .9rem;margin:.35rem 0;font-size:.9375rem}dt{color:var(--soft)}dd{margin:0}.people{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:0 2rem}code{font-size:.85em}footer{margin-top:3rem;padding-top:.75rem;border-top:1px solid var(--line)}
@media print{html{background:#fff}body{max-width:none;padding:0;font-size:10pt}nav{display:none}article,.rows>li{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto}summary::before{content:""}}`;

const zoneOf = ({ reader }: Facts) => ({ locale: reader.locale, zone: reader.zone });
const nameOf = ({ state }: Facts, id: ParticipantId | 'system' | null): string =>
  id && id !== 'system' ? (state.people[id]?.name ?? '') : '';
const names = (facts: Facts, ids: readonly ParticipantId[]): string =>
  ids
    .map((id) => nameOf(facts, id))
    .filter(Boolean)
    .join(facts.reader.locale === 'zh-CN' ? '、' : ', ');
/** An instant as a day in the reader's zone. */
const day = (facts: Facts, at: string): string =>
  new Intl.DateTimeFormat(facts.reader.locale, { dateStyle: 'medium', timeZone: facts.reader.zone }).format(Date.parse(at));
const linkTo = (file: FileFact): string => pathOf(file).split('/').map(encodeURIComponent).join('/');

const Words: FC<{ text: string }> = ({ text }) => {
  if (text.trim() === '') return <></>;
  const html = richText(text);
  return html ? <div class="body">{raw(html)}</div> : <div class="plain">{text}</div>;
};

const Attached: FC<{ file: FileFact; facts: Facts }> = ({ file, facts }) => {
  if (!facts.files.has(file.id)) return <></>;
  const isPicture = /^image\/(png|jpeg|gif|webp)$/.test(file.type);
  return (
    <p>
      <a href={linkTo(file)}>
        {isPicture && <img src={linkTo(file)} alt="" loading="lazy" />}
        {file.name}
      </a>
    </p>
  );
};

const Said: FC<{ comment: Comment; facts: Facts }> = ({ comment, facts }) => {
  const { locale } = facts.reader;
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: facts.reader.zone }).format(
    Date.parse(comment.at),
  );
  const team = audienceOfThread(comment.thread) === 'seller';
  return (
    <article class={team ? 'team' : undefined} id={comment.id}>
      <p>
        <strong>{nameOf(facts, comment.by)}</strong> <small>{when}</small>
        {team && <small> · {m.internal({}, { locale })}</small>}
        {comment.mail && facts.mails.has(comment.mail) && (
          <small>
            {' · '}
            <a href={`mails/${comment.mail}.eml`}>{m.copy_by_mail({}, { locale })}</a>
          </small>
        )}
      </p>
      {comment.deletedAt !== null ? <p class="soft">{m.copy_deleted({}, { locale })}</p> : <Words text={comment.body} />}
      {comment.files.map((file) => (
        <Attached file={file} facts={facts} />
      ))}
    </article>
  );
};

const saidIn = ({ threads }: Facts, thread: ThreadId): Comment[] =>
  [...(threads.get(thread) ?? []), ...(threads.get(internalOf(thread)) ?? [])].sort((a, b) => a.seq - b.seq);

const Talk: FC<{ thread: ThreadId; facts: Facts }> = ({ thread, facts }) => (
  <>
    {saidIn(facts, thread).map((comment) => (
      <Said comment={comment} facts={facts} />
    ))}
  </>
);

/** What was said about a thing, behind a line that says how much; nothing where nothing was. */
const Fold: FC<{ about: string; facts: Facts; open?: boolean }> = ({ about, facts, open }) => {
  const thread = about as ThreadId;
  const count = saidIn(facts, thread).length;
  if (count === 0) return <></>;
  return (
    <details open={open}>
      <summary>{m.copy_talk({ count }, { locale: facts.reader.locale })}</summary>
      <Talk thread={thread} facts={facts} />
    </details>
  );
};

const PlanRow: FC<{ task: Task; facts: Facts }> = ({ task, facts }) => {
  const { state, reader } = facts;
  const say = { locale: reader.locale };
  const first = (task.after ?? []).flatMap((id) => (state.plan.tasks[id]?.removed === false ? state.plan.tasks[id].title : []));
  const facets = [
    task.kind === 'task' ? '' : kinds[task.kind]({}, say),
    task.completedAt ? m.copy_done({ when: day(facts, task.completedAt) }, say) : task.due && sayDue(task.due, zoneOf(facts)),
    names(facts, task.owners),
  ];
  return (
    <li class="task" id={task.id}>
      <span aria-hidden="true">{task.completedAt ? '☑' : '☐'}</span>
      <div>
        {task.completedAt ? <s>{task.title}</s> : <strong>{task.title}</strong>}
        <p>
          <small>{facets.filter(Boolean).join(' · ')}</small>
        </p>
        {first.length > 0 && (
          <p>
            <small>{m.copy_after({ tasks: first.join(reader.locale === 'zh-CN' ? '、' : ', ') }, say)}</small>
          </p>
        )}
        <Words text={task.description} />
        {checksOf(task).length > 0 && (
          <ul class="checks">
            {checksOf(task).map((check) => (
              <li>
                <span aria-hidden="true">{check.doneAt ? '☑' : '☐'}</span>
                <span>{check.doneAt ? <s>{check.text}</s> : check.text}</span>
              </li>
            ))}
          </ul>
        )}
        <Fold about={task.id} facts={facts} />
      </div>
    </li>
  );
};

const Plan: FC<{ facts: Facts }> = ({ facts }) => {
  const { state } = facts;
  const tasks = tasksOf(state.plan).filter((task) => task.kind !== 'objection');
  return (
    <>
      {[null, ...milestonesInOrder(state.plan)].map((milestone) => {
        const own = tasks.filter((task) => task.milestone === (milestone?.id ?? null));
        if (!milestone && own.length === 0) return '';
        const by = milestone && milestoneDate(milestone, own).date;
        return (
          <section>
            {milestone && (
              <h3>
                {milestone.title} {by && <small>{sayDue({ date: by, time: null, zone: facts.reader.zone }, zoneOf(facts))}</small>}
              </h3>
            )}
            <ul class="rows">
              {own.map((task) => (
                <PlanRow task={task} facts={facts} />
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
};

const Line: FC<{ line: ValueLine; facts: Facts }> = ({ line, facts }) => {
  const { state, reader } = facts;
  const { locale } = reader;
  const say = { locale };
  const { currency } = state.value;
  const why: [string, string][] = [
    [m.value_expectation({}, say), line.expectation],
    [m.value_need({}, say), line.need],
    [m.value_motive({}, say), line.motive],
    [m.value_source({}, say), line.source],
  ];
  const how = calculationOf(line, currency, locale);
  const owner = line.owner ? nameOf(facts, line.owner.by) : '';
  return (
    <li id={line.id}>
      <strong>{line.title}</strong>{' '}
      <span class="num">{line.number ? sayNumber(line.number, currency, locale) : m.value_no_number({}, say)}</span>
      <p>
        <small>{[valueKinds[line.kind]({}, say), owner && m.value_by({ name: owner }, say)].filter(Boolean).join(' · ')}</small>
      </p>
      {how !== '' && <p>{how}</p>}
      {line.number?.unit === 'weight' && line.number.words && <p>{line.number.words}</p>}
      <dl>
        {why.map(([name, words]) =>
          words ? (
            <>
              <dt>{name}</dt>
              <dd>{words}</dd>
            </>
          ) : (
            ''
          ),
        )}
      </dl>
      {line.proposal && (
        <p>
          {m.copy_proposes({ name: nameOf(facts, line.proposal.by), number: sayNumber(line.proposal.number, currency, locale) }, say)}{' '}
          <small>{line.proposal.note}</small>
        </p>
      )}
      {Object.entries(line.stances).map(([id, { stance, range, note }]) => (
        <p>
          {m.value_stance({ name: nameOf(facts, id as ParticipantId), stance: stances[stance]({}, say) }, say)}{' '}
          <small>{[range && sayRange(range, currency, locale), note].filter(Boolean).join(' · ')}</small>
        </p>
      ))}
      <Fold about={line.id} facts={facts} />
    </li>
  );
};

const Value: FC<{ facts: Facts }> = ({ facts }) => {
  const { value } = facts.state;
  const { locale } = facts.reader;
  const say = { locale };
  const seen = perceived(value);
  const list = (title: string, lines: ValueLine[]) =>
    lines.length > 0 && (
      <>
        <h3>{title}</h3>
        <ul class="rows">
          {lines.map((line) => (
            <Line line={line} facts={facts} />
          ))}
        </ul>
      </>
    );
  return (
    <>
      <div class="sums">
        <p>
          {m.value_gains({}, say)}
          <b>{sayRange(seen.gains, value.currency, locale)}</b>
        </p>
        <p>
          {m.value_costs({}, say)}
          <b>{sayRange(seen.costs, value.currency, locale)}</b>
        </p>
        <p>
          {m.value_left({}, say)}
          <b>{costTold(value) ? sayRange(seen.value, value.currency, locale) : m.value_not_told({}, say)}</b>
        </p>
      </div>
      <p>
        <small>{m.value_months({ months: value.months }, say)}</small>
      </p>
      {list(m.value_gain({}, say), linesOf(value, 'gain'))}
      {list(m.value_cost({}, say), linesOf(value, 'cost'))}
    </>
  );
};

const states: Record<Objection['state'], typeof m.objection_open> = {
  open: m.objection_open,
  answered: m.objection_answered,
  accepted: m.objection_accepted,
};

const Question: FC<{ objection: Objection; facts: Facts }> = ({ objection, facts }) => {
  const { task, asker, answer } = objection;
  const say = { locale: facts.reader.locale };
  const said = answer && saidIn(facts, task.id as string as ThreadId).find((one) => one.id === answer.comment && one.deletedAt === null);
  const by = nameOf(facts, asker);
  return (
    <li id={task.id}>
      <strong>{task.title}</strong>
      <p>
        <small>
          {[by && m.objection_asked({ name: by, hours: 0 }, say), day(facts, task.addedAt), states[objection.state]({}, say)]
            .filter(Boolean)
            .join(' · ')}
        </small>
      </p>
      <Words text={task.description} />
      {said && (
        <dl>
          <dt>
            {m.copy_answer({}, say)} · {nameOf(facts, said.by)}
          </dt>
          <dd>
            <Words text={said.body} />
          </dd>
        </dl>
      )}
      <Fold about={task.id} facts={facts} />
    </li>
  );
};

const At: FC<{ version: Version; material: Material; facts: Facts }> = ({ version, material, facts }) => {
  const say = { locale: facts.reader.locale };
  const { content } = version;
  const title = content.kind === 'link' ? content.url : content.file.name;
  const url = content.kind === 'link' ? content.url : linkTo(content.file);
  return (
    <p>
      {material.versions.length > 1 && `${m.materials_version({ number: version.number }, say)} · `}
      <a href={url} rel="noreferrer">
        {title}
      </a>{' '}
      <small>{[day(facts, version.at), nameOf(facts, version.by)].filter(Boolean).join(' · ')}</small>
    </p>
  );
};

const MaterialRow: FC<{ material: Material; facts: Facts }> = ({ material, facts }) => (
  <li id={material.id}>
    <strong>{material.title}</strong>{' '}
    {material.audience === 'seller' && <mark>{m.materials_seller({}, { locale: facts.reader.locale })}</mark>}
    <Words text={material.note} />
    {[...material.versions].reverse().map((version) => (
      <At version={version} material={material} facts={facts} />
    ))}
    <Fold about={material.id} facts={facts} />
  </li>
);

const answerWords: Record<Answer, typeof m.meeting_answer_accepted> = {
  accepted: m.meeting_answer_accepted,
  tentative: m.meeting_answer_tentative,
  declined: m.meeting_answer_declined,
};

const MeetingRow: FC<{ task: Task; facts: Facts }> = ({ task, facts }) => {
  const { state, reader } = facts;
  const say = { locale: reader.locale };
  const meeting = meetingOf(state, task.id);
  const slot = timeOf(task, meeting) ?? (meeting.cancelled ? meeting.last : null);
  const rows: [string, Child][] = [
    [m.meeting_place({}, say), meeting.place],
    [m.meeting_agenda({}, say), meeting.agenda && <Words text={meeting.agenda} />],
    [m.meeting_minutes({}, say), meeting.minutes && <Words text={meeting.minutes} />],
  ];
  return (
    <li>
      <a href={`#${task.id}`}>{task.title}</a>
      <p>
        <strong>{slot ? saySlot(slot, reader) : m.mail_meeting_no_time({}, say)}</strong>
        {meeting.cancelled && ` · ${m.meeting_is_cancelled({}, say)}`}
      </p>
      {!slot && meeting.proposed.length > 0 && (
        <p>
          {m.copy_offered({}, say)}: {meeting.proposed.map((one) => saySlot(one, reader)).join(' / ')}
        </p>
      )}
      <ul>
        {attendeesOf(state, task).map((one) => {
          const given = meeting.answers[one.id];
          return (
            <li>
              {one.name}{' '}
              <small>
                {[given ? answerWords[given.answer]({}, say) : m.meeting_answer_none({}, say), given?.note].filter(Boolean).join(' · ')}
              </small>
            </li>
          );
        })}
      </ul>
      <dl>
        {rows.map(([name, content]) =>
          content ? (
            <>
              <dt>{name}</dt>
              <dd>{content}</dd>
            </>
          ) : (
            ''
          ),
        )}
      </dl>
    </li>
  );
};

const People: FC<{ side: Participant['side']; title: string; facts: Facts }> = ({ side, title, facts }) => (
  <section>
    <h3>{title}</h3>
    <ul>
      {Object.values(facts.state.people)
        .filter((one) => one.side === side)
        .map((one) => (
          <li>
            {one.name}{' '}
            <small>
              {one.email}
              {one.status === 'left' && ` · ${m.copy_left({}, { locale: facts.reader.locale })}`}
            </small>
          </li>
        ))}
    </ul>
  </section>
);

/** The whole document. It loads nothing from outside its own folder. */
export function offlinePage(facts: Facts): string {
  const { state, files, reader, manifest, threads } = facts;
  const { locale } = reader;
  const say = { locale };
  const tasks = tasksOf(state.plan);
  const objections = tasks.flatMap((task) => objectionOf(state, task) ?? []);
  const meetings = tasks
    .filter(isMeeting)
    .map((task) => ({ task, slot: timeOf(task, meetingOf(state, task.id)) }))
    .sort((a, b) => (a.slot ? startOf(a.slot) : Infinity) - (b.slot ? startOf(b.slot) : Infinity) || 0);
  const materials = materialsOf(state.materials);
  const lines = linesOf(state.value);
  const shown = new Set<string>([ROOM_THREAD, ...[...tasks, ...lines, ...materials].map((one) => one.id)]);
  const others = [...new Set([...threads.keys()].map(sharedOf))].filter((thread) => !shown.has(thread));
  const sections: { id: string; title: string; body: Child }[] = [
    { id: 'plan', title: m.plan({}, say), body: <Plan facts={facts} /> },
    ...(lines.length > 0 ? [{ id: 'value', title: m.value_title({}, say), body: <Value facts={facts} /> }] : []),
    ...(objections.length > 0
      ? [
          {
            id: 'questions',
            title: m.copy_questions({}, say),
            body: (
              <ul class="rows">
                {objections.map((objection) => (
                  <Question objection={objection} facts={facts} />
                ))}
              </ul>
            ),
          },
        ]
      : []),
    ...(materials.length > 0
      ? [
          {
            id: 'materials',
            title: m.view_materials({}, say),
            body: sectionsOf(state.materials).map((section) => (
              <section>
                {section !== '' && <h3>{section}</h3>}
                <ul class="rows">
                  {materials
                    .filter((one) => one.section === section)
                    .map((material) => (
                      <MaterialRow material={material} facts={facts} />
                    ))}
                </ul>
              </section>
            )),
          },
        ]
      : []),
    ...(meetings.length > 0
      ? [
          {
            id: 'meetings',
            title: m.copy_meetings({}, say),
            body: (
              <ul class="rows">
                {meetings.map(({ task }) => (
                  <MeetingRow task={task} facts={facts} />
                ))}
              </ul>
            ),
          },
        ]
      : []),
    {
      id: 'discussion',
      title: m.discussion({}, say),
      body: (
        <>
          <Talk thread={ROOM_THREAD} facts={facts} />
          {others.length > 0 && <h3>{m.copy_further({}, say)}</h3>}
          {others.map((thread) => (
            <section>
              <h3>{thingOf(state, thread)?.title ?? thingOf(state, internalOf(thread))?.title ?? m.copy_removed({}, say)}</h3>
              <Talk thread={thread} facts={facts} />
            </section>
          ))}
        </>
      ),
    },
    ...(files.size > 0
      ? [
          {
            id: 'files',
            title: m.files({}, say),
            body: (
              <ul>
                {[...files.values()].map((file) => (
                  <li>
                    <a href={linkTo(file)}>{file.name}</a> <small>{sayBytes(file.size, locale)}</small>
                  </li>
                ))}
              </ul>
            ),
          },
        ]
      : []),
    {
      id: 'people',
      title: m.people({}, say),
      body: (
        <div class="people">
          <People side="customer" title={manifest.accountName} facts={facts} />
          <People side="seller" title={manifest.workspaceName} facts={facts} />
        </div>
      ),
    },
  ];
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
        <header>
          <h1>{manifest.name}</h1>
          <p class="soft">
            {manifest.workspaceName} · {manifest.accountName}
          </p>
          <p class="soft">
            {m.copy_taken(
              { when: new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: reader.zone }).format(Date.parse(manifest.takenAt)) },
              say,
            )}
          </p>
          {manifest.side === 'seller' && (
            <p>
              <mark>{m.copy_internal_note({}, say)}</mark>
            </p>
          )}
        </header>
        <nav aria-label={m.copy_contents({}, say)}>
          {sections.map(({ id, title }) => (
            <a href={`#${id}`}>{title}</a>
          ))}
        </nav>
        <main>
          {sections.map(({ id, title, body }) => (
            <section aria-labelledby={id}>
              <h2 id={id}>{title}</h2>
              {body}
            </section>
          ))}
        </main>
        <footer class="soft">
          <p>
            {m.copy_tables({}, say)} <a href="plan.csv">plan.csv</a> · <a href="plan.ics">plan.ics</a> · <a href="value.csv">value.csv</a>
          </p>
          <p>
            <small>
              events.jsonl · {manifest.events} · SHA-256 <code>{manifest.hash}</code>
            </small>
          </p>
        </footer>
      </body>
    </html>
  );
  return `<!doctype html>\n${page.toString()}`;
}

/** "1.4 MB". */
function sayBytes(bytes: number, locale: string): string {
  const [unit, size] =
    bytes >= 1e6 ? (['megabyte', bytes / 1e6] as const) : bytes >= 1e3 ? (['kilobyte', bytes / 1e3] as const) : (['byte', bytes] as const);
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(size);
}
