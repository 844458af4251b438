// Processor time and memory of another process, as Linux tells them.

import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** { cpuMs, rssBytes }; null where the system does not say. */
export function usage(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return {
      cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND,
      rssBytes: Number(rss[1]) * 1_024,
    };
  } catch {
    return null;
  }
}
