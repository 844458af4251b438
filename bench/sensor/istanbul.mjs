// Istanbul takes minutes to instrument what takes seconds to run. It does so once, before anything is measured, and
// keeps the text for all Nodes; so what is measured of it is its counters, and loading is a warm start.

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PEERS } from './install.mjs';
import { startProgram } from './process.mjs';
import { subjects } from './subjects.mjs';

const DEADLINE_MS = 900_000;

/** Loads one of the application's programs under Istanbul, unless that was done before. A failure shows when it is run. */
export async function prepareIstanbul(node, program, note) {
  const stamp = join(PEERS, 'istanbul', `prepared-${program}`);
  if (existsSync(stamp)) return;
  note('Istanbul instruments, once');
  const [subject] = subjects('Istanbul');
  const exposing = { ...subject, args: ['--expose-gc', ...subject.args] };
  const started = startProgram(node, exposing, program, { deadlineMs: DEADLINE_MS });
  await started.message().then(
    () => writeFile(stamp, ''),
    () => {},
  );
  await started.stop();
}
