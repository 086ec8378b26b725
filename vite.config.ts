import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { sharedWithWorker } from './web/build/shared-with-worker.ts';
import { roomClient } from './web/build/room-client.ts';

export default defineConfig({
  plugins: [
    tailwindcss(),
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './messages/compiled',
      strategy: ['globalVariable', 'baseLocale'],
    }),
    roomClient(),
    sharedWithWorker(),
    sveltekit(),
  ],
});
