import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The mails read compiled messages; what lies in the tree may be older than the sources. In a process of its own: the compiler's watchers would keep this one alive. */
export default function setup(): void {
  const root = join(import.meta.dirname, '../..');
  const compiler = join(root, 'node_modules/@inlang/paraglide-js/bin/run.js');
  const to = ['--project', './project.inlang', '--outdir', './messages/compiled', '--strategy', 'globalVariable', 'baseLocale'];
  execFileSync(process.execPath, [compiler, 'compile', ...to], { cwd: root, stdio: 'pipe' });
}
