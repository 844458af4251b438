// Where alerts go, and the thresholds that people set themselves: alerts.json in the data folder, or the file that
// PRODLENS_ALERTS names. Read once at the start; a fault in it is told with its place, and the collector does not start.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Static, Type } from 'typebox';
import Value from 'typebox/value';
import { ProdlensError } from '../errors.js';

const strict = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1, maxLength: 4_096 });
const where = {
  name: text,
  /** Only alerts of these; without it of all. */
  services: Type.Optional(Type.Array(text)),
  environments: Type.Optional(Type.Array(text)),
  /** Only alerts that are at least so bad. */
  severity: Type.Optional(Type.Union([Type.Literal('warning'), Type.Literal('critical')])),
};
const slack = Type.Object({ ...where, type: Type.Literal('slack'), url: text }, strict);
const webhook = Type.Object({ ...where, type: Type.Literal('webhook'), url: text, secret: text }, strict);
const email = Type.Object(
  { ...where, type: Type.Literal('email'), smtp: text, from: text, to: Type.Array(text, { minItems: 1 }) },
  strict,
);
const rule = Type.Object(
  {
    name: text,
    service: text,
    environment: Type.Optional(text),
    file: text,
    function: text,
    measure: Type.Enum(['p50Ms', 'p95Ms', 'p99Ms', 'errorRate', 'callsPerMinute']),
    above: Type.Optional(Type.Number()),
    below: Type.Optional(Type.Number()),
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_440 })),
  },
  strict,
);
const settings = Type.Object(
  {
    /** Address under which people open this collector's web app. */
    webAppUrl: Type.Optional(text),
    channels: Type.Optional(Type.Array(Type.Union([slack, webhook, email]), { maxItems: 50 })),
    /** Once a day at this hour, UTC; without channels to all. */
    headsUp: Type.Optional(
      Type.Object(
        { hourUtc: Type.Integer({ minimum: 0, maximum: 23 }), channels: Type.Optional(Type.Array(text)) },
        strict,
      ),
    ),
    rules: Type.Optional(Type.Array(rule, { maxItems: 500 })),
  },
  strict,
);

export type AlertSettings = Static<typeof settings>;
export type ChannelSettings = NonNullable<AlertSettings['channels']>[number];
export type UserRule = Static<typeof rule>;

/** Throws PRODLENS_ERR_ALERT_SETTINGS. */
export function readAlertSettings(dataDir: string, env: NodeJS.ProcessEnv = process.env): AlertSettings {
  const named = env.PRODLENS_ALERTS;
  const path = named ? resolve(named) : join(dataDir, 'alerts.json');
  const read = named || existsSync(path) ? parse(path) : {};
  const url = env.PRODLENS_SLACK_WEBHOOK;
  const channels = [...(read.channels ?? []), ...(url ? [{ name: 'slack', type: 'slack' as const, url }] : [])];
  const names = new Set(channels.map(({ name }) => name));
  if (names.size < channels.length) throw fault(path, 'two channels have the same name');
  for (const { type, name, ...rest } of channels) {
    const address = 'url' in rest ? rest.url : rest.smtp;
    const schemes = type === 'email' ? ['smtp:', 'smtps:'] : ['http:', 'https:'];
    if (!URL.canParse(address) || !schemes.includes(new URL(address).protocol))
      throw fault(path, `the address of the channel ${name} does not begin with ${schemes.join('// or ')}//`);
  }
  for (const { name, above, below } of read.rules ?? []) {
    if ((above === undefined) === (below === undefined))
      throw fault(path, `the rule ${name} needs one of above and below`);
  }
  const strange = read.headsUp?.channels?.find((name) => !names.has(name));
  if (strange !== undefined) throw fault(path, `headsUp names the channel ${strange}, which is none`);
  return { ...read, channels };
}

function parse(path: string): AlertSettings {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw fault(path, (error as Error).message);
  }
  if (Value.Check(settings, value)) return value;
  const [first] = Value.Errors(settings, value);
  // How the validator names a property that is none of the schema's.
  const isUnknown = first?.message === 'schema is false';
  const said = isUnknown ? 'is not a known setting' : (first?.message ?? 'is not as it should be');
  throw fault(path, `${first?.instancePath || '/'} ${said}`);
}

function fault(path: string, what: string): ProdlensError {
  return new ProdlensError('PRODLENS_ERR_ALERT_SETTINGS', `The alert settings in ${path} cannot be used: ${what}`);
}
