/** Links that can be shown: exactly those of the list, and never what only looks like one. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { embedOf, embedsIn, FRAME_HOSTS } from '#core/embeds.ts';

const TUBE = 'https://www.youtube.com/watch?v=dQw4w9WgXcQ';
const LOOM = '0123456789abcdef0123456789abcdef';
const DOC = '1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-abcd';

describe('a link to', () => {
  test.each([
    [TUBE, 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ'],
    ['https://youtu.be/dQw4w9WgXcQ?si=abc&t=1m30s', 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=90'],
    ['https://m.youtube.com/shorts/dQw4w9WgXcQ', 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ'],
    [
      'https://www.bilibili.com/video/BV1xx411c7mD/?spm_id_from=333',
      'https://player.bilibili.com/player.html?bvid=BV1xx411c7mD&autoplay=0&poster=1',
    ],
    ['https://www.bilibili.com/video/av170001', 'https://player.bilibili.com/player.html?aid=170001&autoplay=0&poster=1'],
    ['https://vimeo.com/76979871', 'https://player.vimeo.com/video/76979871?dnt=1'],
    ['https://vimeo.com/76979871/8272103f6e', 'https://player.vimeo.com/video/76979871?dnt=1&h=8272103f6e'],
    [`https://www.loom.com/share/${LOOM}?sid=1`, `https://www.loom.com/embed/${LOOM}`],
    ['https://v.qq.com/x/page/a0012abcdef.html', 'https://v.qq.com/txp/iframe/player.html?vid=a0012abcdef'],
    ['https://v.qq.com/x/cover/mzc00200abcdefg/a0012abcdef.html', 'https://v.qq.com/txp/iframe/player.html?vid=a0012abcdef'],
    [
      'https://www.figma.com/file/AbCdEfGhIjKlMnOpQrStUv/Pricing-page?node-id=12-34',
      'https://embed.figma.com/design/AbCdEfGhIjKlMnOpQrStUv?embed-host=atelier&node-id=12-34',
    ],
    [`https://docs.google.com/document/d/${DOC}/edit?usp=sharing#heading=h.x`, `https://docs.google.com/document/d/${DOC}/preview`],
    [`https://docs.google.com/spreadsheets/d/${DOC}/edit#gid=0`, `https://docs.google.com/spreadsheets/d/${DOC}/preview`],
    [`https://docs.google.com/presentation/d/${DOC}/edit`, `https://docs.google.com/presentation/d/${DOC}/embed`],
  ])('%s is shown from %s', (link, src) => {
    expect(embedOf(link)?.src).toBe(src);
  });
});

describe('what only looks like such a link', () => {
  test.each([
    'https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ',
    'https://evil.example/www.youtube.com/watch?v=dQw4w9WgXcQ',
    'https://evil.example/?https://www.youtube.com/watch?v=dQw4w9WgXcQ',
    'https://evil.example#https://www.youtube.com/watch?v=dQw4w9WgXcQ',
    'https://www.youtube.com@evil.example/watch?v=dQw4w9WgXcQ',
    'https://evil@www.youtube.com/watch?v=dQw4w9WgXcQ',
    'https://www.youtube.com:8443/watch?v=dQw4w9WgXcQ',
    'https://notyoutube.com/watch?v=dQw4w9WgXcQ',
    'https://www.youtube.com\\@evil.example/watch?v=dQw4w9WgXcQ',
    'https://www.y\u043eutube.com/watch?v=dQw4w9WgXcQ',
    'https://www.youtube.com./watch?v=dQw4w9WgXcQ',
    'javascript:https://www.youtube.com/watch?v=dQw4w9WgXcQ',
    'data:text/html,https://www.youtube.com/watch?v=dQw4w9WgXcQ',
    '//www.youtube.com/watch?v=dQw4w9WgXcQ',
    'https://www.youtube.com/redirect?q=https://evil.example',
    'https://www.youtube.com/watch?v=../../evil00',
    'https://www.youtube.com/watch?v=dQw4w9WgXc%22',
    'https://youtu.be/',
    'https://player.bilibili.com/player.html?bvid=BV1xx411c7mD',
    'https://www.bilibili.com/video/BV1xx411c7mD/../../evil',
    'https://vimeo.com/ondemand/x',
    'https://www.loom.com/share/short',
    'https://qq.com/x/page/a0012abcdef.html',
    'https://v.qq.com.cn/x/page/a0012abcdef.html',
    'https://www.figma.com/oauth?client_id=x',
    `https://docs.google.com/forms/d/${DOC}/viewform`,
    `https://docs.google.com.evil.example/document/d/${DOC}/edit`,
    `https://sites.google.com/document/d/${DOC}/edit`,
  ])('is a link and nothing more: %s', (link) => {
    expect(embedOf(link)).toBeNull();
  });

  test('whatever is written, a frame loads from the list alone, by a clean address', () => {
    const host = fc.constantFrom(
      'www.youtube.com',
      'youtu.be',
      'www.bilibili.com',
      'vimeo.com',
      'www.loom.com',
      'v.qq.com',
      'www.figma.com',
      'docs.google.com',
    );
    const glue = fc.constantFrom('', '.', '@', ':', '/', '//', '\\', '?', '#', '%2f', '%00', '.evil.example', '@evil.example', ':443');
    const path = fc.oneof(
      fc.webPath(),
      fc.string(),
      fc.constantFrom('/watch?v=dQw4w9WgXcQ', `/share/${LOOM}`, `/document/d/${DOC}/edit`, '/video/BV1xx411c7mD', '/76979871'),
    );
    fc.assert(
      fc.property(host, glue, path, fc.string(), (one, between, rest, tail) => {
        for (const embed of embedsIn(`https://${one}${between}${rest}${tail}`)) {
          const src = new URL(embed.src);
          expect(FRAME_HOSTS).toContain(src.hostname);
          expect([src.protocol, src.port, src.username, src.hash]).toEqual(['https:', '', '', '']);
          expect(embed.host).toBe(src.hostname);
          expect(embed.src).toMatch(/^https:\/\/[a-z.-]+\/[\w/.?&=:-]+$/);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('a comment', () => {
  test('shows each of its links once, in order, at most four', () => {
    const six = Array.from({ length: 6 }, (_, n) => `https://vimeo.com/7697987${n}`);
    expect(embedsIn(`${six.join(' ')} ${six[0]}`).map((one) => one.url)).toEqual(six.slice(0, 4));
  });

  test('may hold links in Markdown, in brackets and before Chinese punctuation', () => {
    expect(embedsIn(`看这个视频（${TUBE}），谢谢。`)).toHaveLength(1);
    expect(embedsIn(`[the video](${TUBE}).`)).toHaveLength(1);
    expect(embedsIn(`**${TUBE}**`)).toHaveLength(1);
  });

  test('means nothing by links in code', () => {
    expect(embedsIn(`\`${TUBE}\` and\n\`\`\`\n${TUBE}\n\`\`\``)).toEqual([]);
  });
});

test('the page’s security policy allows exactly these frames', async () => {
  const config = await readFile('svelte.config.js', 'utf8');
  const allowed = /'frame-src': \[([^\]]*)\]/.exec(config)?.[1] ?? '';
  expect([...allowed.matchAll(/'([^']+)'/g)].map(([, one]) => one)).toEqual(['self', ...FRAME_HOSTS.map((host) => `https://${host}`)]);
});
