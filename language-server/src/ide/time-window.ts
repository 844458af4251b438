// The window of time that numbers are about: written "1h" in a setting, "the last hour" in a sentence.

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const NAMED_UNITS = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3_600 },
  { name: 'minute', seconds: 60 },
  { name: 'second', seconds: 1 },
] as const;

/** What a collector accepts, in seconds: a minute to 90 days. */
const MINIMUM_SECONDS = 60;
const MAXIMUM_SECONDS = 90 * 86_400;

/** Seconds in "90s", "15m", "1h" or "7d"; null when it is not such a text, or not from 1 minute to 90 days. */
export function parseWindow(text: string): number | null {
  const match = /^(\d{1,9})([smhd])$/.exec(text.trim());
  if (!match) return null;
  const seconds = Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS];
  return seconds >= MINIMUM_SECONDS && seconds <= MAXIMUM_SECONDS ? seconds : null;
}

/** "last hour", "last 15 minutes", "last 7 days". */
export function windowName(windowSeconds: number): string {
  const unit = NAMED_UNITS.find(({ seconds }) => windowSeconds % seconds === 0) ?? NAMED_UNITS[3];
  const count = windowSeconds / unit.seconds;
  return count === 1 ? `last ${unit.name}` : `last ${count} ${unit.name}s`;
}

/** Of which versions the numbers of a window are: of all that ran in it. `running` is '' when unknown. */
export function versionsText(running: string): string {
  return running === '' ? 'all versions' : `all versions (running ${running})`;
}
