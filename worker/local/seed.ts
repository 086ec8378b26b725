/** The demo workspace of `npm start`: two deals, one Chinese, one English. Seeding twice changes nothing. */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { PersonId, RoomId, WorkspaceId } from '#core/ids.ts';
import { Sellers } from '../access/sellers.ts';
import { idFor } from '../access/tokens.ts';
import { demoRoomId, openDemo, type DemoSeller } from '../directory/demo.ts';
import { membership, person, workspace } from '../directory/schema.ts';
import { into } from '../directory/within.ts';
import type { Env } from '../env.ts';
import { roomStub } from '../room/stub.ts';

const fixed = <Id extends string>(name: string): Promise<Id> => idFor<Id>(new TextEncoder().encode(`seed:${name}`));

export interface DemoLinks {
  created: boolean;
  links: { label: string; url: string }[];
}

export async function seed(env: Env): Promise<DemoLinks> {
  const db = drizzle(env.DB);
  const place = {
    workspace: await fixed<WorkspaceId>('workspace'),
    workspaceName: '云仓科技 Yuncang',
    locale: 'zh-CN' as const,
    zone: 'Asia/Shanghai',
  };
  const lidan: DemoSeller = { ...place, person: await fixed<PersonId>('lidan'), name: '李丹', email: 'lidan@yuncang.example' };
  const zhou: DemoSeller = { ...place, person: await fixed<PersonId>('zhou'), name: '周航', email: 'zhouhang@yuncang.example' };
  const [known] = await db.select({ id: workspace.id }).from(workspace).where(eq(workspace.id, place.workspace));
  if (!known) {
    const createdAt = new Date().toISOString();
    await db.batch([
      db
        .insert(person)
        .values([lidan, zhou].map(({ person: id, name, email, locale, zone }) => ({ id, name, email, locale, zone, createdAt }))),
      db.insert(workspace).values({ id: place.workspace, name: place.workspaceName, createdAt }),
      db.insert(into(membership)).values([
        { workspaceId: place.workspace, personId: lidan.person, role: 'owner', createdAt },
        { workspaceId: place.workspace, personId: zhou.person, role: 'member', createdAt },
      ]),
    ]);
    await openDemo(env, 'huadong', lidan, { colleague: zhou, quiet: false });
    await openDemo(env, 'contoso', lidan, { quiet: false });
  }

  const { person: _, workspace: workspaceId, ...to } = lidan;
  const secret = await new Sellers(env).demoLink({ ...to, workspaceId });
  const linkTo = async (room: RoomId, customer: string, lang: string) =>
    `${env.APP_URL}/join/${await roomStub(env, room).linkTo(customer)}?lang=${lang}`;
  return {
    created: !known,
    links: [
      { label: 'Seller app, signed in as 李丹', url: `${env.APP_URL}/sign-in/${secret}` },
      {
        label: 'Customer’s link: 陈伟, 华东制造',
        url: await linkTo(await demoRoomId(place.workspace, 'huadong'), 'chenwei@huadong-mfg.example', 'zh-CN'),
      },
      {
        label: 'Customer’s link: Mike Turner, Contoso Retail',
        url: await linkTo(await demoRoomId(place.workspace, 'contoso'), 'mike.turner@contoso-retail.example', 'en'),
      },
    ],
  };
}
