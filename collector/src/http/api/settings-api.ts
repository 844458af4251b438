// What the collector is set to, and which tokens there are, for people with the scope admin. Tokens are made on the
// collector's own machine alone; here they can be revoked.

import type { ChannelSummary, CollectorSettings, ExpectedSummary, RuleSummary, TokenSummary } from '@prodlens/protocol';
import { Type } from 'typebox';
import type { AlertSettings, ChannelSettings } from '../../alerts/alert-settings.js';
import type { AlertBook } from '../../alerts/life/alert-book.js';
import { ProdlensError, quoted } from '../../errors.js';
import {
  HOURS_RETENTION_HOURS,
  MINUTES_RETENTION_MINUTES,
  SNAPSHOT_BYTES,
  SNAPSHOT_RETENTION_MS,
} from '../../store/retention.js';
import type { Store } from '../../store/store.js';
import type { TokenLimits } from '../../token-limits.js';
import { COLLECTOR_VERSION } from '../../version.js';
import { type Api, describing, integer, nullable, number, object, oneOf, text, unixMs } from './schema.js';

export interface SettingsParts {
  dataDir: string;
  alertSettings: AlertSettings;
  book: AlertBook;
  limits: TokenLimits;
  tokens: Pick<Store, 'tokens' | 'removeToken'>;
}

const names = Type.Unsafe<string[] | null>({ type: ['array', 'null'], items: text });
const channel = describing<ChannelSummary>()(
  object({
    name: text,
    type: oneOf(['slack', 'webhook', 'email']),
    target: Type.String({ description: 'Host of the address; of mail its receivers' }),
    services: names,
    environments: names,
    severity: Type.Unsafe<'warning' | 'critical' | null>({
      type: ['string', 'null'],
      enum: ['warning', 'critical', null],
    }),
  }),
);
const rule = describing<RuleSummary>()(
  object({
    name: text,
    service: text,
    environment: nullable(text),
    file: text,
    function: text,
    measure: text,
    above: nullable(number),
    below: nullable(number),
    minutes: integer,
  }),
);
const expected = describing<ExpectedSummary>()(
  object({
    service: text,
    environment: nullable(text),
    file: nullable(text),
    name: nullable(text),
    untilUnixMs: nullable(unixMs),
    reason: text,
    by: text,
  }),
);
const settings = describing<CollectorSettings>()(
  object(
    {
      version: text,
      dataDir: text,
      webAppUrl: nullable(text),
      channels: Type.Array(channel),
      headsUp: nullable(object({ hourUtc: integer, channels: names })),
      rules: Type.Array(rule),
      expected: Type.Array(expected),
      retention: Type.Array(object({ what: text, kept: text })),
      limits: Type.Record(Type.String(), integer),
    },
    { title: 'CollectorSettings' },
  ),
);
const token = describing<TokenSummary>()(
  object(
    {
      id: text,
      name: text,
      scopes: Type.Array(text),
      service: nullable(text),
      environment: nullable(text),
      createdUnixMs: unixMs,
    },
    { title: 'Token' },
  ),
);
const settingsSchema = { summary: 'What the collector is set to, without secrets', response: { 200: settings } };
const tokensSchema = {
  summary: 'The tokens, without what would let somebody use them',
  response: { 200: object({ tokens: Type.Array(token) }) },
};
const revokeSchema = {
  summary: 'Revoke a token, for good',
  params: object({ id: Type.String({ maxLength: 64 }) }),
  response: { 200: object({ revoked: text }) },
};

const DEFAULT_RULE_MINUTES = 5;
const DAY_MS = 86_400_000;
const RETENTION = [
  { what: 'Numbers by the minute', kept: `${MINUTES_RETENTION_MINUTES / 60} hours` },
  { what: 'Numbers by the hour and by the day', kept: `${HOURS_RETENTION_HOURS / 24} days` },
  { what: 'What was captured', kept: `${SNAPSHOT_RETENTION_MS / DAY_MS} days, ${SNAPSHOT_BYTES / 1024 ** 2} MiB` },
  { what: 'Closed alerts', kept: '90 days' },
];

export function serveSettings(app: Api, { dataDir, alertSettings, book, limits, tokens }: SettingsParts): void {
  const config = { scope: 'admin' } as const;
  app.get('/api/v1/settings', { schema: settingsSchema, config }, async () => ({
    version: COLLECTOR_VERSION,
    dataDir,
    webAppUrl: alertSettings.webAppUrl ?? null,
    channels: (alertSettings.channels ?? []).map(channelSummary),
    headsUp:
      alertSettings.headsUp === undefined
        ? null
        : { hourUtc: alertSettings.headsUp.hourUtc, channels: alertSettings.headsUp.channels ?? null },
    rules: (alertSettings.rules ?? []).map(
      ({ environment = null, above = null, below = null, minutes = DEFAULT_RULE_MINUTES, ...one }) => ({
        ...{ ...one, environment, above, below, minutes },
      }),
    ),
    expected: book.expected(),
    retention: RETENTION,
    limits,
  }));

  app.get('/api/v1/tokens', { schema: tokensSchema, config }, async () => ({ tokens: await tokens.tokens() }));

  const revoking = {
    scope: 'admin',
    audit: ({ params }: { params: unknown }) => ({ act: 'token.revoke', target: params as Record<string, unknown> }),
  } as const;
  app.delete('/api/v1/tokens/:id', { schema: revokeSchema, config: revoking }, async ({ params: { id }, token }) => {
    if (id === token?.id) {
      throw new ProdlensError(
        'PRODLENS_ERR_INVALID_REQUEST',
        'A token cannot revoke itself: use another, or the command line',
      );
    }
    if (await tokens.removeToken(id)) return { revoked: id };
    throw new ProdlensError('PRODLENS_ERR_NOT_FOUND', `No token has the id ${quoted(id)}`);
  });
}

function channelSummary(settings: ChannelSettings): ChannelSummary {
  const { name, type, services = null, environments = null, severity = null } = settings;
  const target = settings.type === 'email' ? settings.to.join(', ') : hostOf(settings.url);
  return { name, type, target, services, environments, severity };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
