import adapter from '@sveltejs/adapter-cloudflare';

/** @type {import('@sveltejs/kit').Config} */
export default {
  compilerOptions: { runes: true },
  kit: {
    adapter: adapter({ config: 'web/wrangler.toml' }),
    files: {
      src: 'web',
      assets: 'web/static',
      lib: 'web/lib',
      routes: 'web/routes',
      params: 'web/params',
      appTemplate: 'web/app.html',
      errorTemplate: 'web/error.html',
      serviceWorker: 'web/service-worker',
      hooks: { server: 'web/hooks.server', client: 'web/hooks.client', universal: 'web/hooks' },
    },
    // Forms are guarded by Origin once, in the Worker (worker/app.ts), for pages and API alike.
    csp: {
      mode: 'nonce',
      directives: {
        'default-src': ['self'],
        'script-src': ['self'],
        'style-src': ['self', 'unsafe-inline'],
        'img-src': ['self', 'data:', 'blob:'],
        'connect-src': ['self'],
        'font-src': ['self'],
        // Videos and documents that a reader asked for: the hosts of worker/room/core/embeds.ts, which a test compares.
        'frame-src': [
          'self',
          'https://www.youtube-nocookie.com',
          'https://player.bilibili.com',
          'https://player.vimeo.com',
          'https://www.loom.com',
          'https://v.qq.com',
          'https://embed.figma.com',
          'https://docs.google.com',
        ],
        'object-src': ['none'],
        'base-uri': ['none'],
        'form-action': ['self'],
        'frame-ancestors': ['none'],
      },
    },
    version: { pollInterval: 0 },
    // Only rooms are kept for a time without network, and they ask for it themselves (web/lib/room/installed.ts).
    serviceWorker: { register: false },
    typescript: {
      config: (config) => ({
        ...config,
        include: [...config.include, '../worker/**/*.ts', '../emails/**/*.ts', '../emails/**/*.tsx', '../test/**/*.ts'],
      }),
    },
  },
};
