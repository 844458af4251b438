// What a collector is set to, as people with the scope admin see it. Secrets are no part of it: of an address only the
// host is shown, of a token what it allows.

export interface ChannelSummary {
  name: string;
  type: 'slack' | 'webhook' | 'email';
  /** Host of the address; of mail its receivers. */
  target: string;
  /** null: all. */
  services: string[] | null;
  environments: string[] | null;
  severity: 'warning' | 'critical' | null;
}

export interface RuleSummary {
  name: string;
  service: string;
  environment: string | null;
  file: string;
  function: string;
  measure: string;
  above: number | null;
  below: number | null;
  minutes: number;
}

export interface ExpectedSummary {
  service: string;
  environment: string | null;
  file: string | null;
  name: string | null;
  untilUnixMs: number | null;
  reason: string;
  by: string;
}

export interface CollectorSettings {
  version: string;
  dataDir: string;
  /** Address under which people open the web app; null: not set. */
  webAppUrl: string | null;
  channels: ChannelSummary[];
  headsUp: { hourUtc: number; channels: string[] | null } | null;
  rules: RuleSummary[];
  expected: ExpectedSummary[];
  retention: Array<{ what: string; kept: string }>;
  limits: Record<string, number>;
}

/** A token without what would let somebody use it. */
export interface TokenSummary {
  id: string;
  name: string;
  scopes: string[];
  service: string | null;
  environment: string | null;
  createdUnixMs: number;
}
