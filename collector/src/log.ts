// The program's log: pino, on stderr, warnings and worse unless PRODLENS_LOG_LEVEL says otherwise. People get a
// line they can read; with JSON asked for, machines get pino's own lines.

import { type Logger, pino } from 'pino';
import { printable } from './errors.js';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** `json`: lines for machines; else for people. */
export function createLog(json: boolean): Logger {
  const asked = process.env.PRODLENS_LOG_LEVEL ?? '';
  const level = LEVELS.includes(asked) ? asked : 'warn';
  const write = (line: string) => process.stderr.write(json ? line : readable(line));
  return pino({ level, base: null }, { write });
}

/**
 * One line of pino's JSON as a person reads it: moment, level, message, the rest as name=value, and below it the stack
 * of an error.
 */
export function readable(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line);
  const details = Object.entries(rest).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  const cause = err === undefined ? '' : `\n  ${err.stack}`;
  return `${new Date(time).toISOString()} ${pino.levels.labels[level]} ${printable(msg + details.join(''))}${cause}\n`;
}
