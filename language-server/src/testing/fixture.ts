// A source text and what production says of it, in one readable text, and the check that a feature's answer stands in
// place in that source, so that an answer too many fails as well. The form:
//
//   //- /src/cart.ts
//   export function add() {}
//   //- metrics
//   add: calls=100 rate=42 p95=1.5ms errors=3
//
// A metrics line is "NAME: key=value …", "NAME@1" for ordinal 1. UPDATE_EXPECT=1 writes what came into the test's source.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Alert, FunctionStats } from '@prodlens/protocol';
import { outlineTypeScript } from '@prodlens/syntax/typescript';
import { codeLenses, type LensOptions } from '../ide/code-lenses.js';
import { diagnostics } from '../ide/diagnostics.js';
import { DEFAULT_LENS_TEMPLATE } from '../ide/lens-template.js';
import { linesInPlace } from '../ide/lines-in-place.js';
import { alertsByFunction } from '../ide/troubles.js';
import { chooseEnvironment } from '../mapping/environment.js';
import { type MappedFunction, mapFunctions } from '../mapping/mapped-functions.js';
import { service, stats } from './stats.js';

export interface Fixture {
  text: string;
  functions: MappedFunction[];
}

/** `environment` is the setting; the running version of every service is 2.0.0. */
export function parseFixture(fixture: string, environment = ''): Fixture {
  const [source = '', metrics = ''] = fixture.trim().split(/^\/\/- metrics$/m);
  const [head = '', ...lines] = source.trimEnd().split('\n');
  const file = /^\/\/- \/(.+)$/.exec(head)?.[1];
  assert.ok(file, 'a fixture begins with "//- /FILE"');
  const text = `${lines.join('\n')}\n`;
  const deployed = metrics
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => parseMetrics(line, file));
  const services = [...new Set(deployed.map((known) => known.service))];
  const functions = mapFunctions(
    text,
    outlineTypeScript(text, file),
    services.map((name) => {
      const ofService = deployed.filter((known) => known.service === name);
      return { service: service(name), environment: chooseEnvironment(ofService, environment), functions: ofService };
    }),
  );
  return { text, functions };
}

export const LENS_OPTIONS: LensOptions = {
  enabled: true,
  template: DEFAULT_LENS_TEMPLATE,
  minimumCalls: 0,
  windowSeconds: 3_600,
  namesEnvironment: false,
  alertsOf: alertsByFunction([]),
  isOff: () => false,
  age: '',
  shown: new Set<string>(),
  mayAdd: true,
  said: new WeakMap(),
};

/** The fixture's source with its lenses as "// ◂ TITLE" above the functions. */
export function checkLenses(fixture: string, expected: string, options: Partial<LensOptions> & Setting = {}): void {
  const { text, functions } = parseFixture(fixture, options.environment);
  const all = { ...LENS_OPTIONS, namesEnvironment: options.environment === undefined, ...options };
  const lines = codeLenses(text, functions, all).map(({ start, title }) => ({ start, line: `// ◂ ${title}` }));
  expectText(linesInPlace(text, lines), expected);
}

/** The fixture's source with its diagnostics as "// CODE «underlined»: MESSAGE" above the functions. */
export function checkDiagnostics(
  fixture: string,
  expected: string,
  { enabled = true, alerts = null as Alert[] | null, mapped = (functions: MappedFunction[]) => functions } = {},
): void {
  const { text, functions } = parseFixture(fixture);
  const options = {
    enabled,
    windowSeconds: 3_600,
    alertsOf: alertsByFunction(alerts ?? []),
    hasAlerts: alerts !== null,
  };
  const lines = diagnostics(text, mapped(functions), options).map(({ start, end, code, message }) => ({
    start,
    line: `// ${code} «${text.slice(start, end)}»: ${message}`,
  }));
  expectText(linesInPlace(text, lines), expected);
}

interface Setting {
  environment?: string;
}

/** Compares without the blank around. With UPDATE_EXPECT=1 the expectation in the calling test's source is replaced. */
export function expectText(actual: string, expected: string): void {
  if (process.env.UPDATE_EXPECT !== '1' || actual.trim() === expected.trim()) {
    assert.equal(actual.trim(), expected.trim());
    return;
  }
  const compiled = /file:\/\/\S+\.test\.js/.exec(new Error().stack ?? '')?.[0];
  assert.ok(compiled, 'is called by a test');
  const source = fileURLToPath(compiled).replace('/dist/', '/src/').replace(/\.js$/, '.ts');
  const before = readFileSync(source, 'utf8');
  assert.equal(before.split(literal(expected)).length, 2, 'the expectation stands in the test once, as a template');
  writeFileSync(
    source,
    before.replace(literal(expected), () => literal(`\n${actual.trim()}\n`)),
  );
}

function literal(text: string): string {
  return `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``;
}

function parseMetrics(line: string, file: string): FunctionStats {
  const [, name = '', ordinal = '0', rest = ''] = /^(.+?)(?:@(\d+))?:(?: (.*))?$/.exec(line.trim()) ?? [];
  assert.notEqual(name, '', `not a metrics line: ${line}`);
  const values = new Map(
    rest.split(' ').map((pair) => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')] as const),
  );
  const about: Partial<FunctionStats> = { file, ordinal: Number(ordinal) };
  const number = (key: string, set: (value: number) => void) => {
    const value = values.get(key);
    if (value !== undefined) set(Number(value));
  };
  const duration = (key: 'p50Ns' | 'p95Ns' | 'p99Ns' | 'maxNs' | 'totalNs') => {
    const value = values.get(key.slice(0, -2));
    if (value !== undefined) about[key] = parseDuration(value);
  };
  for (const key of ['service', 'environment', 'version', 'package'] as const) {
    const value = values.get(key);
    if (value !== undefined) about[key] = value;
  }
  if (values.has('untimed')) about.timed = false;
  number('calls', (calls) => Object.assign(about, { calls }));
  number('errors', (errors) => Object.assign(about, { errors }));
  number('rate', (callsPerMinute) => Object.assign(about, { callsPerMinute }));
  if (values.has('silent')) about.callsPerMinute = null;
  for (const key of ['p50Ns', 'p95Ns', 'p99Ns', 'maxNs', 'totalNs'] as const) duration(key);
  if (values.has('slower')) about.regression = parseRegression(values);
  return stats(name, about);
}

/** slower=RATIO since=VERSION before=DURATION/CALLS after=DURATION/CALLS */
function parseRegression(values: Map<string, string>): FunctionStats['regression'] {
  const [before = '1ms', beforeCalls = '300'] = (values.get('before') ?? '').split('/').filter(Boolean);
  const [after = '2ms', afterCalls = '300'] = (values.get('after') ?? '').split('/').filter(Boolean);
  return {
    version: values.get('since') ?? '2.0.0',
    previousVersion: '1.0.0',
    slowdown: Number(values.get('slower')),
    beforeP50Ns: parseDuration(before),
    afterP50Ns: parseDuration(after),
    beforeP95Ns: 2 * parseDuration(before),
    afterP95Ns: 2 * parseDuration(after),
    beforeCalls: Number(beforeCalls),
    afterCalls: Number(afterCalls),
  };
}

function parseDuration(text: string): number {
  const [, value, unit] = /^([\d.]+)(ns|us|ms|s)$/.exec(text) ?? assert.fail(`not a duration: ${text}`);
  return Number(value) * { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }[unit as 'ns' | 'us' | 'ms' | 's'];
}
