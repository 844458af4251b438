// The window of time that numbers are about: written "1h" in a setting, "the last hour" in a sentence.

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const NAMED_UNITS = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3_600 },
  { name: 'minute', seconds: 60 },
  { name: 'second', seconds: 1 },
] as const;

export interface Window {
  /** As written; "90d" for a longer one. */
  text: string;
  seconds: number;
}

const MINIMUM_SECONDS = 60;
/** A collector keeps no numbers of functions for longer. */
const LONGEST: Window = { text: '90d', seconds: 90 * 86_400 };

/** "90s", "15m", "1h" or "2d"; null when it is not such a text, or less than a minute. Above 90 days it is those. */
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

/** "2 days", "30 hours", "5 minutes": of the unit of which there are two or more, rounded down. */
export function spanName(seconds: number): string {
  const unit = NAMED_UNITS.find((named) => seconds >= 2 * named.seconds) ?? NAMED_UNITS[3];
  const count = Math.floor(seconds / unit.seconds);
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
}

/** Below this, numbers of a window say the same as those of now. */
const OLD_SECONDS = 5 * 60;

/** "10 min old", "2 h old", "3 d old", in steps that are large enough to change seldom; '' for what is not old. */
export function ageText(ageMs: number): string {
  const seconds = ageMs / 1_000;
  if (seconds < OLD_SECONDS) return '';
  if (seconds < 3_600) return `${Math.floor(seconds / OLD_SECONDS) * 5} min old`;
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)} h old`;
  return `${Math.floor(seconds / 86_400)} d old`;
}

/** Of which versions the numbers of a window are: of all that ran in it. `running` is '' when unknown. */
export function versionsText(running: string): string {
  return running === '' ? 'all versions' : `all versions (running ${running})`;
}
