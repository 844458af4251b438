// The window of time that numbers are about: written "1h" in a setting, "the last hour" in a sentence.

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const NAMED_UNITS = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3_600 },
  { name: 'minute', seconds: 60 },
  { name: 'second', seconds: 1 },
] as const;

export interface Window {
  /** As written; "48h" for a longer one. */
  text: string;
  seconds: number;
}

const MINIMUM_SECONDS = 60;
/** A collector keeps no numbers for longer. */
const LONGEST: Window = { text: '48h', seconds: 48 * 3_600 };

/** "90s", "15m", "1h" or "2d"; null when it is not such a text, or less than a minute. Above 48 h it is 48 h. */
export function parseWindow(written: string): Window | null {
  const text = written.trim();
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  if (!match) return null;
  const seconds = Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS];
  if (seconds < MINIMUM_SECONDS) return null;
  return seconds > LONGEST.seconds ? LONGEST : { text, seconds };
}

/** "last hour", "last 15 minutes", "last 2 days". */
export function windowName(windowSeconds: number): string {
  const unit = NAMED_UNITS.find(({ seconds }) => windowSeconds % seconds === 0) ?? NAMED_UNITS[3];
  const count = windowSeconds / unit.seconds;
  return count === 1 ? `last ${unit.name}` : `last ${count} ${unit.name}s`;
}

/** Of which versions the numbers of a window are: of all that ran in it. `running` is '' when unknown. */
export function versionsText(running: string): string {
  return running === '' ? 'all versions' : `all versions (running ${running})`;
}
