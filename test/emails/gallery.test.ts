import { gallery } from '#emails/gallery.ts';
import { describe, expect, test } from 'vitest';
test('prints', () => {
  for (const s of gallery().filter((one) => process.env['SHOW'] ? one.name.startsWith(process.env['SHOW']) : false)) console.log(`=== ${s.locale} ${s.name}\nSUBJECT ${s.rendered.subject}\n${s.rendered.text}`);
});
