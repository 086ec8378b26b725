/**
 * `npm run walls`: every route, page, socket message and mail path with every kind of actor, from the tables of
 * test/worker/walls.test.ts. The last line is one JSON object: routes, actors, cells, failed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, run } from './tools.mjs';

const folder = mkdtempSync(join(tmpdir(), 'atelier-walls-'));
const report = join(folder, 'report.json');
const { code } = await run(
  'vitest',
  ['run', '--config', 'test/worker/vitest.config.ts', 'walls', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  { env: { ...environment(), NODE_ENV: 'test' } },
);
const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true, force: true });

const sum = { routes: 0, actors: 0, cells: 0, failed: 0 };
for (const { assertionResults } of testResults) {
  for (const { status, fullName, meta } of assertionResults) {
    const walls = meta?.walls;
    if (walls) {
      sum.routes += walls.routes;
      sum.actors = Math.max(sum.actors, walls.actors);
      sum.cells += walls.cells;
      sum.failed += walls.failed;
      console.log(`${String(walls.cells).padStart(5)} cells, ${walls.failed} failed: ${fullName}`);
    }
    if (status !== 'passed' && !walls?.failed) sum.failed += 1;
  }
}
console.log(JSON.stringify(sum));
process.exitCode = code === 0 && sum.failed === 0 && sum.cells > 0 ? 0 : 1;
