/** A file or a link that came to the room. It is opened in the room, where its reader has it in every version. */
import * as m from '#messages';
import type { FC } from 'hono/jsx';
import type { MaterialFacts, Reader } from './facts.ts';
import { Lines, Link, paint } from './layout.tsx';
import { sayAt, saySize } from './moment.ts';

const sayHead = ({ name, at, version }: MaterialFacts, reader: Reader): string => {
  const said = { name, when: sayAt(at, reader) };
  return version > 1
    ? m.mail_material_head_version({ ...said, version }, { locale: reader.locale })
    : m.mail_said(said, { locale: reader.locale });
};

const sayWhat = ({ title, size }: MaterialFacts, { locale }: Reader): string =>
  size === null ? title : m.mail_file({ name: title, size: saySize(size) }, { locale });

export const Brought: FC<{ material: MaterialFacts; reader: Reader }> = ({ material, reader }) => (
  <div {...paint({ edge: 'line' }, 'margin:0 0 16px;padding:0 0 0 16px;border-style:solid;border-width:0 0 0 3px;')}>
    <p {...paint({ text: 'soft' }, 'margin:0 0 4px;font-size:14px;line-height:21px;')}>{sayHead(material, reader)}</p>
    <p {...paint({ text: 'ink' }, 'margin:0;font-size:16px;line-height:25px;word-break:break-word;')}>
      <Link url={material.url}>{sayWhat(material, reader)}</Link>
    </p>
    {material.note && (
      <div {...paint({ text: 'ink' }, 'margin:4px 0 0;font-size:15px;line-height:23px;word-break:break-word;')}>
        <Lines text={material.note} />
      </div>
    )}
  </div>
);

/** `withLink`: where several stand in one place, its address is said once. */
export const broughtText = (material: MaterialFacts, reader: Reader, withLink: boolean): string =>
  [sayHead(material, reader), sayWhat(material, reader), material.note, withLink && material.url].filter(Boolean).join('\n');
