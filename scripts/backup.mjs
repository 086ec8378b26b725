/**
 * `npm run backup [-- --out FILE] [-- --url https://…]`: the directory's tables and every room's whole storage as JSON lines, read while
 * people go on. The file holds what sellers note among themselves and what opens doors: it is its owner's alone (docs/OPERATING.md).
 */
import { parseArgs } from 'node:util';
import { fileOfLines, logHash, operator, placeFor } from './operator.mjs';
import { Explained, script } from './tools.mjs';

await script(async () => {
  const { values } = parseArgs({ options: { out: { type: 'string' }, url: { type: 'string' } } });
  const there = operator(values.url);
  const file = fileOfLines(values.out ?? placeFor('backups'));
  const sum = { rooms: 0, events: 0, rows: 0 };
  file.write({ atelier: 'backup', version: 1, at: new Date().toISOString() });
  // Rooms first: whoever they name is in the tables that are read after them.
  for await (const room of there.rooms()) {
    const hash = logHash();
    let row = 0;
    for await (const line of there.lines(room, 'room')) {
      if ('log' in line) hash.add(line.log);
      else row += 1;
      file.write({ room, ...line });
    }
    const end = hash.end();
    if (end.events === 0)
      throw new Explained(`D1 knows a room ${room} that is empty: bring it back first (npm run rebuild -- room ${room}).`);
    const { room: now } = await there.account(room);
    if (now.head === end.head && now.log !== end.log)
      throw new Explained(`Room ${room} was changed while it was read: please run it again.`);
    file.write({ room, end });
    sum.rooms += 1;
    sum.events += end.events;
    sum.rows += row;
  }
  for (const table of Object.keys(await there.tables()))
    for await (const row of there.rows(table)) {
      file.write({ table, row });
      sum.rows += 1;
    }
  file.write({ end: sum });
  file.close();
  console.log(`${file.path}\nKeep it as you keep the database: whoever has it reads every room.`);
  console.log(JSON.stringify({ file: file.path, ...sum }));
});
