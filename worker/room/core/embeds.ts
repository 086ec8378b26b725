/**
 * Links that can be shown where they stand: a video, a drawing, a document. Only exact hosts and paths of a short list
 * count, and what a frame will load is built anew from the id in the link: nothing else of it is passed on. Nothing is
 * loaded before a reader asks for it.
 */

export type EmbedProvider = 'youtube' | 'bilibili' | 'vimeo' | 'loom' | 'tencent' | 'figma' | 'google';

export interface Embed {
  provider: EmbedProvider;
  /** The provider's name as people know it. */
  name: string;
  /** The link as it was written. */
  url: string;
  /** What the frame loads. */
  src: string;
  /** Where it is loaded from, as it is said on the button. */
  host: string;
  shape: 'video' | 'page';
}

type Made = Pick<Embed, 'src' | 'shape'>;

/** A link taken apart, strictly: a host, a path and a query, and nothing that would make a browser read it another way. */
interface Link {
  host: string;
  path: string;
  get: (name: string) => string;
}

interface Rule {
  provider: EmbedProvider;
  name: string;
  hosts: readonly string[];
  make: (link: Link) => Made | null;
}

/** Seconds in "90", "90s" or "1m30s"; 0 when it says none. */
function seconds(text: string): number {
  const parts = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?$/.exec(text);
  return parts ? Number(parts[1] ?? 0) * 3600 + Number(parts[2] ?? 0) * 60 + Number(parts[3] ?? 0) : 0;
}

function youtube(id: string | undefined, link: Link): Made | null {
  if (!id || !/^[\w-]{11}$/.test(id)) return null;
  const start = seconds(link.get('t') || link.get('start'));
  return { src: `https://www.youtube-nocookie.com/embed/${id}${start ? `?start=${start}` : ''}`, shape: 'video' };
}

const RULES: readonly Rule[] = [
  {
    provider: 'youtube',
    name: 'YouTube',
    hosts: ['www.youtube.com', 'youtube.com', 'm.youtube.com'],
    make: (link) => youtube(link.path === '/watch' ? link.get('v') : /^\/(?:shorts|live|embed)\/([^/]+)\/?$/.exec(link.path)?.[1], link),
  },
  { provider: 'youtube', name: 'YouTube', hosts: ['youtu.be'], make: (link) => youtube(/^\/([^/]+)\/?$/.exec(link.path)?.[1], link) },
  {
    provider: 'bilibili',
    name: 'Bilibili',
    hosts: ['www.bilibili.com', 'bilibili.com', 'm.bilibili.com'],
    make: (link) => {
      const [, bv, av] = /^\/video\/(?:(BV[0-9A-Za-z]{10})|av(\d{1,15}))\/?$/.exec(link.path) ?? [];
      const which = bv ? `bvid=${bv}` : av ? `aid=${av}` : null;
      return which === null ? null : { src: `https://player.bilibili.com/player.html?${which}&autoplay=0&poster=1`, shape: 'video' };
    },
  },
  {
    provider: 'vimeo',
    name: 'Vimeo',
    hosts: ['vimeo.com', 'www.vimeo.com', 'player.vimeo.com'],
    make: (link) => {
      const [, id, inPath] = /^\/(?:video\/)?(\d{5,12})(?:\/([0-9a-f]{6,16}))?\/?$/.exec(link.path) ?? [];
      const hash = inPath ?? /^[0-9a-f]{6,16}$/.exec(link.get('h'))?.[0];
      return id ? { src: `https://player.vimeo.com/video/${id}?dnt=1${hash ? `&h=${hash}` : ''}`, shape: 'video' } : null;
    },
  },
  {
    provider: 'loom',
    name: 'Loom',
    hosts: ['www.loom.com', 'loom.com'],
    make: (link) => {
      const id = /^\/(?:share|embed)\/([0-9a-f]{32})\/?$/.exec(link.path)?.[1];
      return id ? { src: `https://www.loom.com/embed/${id}`, shape: 'video' } : null;
    },
  },
  {
    provider: 'tencent',
    name: '腾讯视频',
    hosts: ['v.qq.com', 'm.v.qq.com'],
    make: (link) => {
      const id = /^\/x\/(?:page|cover\/[0-9a-z]{6,20}|m\/play)\/([0-9a-z]{11})(?:\.html)?$/.exec(link.path)?.[1];
      return id ? { src: `https://v.qq.com/txp/iframe/player.html?vid=${id}`, shape: 'video' } : null;
    },
  },
  {
    provider: 'figma',
    name: 'Figma',
    hosts: ['www.figma.com', 'figma.com'],
    make: (link) => {
      const [, kind, key] = /^\/(file|design|proto|board|slides|deck)\/([0-9A-Za-z]{15,40})(?:\/[^/]*)?\/?$/.exec(link.path) ?? [];
      const node = /^[\d:-]{1,30}$/.exec(link.get('node-id').replace('%3A', ':'))?.[0];
      if (!key) return null;
      return {
        src: `https://embed.figma.com/${kind === 'file' ? 'design' : kind}/${key}?embed-host=atelier${node ? `&node-id=${node}` : ''}`,
        shape: 'page',
      };
    },
  },
  {
    provider: 'google',
    name: 'Google Docs',
    hosts: ['docs.google.com'],
    make: (link) => {
      const [, kind, id] =
        /^\/(document|spreadsheets|presentation)\/d\/([\w-]{20,100})(?:\/(?:edit|view|preview|embed))?\/?$/.exec(link.path) ?? [];
      if (!id) return null;
      return { src: `https://docs.google.com/${kind}/d/${id}/${kind === 'presentation' ? 'embed' : 'preview'}`, shape: 'page' };
    },
  },
];

/** The hosts that a frame may load from: what the page's security policy allows and not one more. */
export const FRAME_HOSTS = [
  'www.youtube-nocookie.com',
  'player.bilibili.com',
  'player.vimeo.com',
  'www.loom.com',
  'v.qq.com',
  'embed.figma.com',
  'docs.google.com',
] as const;

const PARTS = /^https?:\/\/([a-z0-9.-]+)(\/[^\s?#\\]*)?(?:\?([^\s#\\]*))?(?:#[^\s\\]*)?$/i;
const HOST = /^https:\/\/([^/]+)\//;

/** What a link shows, if it is one of those that can be shown. */
export function embedOf(text: string): Embed | null {
  const parts = text.length > 2_000 ? null : PARTS.exec(text);
  if (!parts) return null;
  const [, host = '', path = '/', query = ''] = parts;
  const fields = query.split('&').map((one) => one.split('='));
  const link: Link = { host: host.toLowerCase(), path, get: (name) => fields.find(([key]) => key === name)?.[1] ?? '' };
  for (const { provider, name, hosts, make } of RULES) {
    if (!hosts.includes(link.host)) continue;
    const made = make(link);
    if (made) return { provider, name, url: text, ...made, host: HOST.exec(made.src)?.[1] ?? '' };
  }
  return null;
}

const LINK = /https?:\/\/[^\s<>"'`()[\]{}|\\^，。；！？、（）《》「」【】“”‘’]+/giu;
const MOST = 4;

/** The links of a comment's Markdown that can be shown, in order, each once. Code is words, not links. */
export function embedsIn(markdown: string): Embed[] {
  const words = markdown.replace(/```[\s\S]*?(```|$)/g, ' ').replace(/`[^`\n]*`/g, ' ');
  const found = new Map<string, Embed>();
  for (const [link] of words.matchAll(LINK)) {
    const embed = embedOf(link.replace(/[.,;:!?*_~]+$/, ''));
    if (embed && !found.has(embed.src)) found.set(embed.src, embed);
    if (found.size === MOST) break;
  }
  return [...found.values()];
}
